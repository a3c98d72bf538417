"""The liveness page in a real browser whose camera shows a clip, against scripted sessions."""

from collections.abc import Callable
from io import BytesIO
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from protos.smartbranch.liveness.v1.liveness_pb2 import Challenge
from protos.smartbranch.liveness.v1.liveness_service_pb2 import ChallengeResult, SessionConfig
from tests.support.browser import grave_findings
from tests.support.liveness_scripts import (
    INCONCLUSIVE,
    LIVE,
    SPOOF,
    deciding,
    prompting,
    verdict,
)
from tests.support.liveness_socket import MAX_FPS, Peer, ScriptedServer

pytestmark = pytest.mark.browser
PASSED, FAILED = ChallengeResult.PASSED, ChallengeResult.FAILED
SIZES: dict[str, ViewportSize] = {
    "telephone": {"width": 360, "height": 780},
    "tablet": {"width": 834, "height": 1112},
    "desktop": {"width": 1280, "height": 800},
}
CAMERA_IS_OFF = "document.querySelector('#video').srcObject === null"


def start(page: Page) -> None:
    page.click("#start")


def test_a_session_leads_from_consent_to_a_verdict_with_reasons(
    page: Page, scripted: ScriptedServer
) -> None:
    async def session(peer: Peer) -> None:
        await peer.accept()
        await peer.open()
        await peer.progress(0, 2)
        await peer.watch(3)
        await peer.prompt(Challenge.BLINK, "blink", 9.0)
        await peer.until_told()
        await peer.progress(1, 2)
        await peer.prompt(Challenge.LOOK_STRAIGHT, "look", 15.0)
        await peer.until_told()
        await peer.prompt(Challenge.TURN_RIGHT, "turn", 9.0)
        await peer.until_told()
        await peer.progress(2, 2)
        await peer.decide(
            verdict(
                LIVE,
                [("ALL_PASSED", "everything was done as asked")],
                [(Challenge.BLINK, PASSED, 1.25), (Challenge.TURN_RIGHT, PASSED, 0.8)],
            )
        )

    scripted.play(session)
    expect(page.locator("#consent")).to_contain_text("sent to this server")
    expect(page.locator("#session")).to_be_hidden()
    start(page)
    expect(page.locator("#prompt")).to_contain_text("lose your eyes")
    expect(page.locator("#time span")).to_contain_text(" s")
    (peer,) = scripted.peers
    peer.go_on()
    expect(page.locator("#prompt")).to_contain_text("Good")
    expect(page.locator("#time")).not_to_be_visible()
    expect(page.locator("#progress")).to_have_attribute("aria-valuetext", "1 of 2 done")
    peer.go_on()
    expect(page.locator("#prompt")).to_contain_text("right")
    peer.go_on()
    expect(page.locator("#outcome-title")).to_have_text("A living person")
    expect(page.locator("#outcome-title")).to_be_focused()
    expect(page.locator(".reasons li")).to_have_text(["Everything was done as asked"])
    expect(page.locator(".challenges li")).to_have_text(
        ["Blinkdone · after 1.3 s", "Turn rightdone · after 0.8 s"]
    )
    expect(page.locator("#details details")).to_contain_text("5 % of attacks")
    assert page.evaluate(CAMERA_IS_OFF)


def test_a_missed_move_is_said_without_a_hurry(page: Page, scripted: ScriptedServer) -> None:
    async def session(peer: Peer) -> None:
        await peer.accept()
        await peer.open()
        await peer.prompt(Challenge.SMILE, "smile", 9.0)
        await peer.notice("CHALLENGE_MISSED", "missed")
        await peer.progress(0, 2)
        await peer.prompt(Challenge.LOOK_STRAIGHT, "look", 15.0)
        await peer.until_told()
        await peer.prompt(Challenge.BLINK, "blink", 9.0)
        await peer.watch(for_s=20)

    scripted.play(session)
    start(page)
    expect(page.locator("#notice")).to_have_text("The move was not seen in time")
    expect(page.locator("#prompt")).to_contain_text("Look straight")
    expect(page.locator("#time")).not_to_be_visible()
    page.click("#language")
    expect(page.locator("#notice")).to_have_text("未在规定时间内看到动作")
    scripted.peers[0].go_on()
    expect(page.locator("#prompt")).to_contain_text("闭眼")
    expect(page.locator("#notice")).to_be_empty()
    expect(page.locator("#time")).to_be_visible()


