"""What the interview page does when something is missing, lost or left."""

import pytest
from playwright.sync_api import Browser, Page, expect

from protos.smartbranch.kyc.v1 import interview_pb2 as kyc
from protos.smartbranch.kyc.v1.attend_pb2 import InterviewPrompt as Prompt
from tests.support.interview_pages import NO_CAMERA, PHONE, agree, ask_consent, film, shows, until
from tests.support.interview_socket import InterviewServer, Peer

pytestmark = pytest.mark.browser
WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.49"


@pytest.fixture
def page(interview_page: Page) -> Page:
    return interview_page


def test_what_was_not_acknowledged_is_sent_again_and_a_page_that_is_loaded_anew_goes_on(
    page: Page, interviews: InterviewServer
) -> None:
    async def first(peer: Peer) -> None:
        await film(peer)
        await peer.watch("camera", 6, acknowledges=False)
        await peer.vanish()

    async def second(peer: Peer) -> None:
        await peer.open(3, "r2")
        await peer.prompt(Prompt.FACE_CAMERA, "Look straight at the camera")
        await peer.watch("camera", 8)
        await peer.until_told()

    async def third(peer: Peer) -> None:
        await peer.open(len(interviews.peers[1].chunks) + 3, "r3")
        await peer.prompt(Prompt.FACE_CAMERA, "Go on")
        await peer.watch("camera")
        await peer.until_told()

    interviews.play(first, second, third)
    page.click("#start")
    agree(page)
    until(page, lambda: len(interviews.peers) == 2 and len(interviews.peers[1].chunks) > 6)
    one, two = interviews.peers
    assert (two.config.attend_token, two.config.resume_token) == ("", "r1")
    lost = {chunk.sequence: chunk.data for chunk in one.chunks if chunk.sequence >= 3}
    again = {chunk.sequence: chunk.data for chunk in two.chunks}
    assert list(again) == list(range(3, 3 + len(again)))
    assert {number: again[number] for number in lost if number in again} == lost
    page.reload()
    expect(page.locator("#invited")).to_contain_text("go on where you were")
    page.click("#start")
    expect(page.locator("#prompt")).to_contain_text("Go on")
    assert interviews.peers[2].config.resume_token == "r2"


def test_whoever_has_no_camera_is_told_why_and_gets_a_person(
    page: Page, interviews: InterviewServer
) -> None:
    async def attend(peer: Peer) -> None:
        await ask_consent(peer)
        await peer.word()
        await peer.decide(kyc.InterviewVerdict.INCONCLUSIVE, kyc.REVIEW, "ASKED_FOR_PERSON")

    interviews.play(attend)
    for name, title in {
        "NotReadableError": "The camera is in use",
        "NotFoundError": "No camera was found",
        "NotAllowedError": "Camera and microphone are not allowed",
    }.items():
        page.evaluate(NO_CAMERA, name)
        page.locator("#start, #retry").locator("visible=true").click()
        expect(page.locator("#trouble-title")).to_have_text(title)
    shows(page, "#trouble")
    assert not interviews.peers
    page.click("#running > .ask-person")
    page.fill("#wish", "my camera is broken")
    page.click("#person [value=yes]")
    expect(page.locator("#outcome-title")).to_have_text("A person takes over")
    assert interviews.peers[0].words[0].hand_over.text == "my camera is broken"


def test_a_browser_inside_another_app_is_told_how_to_leave_it(
    chromium: Browser, interviews: InterviewServer
) -> None:
    context = chromium.new_context(user_agent=WECHAT, locale="zh-CN", viewport=PHONE)
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(navigator, 'mediaDevices', {value: undefined});"
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
    )
    interviews.play()
    page.goto(interviews.address)
    expect(shows(page, "#browser")).to_contain_text("在浏览器打开")
    expect(page.locator("#browser-text")).to_contain_text("WeChat")
    expect(page.locator("#address")).to_have_value(interviews.address)
    page.click("#copy")
    expect(page.locator("#copied")).to_contain_text("复制")
    context.close()


def test_a_link_that_opens_nothing_and_an_interview_that_is_over_are_told_apart(
    page: Page, interviews: InterviewServer
) -> None:
    interviews.play()
    page.goto(interviews.address + "x")
    expect(page.locator("#outcome-title")).to_have_text("This link does not work")
    expect(page.locator("#once-more")).to_be_hidden()
    interviews.invited["state"] = "APPROVED"
    page.goto(interviews.address)
    expect(page.locator("#outcome-title")).to_have_text("All done, thank you")


def test_a_page_that_was_left_says_so_and_goes_on(page: Page, interviews: InterviewServer) -> None:
    async def attend(peer: Peer) -> None:
        await film(peer)
        await peer.watch("camera")
        await peer.until_told()

    interviews.play(attend)
    page.click("#start")
    agree(page)
    expect(page.locator("#panel-live")).to_be_visible()
    for state in ("hidden", "visible"):
        page.evaluate(
            "state => { Object.defineProperty(document, 'visibilityState', {value: state, "
            "configurable: true}); document.dispatchEvent(new Event('visibilitychange')); }",
            state,
        )
    expect(page.locator("#away")).to_be_visible()
    (peer,) = interviews.peers
    count = peer.count_of("camera")
    until(page, lambda: peer.count_of("camera") > count + 3)
