"""The interview page and the real server, models and all: a photograph before the camera."""

import grpc
import pytest
from playwright.sync_api import Browser, Page, expect

from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.kyc.v1 import interview_service_pb2 as calls
from protos.smartbranch.kyc.v1.attend_pb2 import AttendResponse
from tests.support.interview_pages import agree
from tests.support.invitations import Stub, invite
from tests.support.server import ServerProcess

pytestmark = pytest.mark.browser
END_LIMIT_MS = 120_000


def listen(page: Page) -> list[bytes]:
    """Return what the server says to the page, as it comes."""
    told: list[bytes] = []

    def keep(said: str | bytes) -> None:
        assert isinstance(said, bytes)
        told.append(said)

    page.on("websocket", lambda socket: socket.on("framereceived", keep))
    return told


def attend(page: Page) -> str:
    """Agree to everything and wait for the end; return which it is."""
    page.click("#start")
    expect(page.locator("#panel-consent")).to_be_visible()
    agree(page)
    expect(page.locator("#outcome")).to_be_visible(timeout=END_LIMIT_MS)
    kind = page.locator("#outcome").get_attribute("data-kind")
    assert kind is not None
    return kind


def test_a_photograph_before_the_camera_passes_no_interview(
    server: ServerProcess, chromium: Browser
) -> None:
    with grpc.insecure_channel(server.grpc) as channel:
        stub = Stub(channel)
        opened = invite(stub)
        (access,) = opened.accesses
        page = chromium.new_page(locale="en-GB")
        told = listen(page)
        page.goto(f"http://{server.http}{access.page_path}")
        expect(page.locator("#welcome-title")).to_contain_text("Customer of the test")
        assert attend(page) in {"refused", "lockedOut", "reviewed"}
        verdict = AttendResponse.FromString(told[-1]).verdict
        assert verdict.outcome != interview_pb2.InterviewVerdict.PASSED
        assert not verdict.checks  # What was found is not for whoever holds up a photograph.
        page.reload()
        expect(page.locator("#outcome-title")).to_be_visible()
        page.close()
        case = stub.GetInterview(calls.GetInterviewRequest(name=opened.interview.name)).interview
    (participant,) = case.participants
    assert participant.state == interview_pb2.REVIEW
    assert participant.consents[0].accepted_face
    assert participant.recorded_count > 10
    outcomes = [check.outcome for check in participant.checks if check.name == "liveness"]
    assert outcomes
    assert interview_pb2.PASSED not in outcomes
    # The link opens the interview for whoever has it: no log knows it.
    assert access.attend_token not in str(server.log) + "".join(server.plain)