def test_pictures_are_numbered_timed_and_no_more_than_the_server_wants(
    page: Page, scripted: ScriptedServer
) -> None:
    async def session(peer: Peer) -> None:
        await peer.accept()
        await peer.open()
        await peer.watch(25)
        await peer.decide(verdict(INCONCLUSIVE, [("X", "x")]))

    scripted.play(session)
    start(page)
    expect(page.locator("#outcome-title")).to_have_text("Cannot be told")
    chunks = scripted.peers[0].chunks
    assert [chunk.sequence for chunk in chunks] == list(range(1, len(chunks) + 1))
    pts_s = [chunk.pts.ToNanoseconds() / 1e9 for chunk in chunks]
    taken_s = [chunk.capture_time.ToNanoseconds() / 1e9 for chunk in chunks]
    assert pts_s[0] == 0
    assert pts_s == sorted(set(pts_s))
    assert [t - taken_s[0] for t in taken_s] == pytest.approx(pts_s, abs=0.002)
    # A busy machine may leave some out; there are never more than are looked at.
    assert 2 < (len(pts_s) - 1) / pts_s[-1] < MAX_FPS * 1.1
    with Image.open(BytesIO(chunks[-1].data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (640, 480))


def test_the_preview_is_a_mirror_and_what_is_sent_is_not(
    page: Page, scripted: ScriptedServer
) -> None:
    """A prompt's left is the visitor's own: left on the screen, and right in the picture."""
    scripted.play(prompting)
    start(page)
    expect(page.locator("#prompt")).to_contain_text("your left")
    assert page.evaluate("getComputedStyle(document.querySelector('#video')).transform") == (
        "matrix(-1, 0, 0, 1, 0, 0)"
    )
    box, guide = page.locator(".arrow circle").bounding_box(), page.locator("#guide").bounding_box()
    assert box is not None
    assert guide is not None
    assert box["x"] + box["width"] < guide["x"] + guide["width"] / 2


@pytest.mark.parametrize(
    ("outcome", "title"),
    [(SPOOF, "Not accepted as a living person"), (INCONCLUSIVE, "Cannot be told")],
    ids=["spoof", "inconclusive"],
)
def test_what_is_no_pass_never_looks_like_one(
    page: Page, scripted: ScriptedServer, outcome: int, title: str
) -> None:
    asked = [(Challenge.SMILE, FAILED, 0.0)]
    scripted.play(deciding(verdict(outcome, [("ANY", "it was so")], asked)))  # type: ignore[arg-type]
    start(page)
    expect(page.locator("#outcome-title")).to_have_text(title)
    expect(page.locator(".challenges li")).to_have_text(["Smilenot done"])
    assert page.locator("#outcome").get_attribute("data-kind") in {"SPOOF", "INCONCLUSIVE"}
    scripted.play(deciding(verdict(LIVE, [("ALL_PASSED", "done")])))
    page.click("#again")
    expect(page.locator("#outcome-title")).to_have_text("A living person")


def test_the_choice_without_head_movements_and_the_language_reach_the_server(
    page: Page, scripted: ScriptedServer
) -> None:
    scripted.play(prompting)
    page.click("#language")
    page.check("#accessible")
    start(page)
    expect(page.locator("#prompt")).to_contain_text("左")
    config = scripted.peers[0].config
    assert config.accessible
    assert config.language == SessionConfig.CHINESE
    assert not config.HasField("challenge_count")
    page.click("#language")
    expect(page.locator("#prompt")).to_contain_text("your left")


def test_stop_ends_the_session_and_lets_the_camera_go(page: Page, scripted: ScriptedServer) -> None:
    scripted.play(prompting)
    start(page)
    expect(page.locator("#prompt")).to_contain_text("your left")
    page.click("#stop")
    expect(page.locator("#welcome-title")).to_be_focused()
    assert page.evaluate(CAMERA_IS_OFF)


def test_the_page_is_used_by_keyboard_and_tells_what_changes(
    page: Page, scripted: ScriptedServer
) -> None:
    scripted.play(prompting)
    page.locator("#accessible").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator("#start")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#prompt")).to_contain_text("your left")
    assert page.locator("#prompt").get_attribute("aria-live") == "assertive"
    assert page.locator("#advice").get_attribute("aria-live") == "polite"
    page.keyboard.press("Tab")
    expect(page.locator("#stop")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#welcome")).to_be_visible()


def test_nothing_moves_for_whoever_asks_for_less_motion(
    page: Page, scripted: ScriptedServer
) -> None:
    page.emulate_media(reduced_motion="reduce")
    scripted.play(prompting)
    start(page)
    expect(page.locator("#prompt")).to_contain_text("your left")
    page.wait_for_function("document.querySelector('.ring').getAttribute('class') === 'ring'")
    assert page.evaluate("document.getAnimations().length") == 0


def welcome(page: Page, scripted: ScriptedServer) -> None:
    expect(page.locator("#start")).to_be_visible()


def running(page: Page, scripted: ScriptedServer) -> None:
    scripted.play(prompting)
    start(page)
    expect(page.locator("#advice")).not_to_be_empty()


def decided(page: Page, scripted: ScriptedServer) -> None:
    asked = [(Challenge.SMILE, PASSED, 1.0), (Challenge.LOOK_UP, FAILED, 0.0)]
    scripted.play(deciding(verdict(SPOOF, [("ANY", "it was so")], asked)))
    start(page)
    expect(page.locator(".challenges li")).to_have_count(2)
    page.click("summary")


def refused(page: Page, scripted: ScriptedServer) -> None:
    scripted.play()
    start(page)
    expect(page.locator("#outcome")).to_be_visible()


@pytest.mark.parametrize("state", [welcome, running, decided, refused])
@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_every_state_fits_and_can_be_read_by_everyone(
    chromium: Browser,
    scripted: ScriptedServer,
    locale: str,
    scheme: Literal["light", "dark"],
    state: Callable[[Page, ScriptedServer], None],
) -> None:
    context = chromium.new_context(locale=locale, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{scripted.url}/try/liveness")
    state(page, scripted)
    for size in SIZES.values():
        page.set_viewport_size(size)
        assert grave_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        if state is running:
            bottoms = [page.locator(part).bounding_box() for part in ("#prompt", "#stage", "#stop")]
            assert all(box and box["y"] + box["height"] <= size["height"] for box in bottoms)
    context.close()


def test_a_fault_would_be_found(page: Page) -> None:
    """A checker that never finds anything would pass every page."""
    page.evaluate("document.querySelector('.mark img').removeAttribute('alt')")
    assert [finding.split(":")[0] for finding in grave_findings(page)] == ["image-alt"]


def test_no_request_leaves_for_another_server(page: Page, scripted: ScriptedServer) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda opened: asked.append(opened.url.replace("ws:", "http:")))
    page.reload()
    scripted.play(prompting)
    start(page)
    expect(page.locator("#prompt")).to_contain_text("your left")
    assert any("liveness:session" in url for url in asked)
    assert all(url.startswith(f"{scripted.url}/") for url in asked)
