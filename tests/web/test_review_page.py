"""Reviewers at their desk, in a real browser, against real cases, storage and sign-in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from base.ids import InterviewName
from kyc.states import Role
from tests.support.browser import grave_findings
from tests.support.lobby_tablet import sign_in, tablet
from tests.support.review_cases import findings, somebody
from tests.support.review_house import ReviewHouse

pytestmark = pytest.mark.browser
PHONE, TABLET = {"width": 390, "height": 844}, {"width": 834, "height": 1194}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReviewHouse]:
    with ReviewHouse(tmp_path_factory.mktemp("cases")) as running:
        yield running


@contextmanager
def desk(
    browser: Browser,
    house: ReviewHouse,
    name: str = "rita",
    case: InterviewName | None = None,
    locale: str = "en-GB",
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[Page]:
    """Open the page for somebody who is signed in, at a case where one is given."""
    place = "" if case is None else f"#case={case.interview}"
    url = f"{house.url}/review{place}"
    with tablet(browser, url, locale, scheme, "desktop", house.sign_in(name)) as page:
        expect(page.locator("#link")).not_to_be_empty()
        yield page


def look_again(page: Page) -> None:
    """Let the page ask now, as it does every few seconds."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def state_of(house: ReviewHouse, case: InterviewName) -> str:
    view = house.cases.get_interview(house.maker.host, case)
    return view.interview.state.value


def couple(house: ReviewHouse, external_id: str) -> InterviewName:
    """Return a case of two, one of whom was recorded."""
    people = [(Role.CUSTOMER, "Customer One"), (Role.SPOUSE, "")]
    name, tickets = house.maker.open("loan", people, external_id)
    found = findings(house.maker.now(), is_refused=False)
    for ticket in tickets:
        house.maker.finish(ticket, found, somebody(), films=ticket is tickets[0])
    return name


def test_a_case_is_found_read_and_rejected_with_a_reason(
    staff_browser: Browser, house: ReviewHouse
) -> None:
    case = house.maker.reviewable("K-first")
    house.maker.reviewable("K-later")
    house.maker.open("account", [(Role.CUSTOMER, "")], "K-open")
    with tablet(staff_browser, f"{house.url}/review", size="desktop") as page:
        sign_in(page, "rita")
        cards = page.locator(".queue-card")
        # The longest waiting comes first; who is still asked waits for nobody.
        expect(cards.locator("strong")).to_have_text(["account K-first", "account K-later"])
        expect(cards.first).to_contain_text("1 person: Customer")
        page.fill("#find", "k-LATER")
        expect(cards).to_have_count(1)
        page.fill("#find", "")
        cards.first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#case-title")).to_have_text("account K-first")
        page.locator(".skip").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()
        for name in ("portrait", "face", "document_front"):
            expect(page.locator(f"[data-picture={name}] img")).to_be_visible()
        person = page.locator(".person")
        expect(person.locator(".verdict")).to_contain_text("Refused")
        failed = person.locator("[data-check=document]")
        expect(failed).to_contain_text("The birth date on the card is not the one in the number")
        match = person.locator("[data-check=face_match]")
        match.locator("summary").click()
        expect(match).to_contain_text("0.713")
        expect(match).to_contain_text("false match rate 1 in 10,000")
        expect(person).to_contain_text("read with 84 % confidence")
        expect(person.locator(".answers")).to_contain_text("Voice and mouth do not agree")
        page.click("#reject")
        expect(page.locator("#decide-line")).to_have_text("Write your reason first.")
        page.fill("#reason", "The card contradicts itself")
        page.click("#reject")
        page.click("#confirm-no")
        assert state_of(house, case) == "REVIEW"
        page.click("#reject")
        page.click("#confirm-yes")
        expect(page.locator("#case-chips")).to_contain_text("Rejected")
        expect(page.locator("#reviews")).to_contain_text("The card contradicts itself")
        expect(page.locator("#decide")).to_be_hidden()
        expect(page.locator("#decision-title")).to_be_focused()
        page.click("#back")
        expect(cards.locator("strong")).to_have_text(["account K-later"])
    assert state_of(house, case) == "REJECTED"


