"""What the liveness page does when something is missing, refused or lost."""

import asyncio
import threading

import pytest
from playwright.sync_api import Page, expect

from protos.smartbranch.liveness.v1.liveness_pb2 import Challenge
from tests.support.liveness_scripts import INCONCLUSIVE, deciding, prompting, refusing, verdict
from tests.support.liveness_socket import Peer, ScriptedServer

pytestmark = pytest.mark.browser
# Called by Playwright, since it is a function.
NO_CAMERA = """name => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
}"""


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("NotAllowedError", "The camera is not allowed"),
        ("NotFoundError", "No camera was found"),
        ("OverconstrainedError", "No camera was found"),
        ("NotReadableError", "The camera is in use"),
    ],
)
def test_a_camera_that_cannot_be_had_is_explained(
    page: Page, scripted: ScriptedServer, name: str, title: str
) -> None:
    scripted.play(prompting)
    page.evaluate(NO_CAMERA, name)
    page.click("#start")
    expect(page.locator("#outcome-title")).to_have_text(title)
    expect(page.locator("#meaning")).not_to_be_empty()
    assert not scripted.peers


def test_a_page_without_a_secure_connection_says_what_to_ask_for(page: Page) -> None:
    page.evaluate("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.click("#start")
    expect(page.locator("#outcome-title")).to_contain_text("secure connection")
    expect(page.locator("#meaning")).to_contain_text("https")


def test_a_camera_that_is_pulled_out_ends_the_session(page: Page, scripted: ScriptedServer) -> None:
    scripted.play(prompting)
    page.click("#start")
    expect(page.locator("#prompt")).to_contain_text("your left")
    page.evaluate(
        "document.querySelector('#video').srcObject.getVideoTracks()[0]"
        ".dispatchEvent(new Event('ended'))"
    )
    expect(page.locator("#outcome-title")).to_have_text("The camera has gone")


def test_a_lost_connection_comes_back_where_the_server_wants_it(
    page: Page, scripted: ScriptedServer
) -> None:
    async def first(peer: Peer) -> None:
        await peer.accept()
        await peer.open(token="first-token")
        await peer.progress(1, 2)
        await peer.watch(5)
        await peer.vanish()

    seen = threading.Event()

    async def second(peer: Peer) -> None:
        # The loss shows until the server takes the next connection.
        await asyncio.to_thread(seen.wait, 10)
        await peer.accept()
        await peer.open(next_sequence=4, token="second-token")
        await peer.progress(1, 2)
        await peer.prompt(Challenge.SMILE, "smile", 9.0)
        await peer.watch(3)
        await peer.vanish()

    scripted.play(first, second, deciding(verdict(INCONCLUSIVE, [("ANY", "so it was")])))
    page.click("#start")
    expect(page.locator("#link")).to_be_visible()
    seen.set()
    expect(page.locator("#prompt")).to_contain_text("mile")
    expect(page.locator("#outcome-title")).to_have_text("Cannot be told")
    one, two, three = scripted.peers
    assert not one.config.resume_token
    assert two.config.resume_token == "first-token"
    assert three.config.resume_token == "second-token"
    assert [chunk.sequence for chunk in two.chunks] == [4, 5, 6]
    assert two.chunks[0].pts.ToNanoseconds() > one.chunks[-1].pts.ToNanoseconds()


def test_a_session_that_cannot_be_had_back_is_no_verdict(
    page: Page, scripted: ScriptedServer
) -> None:
    async def first(peer: Peer) -> None:
        await peer.accept()
        await peer.open()
        await peer.watch(2)
        await peer.vanish()

    gone = refusing("NOT_FOUND", "SESSION_NOT_FOUND", "the token leads to no session")
    scripted.play(first, gone)
    page.click("#start")
    expect(page.locator("#outcome-title")).to_have_text("The check could not be made")
    expect(page.locator("#outcome")).to_have_attribute("data-kind", "PROBLEM")


def test_a_server_that_cannot_be_reached_is_told_apart_from_a_verdict(
    page: Page, scripted: ScriptedServer
) -> None:
    scripted.play()
    page.context.set_offline(True)
    page.click("#start")
    expect(page.locator("#outcome-title")).to_have_text("The server cannot be reached")
    page.context.set_offline(False)
    scripted.play(prompting)
    page.click("#again")
    expect(page.locator("#prompt")).to_contain_text("your left")


def test_whoever_is_locked_out_is_told_for_how_long(page: Page, scripted: ScriptedServer) -> None:
    scripted.play(
        refusing("RESOURCE_EXHAUSTED", "TOO_MANY_ATTEMPTS", "wait", retry_after_s="830.5")
    )
    page.click("#start")
    expect(page.locator("#outcome-title")).to_have_text("Too many attempts")
    expect(page.locator("#meaning")).to_contain_text("about 14 minutes")
    page.click("#language")
    expect(page.locator("#meaning")).to_contain_text("14 分钟")


def test_a_refusal_is_said_in_the_page_language(page: Page, scripted: ScriptedServer) -> None:
    scripted.play(refusing("RESOURCE_EXHAUSTED", "SERVER_BUSY", "the server is busy"))
    page.click("#start")
    expect(page.locator("#details")).to_contain_text("The server is busy")
    page.click("#language")
    expect(page.locator("#details")).to_contain_text("服务器繁忙")


def test_a_token_is_asked_for_and_sent_where_the_server_wants_one(
    page: Page, scripted: ScriptedServer
) -> None:
    scripted.play(refusing("UNAUTHENTICATED", "TOKEN_MISSING", "a token is needed"))
    page.click("#start")
    expect(page.locator("#outcome-title")).to_have_text("An access token is needed")
    assert scripted.peers[0].offered == ["smartbranch.v1"]
    scripted.play(prompting)
    page.click("#again")
    expect(page.locator("#token")).to_be_focused()
    page.keyboard.type(" aaa.bbb-c_c.ddd ")
    page.keyboard.press("Enter")
    expect(page.locator("#prompt")).to_contain_text("your left")
    assert scripted.peers[0].offered == ["smartbranch.v1", "bearer.aaa.bbb-c_c.ddd"]


def test_a_server_that_does_not_keep_up_gets_signs_of_life_and_no_more_pictures(
    page: Page, scripted: ScriptedServer
) -> None:
    """Pictures that wait in the network would arrive after the moves that they show."""

    async def session(peer: Peer) -> None:
        await peer.accept()
        await peer.open()
        await peer.watch(for_s=4.5, acknowledges=False)
        await peer.decide(verdict(INCONCLUSIVE, [("ANY", "so it was")]))

    scripted.play(session)
    page.click("#start")
    expect(page.locator("#outcome-title")).to_have_text("Cannot be told")
    (peer,) = scripted.peers
    assert 1 <= len(peer.chunks) <= 24
    assert peer.heartbeat_count >= 1


def test_what_the_server_says_late_changes_nothing(page: Page, scripted: ScriptedServer) -> None:
    scripted.play(prompting)
    page.click("#start")
    expect(page.locator("#prompt")).to_contain_text("your left")
    page.click("#stop")
    page.wait_for_timeout(300)
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.locator("#outcome")).to_be_hidden()
