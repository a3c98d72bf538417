"""What tests of the interview page share: what is done on it, and what its server says."""

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, ViewportSize, expect

from protos.smartbranch.kyc.v1 import interview_pb2 as kyc
from protos.smartbranch.kyc.v1.attend_pb2 import InterviewPrompt as Prompt
from tests.support.browser import grave_findings
from tests.support.interview_socket import LIMIT_S, Peer

PHONE: ViewportSize = {"width": 390, "height": 844}
TABLET: ViewportSize = {"width": 834, "height": 1194}
NO_CAMERA = """name => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
}"""


def shows(page: Page, panel: str) -> Locator:
    """Return a panel that is there, fits the screen and can be read by everyone."""
    place = page.locator(panel)
    expect(place).to_be_visible()
    assert grave_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    return place


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for something that does not show on the page."""
    deadline_s = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < deadline_s
        page.wait_for_timeout(20)


def agree(page: Page) -> None:
    page.check("#agree")
    page.check("#agree-face")
    page.click("#panel-consent .primary")


async def ask_consent(peer: Peer) -> None:
    await peer.open(wants_position=True)
    await peer.progress(kyc.CONSENT, 0)
    await peer.prompt(Prompt.GIVE_CONSENT, "We record it.\nYou may stop.", text_version="3")


async def film(peer: Peer) -> None:
    """Ask for agreement and then for the face."""
    await ask_consent(peer)
    await peer.word()
    await peer.prompt(Prompt.FACE_CAMERA, "Look straight at the camera")