def test_four_eyes_are_two_persons(staff_browser: Browser, house: ReviewHouse) -> None:
    case = house.maker.reviewable("L-1", "loan")
    with desk(staff_browser, house, "rita", case) as page:
        expect(page.locator("#decide-note")).to_contain_text("2 persons have to agree")
        page.fill("#reason", "Both faces agree")
        page.click("#approve")
        expect(page.locator("#confirm-text")).to_contain_text("approval 1 of 2")
        page.click("#confirm-yes")
        expect(page.locator(".approvals")).to_have_text("1 of 2 approved")
        expect(page.locator("#decide-note")).to_contain_text("Another person has to agree")
        expect(page.locator("#decide")).to_be_hidden()
    with desk(staff_browser, house, "rolf", case) as page:
        expect(page.locator("#reviews")).to_contain_text("rita")
        page.fill("#reason", "I agree")
        page.click("#approve")
        page.click("#confirm-yes")
        expect(page.locator("#case-chips")).to_contain_text("Approved")
    assert state_of(house, case) == "APPROVED"


def test_the_recording_plays_from_an_event_with_its_sound(
    staff_browser: Browser, house: ReviewHouse
) -> None:
    case = house.maker.reviewable("K-film")
    with desk(staff_browser, house, "anna", case) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        event = page.locator(".event")
        expect(event.locator("img")).to_be_visible()
        event.locator("[data-part=jump]").click()
        canvas = page.locator("#reel-canvas")
        # Two seconds before the chunk that showed it, which is the 21st of pictures and sound.
        expect(canvas).to_have_attribute("data-sequence", "1")
        expect(page.locator("#reel-play")).to_be_focused()
        page.keyboard.press("Enter")
        expect(canvas).not_to_have_attribute("data-sequence", "1")
        page.click("#reel-play")
        expect(page.locator("#reel-play")).to_contain_text("Play")
        page.click("#reel-on")
        expect(page.locator("#reel-place")).to_contain_text("of 0:04")
        place = page.locator("#reel-slider").get_attribute("aria-valuetext")
        assert place is not None
        assert " of 0:04" in place
        assert any("/recording/sound?" in url for url in asked)
        # What moves on the canvas is what was recorded.
        assert page.evaluate(IS_DRAWN)
        expect(page.locator("#reel-line")).to_be_hidden()


IS_DRAWN = """() => {
    const canvas = document.querySelector("#reel-canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return canvas.width === 640 && new Set(data).size > 20;
}"""


