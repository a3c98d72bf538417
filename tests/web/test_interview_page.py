"""The interview page in a real browser with a clip as its camera, against scripted attendances."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from protos.smartbranch.kyc.v1 import interview_pb2 as kyc
from protos.smartbranch.kyc.v1.attend_pb2 import InterviewPrompt as Prompt
from protos.smartbranch.liveness.v1.liveness_pb2 import Challenge
from protos.smartbranch.liveness.v1.liveness_service_pb2 import SessionConfig
from tests.support.interview_pages import NO_CAMERA, PHONE, TABLET, agree, ask_consent, shows, until
from tests.support.interview_socket import TOKEN, InterviewServer, Peer

pytestmark = pytest.mark.browser
REFUSED = kyc.InterviewVerdict.REFUSED
CAMERAS_ARE_OFF = "['video', 'card-video'].every(id => !document.getElementById(id).srcObject)"


@pytest.fixture
def page(interview_page: Page) -> Page:
    return interview_page


def test_an_interview_leads_from_the_invitation_to_an_end_that_teaches_nothing(
    page: Page, interviews: InterviewServer
) -> None:
    async def attend(peer: Peer) -> None:
        await ask_consent(peer)
        await peer.word()
        await peer.progress(kyc.DOCUMENT, 1)
        await peer.prompt(Prompt.SHOW_DOCUMENT, "Show the portrait", side=1)
        await peer.watch("document_front")
        await peer.until_told()
        await peer.notice("DOCUMENT_GLARE", "light is reflected")
        await peer.until_told()
        await peer.prompt(Prompt.SHOW_DOCUMENT, "Show it again", side=1)
        await peer.watch("document_front")
        await peer.progress(kyc.CAPTURE, 2)
        await peer.prompt(Prompt.FACE_CAMERA, "Look straight at the camera", 30.0)
        await peer.advise("MORE_LIGHT", "more light")
        await peer.watch("microphone", 2)
        await peer.until_told()
        await peer.progress(kyc.LIVENESS, 3, 0.4, 1)
        await peer.prompt(Prompt.DO_CHALLENGE, "Turn left", 9.0, challenge=Challenge.TURN_LEFT)
        await peer.until_told()
        await peer.progress(kyc.QUESTIONS, 4)
        await peer.prompt(Prompt.ANSWER_QUESTION, "What for?", 30, question="a", is_spoken=True)
        await peer.word()
        await peer.prompt(Prompt.ANSWER_QUESTION, "Sure?", 30, question="b", choices=["Yes", "No"])
        await peer.word()
        await peer.decide(REFUSED, kyc.REVIEW)

    interviews.play(attend)
    expect(shows(page, "#welcome")).to_contain_text("Li Na")
    expect(page.locator("#invited")).to_contain_text("a loan, as the customer's spouse")
    page.click("#start")
    expect(shows(page, "#consent-text")).to_contain_text("You may stop.")
    (peer,) = interviews.peers
    page.click("#panel-consent .primary")
    expect(page.locator("#agree-first")).not_to_be_empty()
    assert not peer.words
    assert not peer.chunks  # Nothing is filmed before there is agreement.
    agree(page)
    shows(page, "#panel-document")
    page.click("#take")
    shows(page, "#card-review")
    page.click("#use")
    # What was sent is said to be; it was a picture that was gone, and a button that did nothing.
    expect(page.locator("#card-trouble")).to_have_text("Your document is being read")
    expect(page.locator("#card-review")).to_be_hidden()
    peer.go_on()
    expect(page.locator("#notice")).to_have_text("light is reflected")
    expect(page.locator("#card-trouble")).to_be_empty()
    peer.go_on()
    expect(page.locator("#card-prompt")).to_have_text("Show it again")
    page.click("#take")
    page.click("#use")
    expect(shows(page, "#advice")).to_have_text("more light")
    expect(page.locator("#notice")).to_be_hidden()
    peer.go_on()
    expect(page.locator(".arrow circle")).to_be_visible()
    expect(page.locator("#progress")).to_contain_text("last attempt")
    for size in (TABLET, PHONE):
        page.set_viewport_size(size)
        place = page.locator("#running > .ask-person").bounding_box()
        assert place is not None
        assert place["y"] + place["height"] <= size["height"]
    peer.go_on()
    shows(page, "#spoken")
    page.click("#answered")
    expect(page.locator("#choices button")).to_have_text(["Yes", "No"])
    page.locator("#choices button").first.click()
    expect(shows(page, "#outcome-title")).to_have_text("This could not be completed online")
    expect(page.locator("#outcome-title")).to_be_focused()
    said = page.locator("body").inner_text()
    assert "screen" not in said
    assert "exactly was found" not in said
    assert page.evaluate(CAMERAS_ARE_OFF)
    assert page.evaluate("sessionStorage.length") == 0

    assert (peer.config.attend_token, peer.config.language) == (TOKEN, SessionConfig.ENGLISH)
    assert peer.config.camera_label
    consent, position, spoken, tapped = peer.words
    assert consent.consent.text_version == "3"
    assert consent.consent.accepted
    assert consent.consent.accepted_face
    assert position.position.latitude_deg == 31.2
    assert (spoken.answer.question, spoken.answer.text) == ("a", "")
    assert (tapped.answer.question, tapped.answer.text) == ("b", "Yes")
    check_chunks(peer)


def check_chunks(peer: Peer) -> None:
    """Everything is numbered together, and sound and pictures are on one clock."""
    chunks = peer.chunks
    assert [chunk.sequence for chunk in chunks] == list(range(1, len(chunks) + 1))
    taken_s = [chunk.capture_time.ToNanoseconds() / 1e9 for chunk in chunks]
    placed_s = [chunk.pts.ToNanoseconds() / 1e9 for chunk in chunks]
    began_s = [taken - placed for taken, placed in zip(taken_s, placed_s, strict=True)]
    assert max(began_s) - min(began_s) < 0.01
    sounds = [chunk for chunk in chunks if chunk.track == "microphone"]
    assert {len(chunk.data) for chunk in sounds} == {6400}
    pictures = [chunk for chunk in chunks if chunk.track == "camera"]
    with Image.open(BytesIO(pictures[-1].data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (640, 480))
    (card, *_) = (chunk for chunk in chunks if chunk.track == "document_front")
    with Image.open(BytesIO(card.data)) as picture:
        assert picture.format == "JPEG"


def test_whoever_does_not_want_faces_compared_or_nothing_at_all_may_say_so(
    page: Page, interviews: InterviewServer
) -> None:
    async def attend(peer: Peer) -> None:
        await ask_consent(peer)
        consent = (await peer.word()).consent
        code = "FACE_CONSENT_DECLINED" if consent.accepted else "CONSENT_DECLINED"
        await peer.decide(kyc.InterviewVerdict.INCONCLUSIVE, kyc.REVIEW, code)

    interviews.play(attend, attend)
    page.click("#start")
    page.check("#agree")
    page.click("#panel-consent .primary")
    expect(page.locator("#outcome-title")).to_have_text("A person takes over")
    page.reload()
    page.click("#start")
    page.click("#decline")
    page.click("#declining [value=yes]")
    expect(page.locator("#outcome-title")).to_have_text("The interview has ended")
    assert [peer.words[0].consent.accepted for peer in interviews.peers] == [True, False]
    assert not any(peer.words[0].consent.accepted_face for peer in interviews.peers)
    assert not any(peer.chunks for peer in interviews.peers)


def test_a_document_comes_from_a_file_where_there_is_no_camera_for_it(
    page: Page, interviews: InterviewServer, grey_picture: bytes
) -> None:
    async def attend(peer: Peer) -> None:
        await ask_consent(peer)
        await peer.word()
        await peer.prompt(Prompt.SHOW_DOCUMENT, "Show the back", side=2)
        await peer.watch("document_back")
        await peer.until_told()

    interviews.play(attend)
    page.click("#start")
    expect(page.locator("#panel-consent")).to_be_visible()
    page.evaluate(NO_CAMERA, "NotFoundError")
    agree(page)
    expect(page.locator("#card-trouble")).to_contain_text("Choose a picture")
    page.set_input_files("#file", FilePayload(name="a", mimeType="image/png", buffer=b"nothing"))
    expect(page.locator("#card-trouble")).to_contain_text("no picture")
    page.set_input_files("#file", FilePayload(name="b", mimeType="image/png", buffer=grey_picture))
    page.click("#use")
    expect(page.locator("#panel-document")).to_be_visible()
    (peer,) = interviews.peers
    until(page, lambda: bool(peer.chunks))
    assert peer.chunks[0].track == "document_back"
    assert peer.chunks[0].data.startswith(b"\xff\xd8")
