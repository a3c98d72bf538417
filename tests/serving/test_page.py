"""The try page in a real browser, on a telephone and on a tablet."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import grave_findings, open_chromium
from tests.support.server import ServerProcess

PHONE = {"width": 360, "height": 780}
TABLET = {"width": 834, "height": 1112}
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser, server: ServerProcess) -> Iterator[Page]:
    context = chromium.new_context(viewport=PHONE, locale="en-GB")  # type: ignore[arg-type]
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(f"http://{server.http}/try/faces")
    yield opened
    context.close()
    assert not faults


def choose(page: Page, role: str, content: bytes, name: str = "face.jpg") -> None:
    place = page.locator(f".picture[data-role={role}] input").first
    place.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})


def test_two_photographs_give_a_decision_in_words(page: Page, portrait: bytes) -> None:
    expect(page.locator("#compare")).to_be_disabled()
    choose(page, "reference", portrait)
    choose(page, "probe", portrait)
    expect(page.locator(".picture[data-role=probe] rect")).to_have_count(2)
    expect(page.locator(".picture[data-role=probe] circle")).to_have_count(5)
    expect(page.locator(".picture[data-role=probe] .quality")).to_contain_text("of 100")
    page.click("#compare")
    expect(page.locator("#answer .decision")).to_have_text("The same person")
    expect(page.locator("#answer")).to_contain_text("1 in 10,000")
    page.click("#language")
    expect(page.locator("#answer .decision")).to_have_text("是同一个人")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_what_is_wrong_with_a_picture_is_said_beside_it(
    page: Page, portrait: bytes, scenery: bytes
) -> None:
    choose(page, "reference", b"a text", "notes.jpg")
    choose(page, "probe", scenery)
    expect(page.locator(".picture[data-role=reference] .notice")).to_contain_text("not a picture")
    expect(page.locator(".picture[data-role=probe] .notice")).to_contain_text("No face")
    choose(page, "reference", portrait)
    page.click("#compare")
    expect(page.locator("#answer .notice")).to_contain_text("Photograph of the person")


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["telephone", "tablet"])
def test_the_page_fits_and_can_be_used_by_keyboard(
    page: Page, portrait: bytes, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    choose(page, "reference", portrait)
    choose(page, "probe", portrait)
    expect(page.locator("#compare")).to_be_enabled()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.locator("#rate").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#answer .decision")).to_be_visible()
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input,select,button')]"
        ".filter(e => !(e.labels?.length || e.textContent.trim())).length"
    )
    assert unnamed == 0
    assert page.locator("#answer").get_attribute("aria-live") == "polite"
    assert not grave_findings(page)


def test_no_request_leaves_for_another_server(
    chromium: Browser, server: ServerProcess, portrait: bytes
) -> None:
    context = chromium.new_context(color_scheme="dark")
    opened, asked = context.new_page(), []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(f"http://{server.http}/try/faces")
    choose(opened, "reference", portrait)
    expect(opened.locator(".picture[data-role=reference] .quality")).to_be_visible()
    context.close()
    own = (f"http://{server.http}/", f"blob:http://{server.http}/")
    assert asked
    assert all(url.startswith(own) for url in asked)


def test_the_language_that_was_chosen_is_remembered(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.click("#language")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("h1")).to_have_text("人脸比对")