def test_what_changed_is_said_first_and_what_was_typed_stays(
    staff_browser: Browser, house: ReviewHouse
) -> None:
    case = house.maker.reviewable("K-change")
    with desk(staff_browser, house, "rita", case) as page:
        page.fill("#reason", "Looks right to me")
        house.cases.hold_interview(house.maker.host, case, True, "a court asks")
        look_again(page)
        expect(page.locator("#changed")).to_contain_text("the legal hold changed")
        expect(page.locator("#hold-line")).to_contain_text("A legal hold keeps this case")
        page.click("#approve")
        expect(page.locator("#decide-line")).to_contain_text("changed since you began")
        expect(page.locator("#changed-seen")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#changed")).to_be_hidden()
        # Neither another case nor a sign-in that ends takes away what was typed.
        page.click("#back")
        page.go_back()
        expect(page.locator("#reason")).to_have_value("Looks right to me")
        page.context.clear_cookies()
        look_again(page)
        expect(page.locator("#sign-in-line")).to_contain_text("sign in again")
        expect(page.locator("#person-list")).to_be_empty()
        sign_in(page, "rita")
        expect(page.locator("#reason")).to_have_value("Looks right to me")
        # Nor is it there for anybody else.
        page.context.clear_cookies()
        look_again(page)
        expect(page.locator("#sign-in")).to_be_visible()
        sign_in(page, "rolf")
        expect(page.locator(".person")).to_have_count(1)
        expect(page.locator("#reason")).to_have_value("")


def test_an_auditor_reads_and_takes_the_evidence(
    staff_browser: Browser, house: ReviewHouse, tmp_path: Path
) -> None:
    case = house.maker.reviewable("K-audit")
    with desk(staff_browser, house, "anna", case) as page:
        expect(page.locator("#decide-note")).to_contain_text("not decide it")
        expect(page.locator("#decide")).to_be_hidden()
        with page.expect_download() as started:
            page.click("#evidence-button")
        started.value.save_as(tmp_path / "pack.zip")
        assert (tmp_path / "pack.zip").read_bytes().startswith(b"PK")
        expect(page.locator("#evidence-line")).to_contain_text("Downloaded")
        page.fill("#hold-reason", "a court asks")
        page.click("#hold-button")
        expect(page.locator("#hold-line")).to_contain_text("A legal hold keeps this case")


def test_an_operator_sees_no_faces_and_hands_a_case_over(
    staff_browser: Browser, house: ReviewHouse
) -> None:
    name, _ = house.maker.open("account", [(Role.CUSTOMER, "Customer One")], "K-hand")
    with desk(staff_browser, house, "olga", name) as page:
        expect(page.locator("[data-picture=face]")).to_contain_text("for reviewers and auditors")
        expect(page.locator(".person")).to_contain_text("Has not finished")
        expect(page.locator("#reel-choice")).to_contain_text("for reviewers and auditors")
        # What has no picture says why, and is not called a picture that could be enlarged.
        assert grave_findings(page) == []
        page.click("#hand-over summary")
        page.fill("#hand-over-reason", "asked by telephone")
        page.click("#hand-over-button")
        expect(page.locator("#case-chips")).to_have_text("To be decided")
        expect(page.locator("#why-decide")).to_contain_text("Staff took the interview over")
        expect(page.locator("#decide")).to_be_hidden()


def test_a_case_of_another_bank_is_as_one_that_is_not_there(
    staff_browser: Browser, house: ReviewHouse
) -> None:
    name, _ = house.other_maker.open("account", [(Role.CUSTOMER, "")], "Z-1")
    with tablet(
        staff_browser, f"{house.url}/review#case={name.interview}", cookie=house.sign_in("rita")
    ) as page:
        expect(page.locator("#banner")).to_contain_text("There is no case")
        expect(page.locator("#case-title")).to_be_empty()


@pytest.mark.parametrize(
    ("locale", "scheme", "size"),
    [("en-GB", "light", PHONE), ("zh-CN", "dark", TABLET)],
    ids=["phone", "tablet"],
)
def test_every_part_fits_and_can_be_read_by_everyone(
    staff_browser: Browser,
    house: ReviewHouse,
    locale: str,
    scheme: Literal["light", "dark"],
    size: dict[str, int],
) -> None:
    case = couple(house, f"L-{scheme}")
    with desk(staff_browser, house, "rita", case, locale, scheme) as page:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        expect(page.locator("[data-picture=face] img")).to_have_count(2)
        if locale == "zh-CN":
            made = page.locator("[data-check=document]").first
            expect(made).to_contain_text("所有检查均通过")
        page.locator("[data-part=jump]").first.click()
        expect(page.locator("#reel-canvas")).to_have_attribute("data-sequence", "1")
        check(page, size["width"])
        page.locator("[data-picture=face] button").first.click()
        expect(page.locator("#large-picture")).to_be_visible()
        page.keyboard.press("Escape")
        page.click("#back")
        expect(page.locator(".queue-card").first).to_be_visible()
        check(page, size["width"])


def check(page: Page, width_px: int) -> None:
    assert grave_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert page.evaluate(TOO_SMALL) == []


# What fingers touch is at least 48 pixels wide and high; the slider is dragged along its length.
TOO_SMALL = """[...document.querySelectorAll("button, select, input, textarea, summary")]
    .filter((node) => node.checkVisibility())
    .map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < 48 || height < 47.5)
    .map(([html]) => html)"""
