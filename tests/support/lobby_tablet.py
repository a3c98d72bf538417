"""A tablet in somebody's hands: a page of the lobby in a context of its own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.support.lobby_pages import COOKIE, LobbyServer

PASSWORD = "open sesame 12"
SIZES: dict[str, ViewportSize] = {
    "telephone": {"width": 360, "height": 780},
    "tablet": {"width": 834, "height": 1112},
    "desktop": {"width": 1280, "height": 800},
}


@contextmanager
def tablet(
    browser: Browser,
    url: str,
    locale: str = "en-GB",
    scheme: Literal["light", "dark"] = "light",
    size: str = "telephone",
    cookie: str = "",
    workers: Literal["allow", "block"] = "block",
) -> Iterator[Page]:
    """Open a page at `url`; an error in it fails the test.

    cookie: of who is signed in already. workers: whether the page may keep its shell, which takes
    time.
    """
    context = browser.new_context(
        locale=locale,
        color_scheme=scheme,
        viewport=SIZES[size],
        reduced_motion="reduce",
        service_workers=workers,
    )
    if cookie:
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url)
    yield page
    context.close()
    assert not faults


def sign_in(page: Page, name: str = "mei", password: str = PASSWORD) -> None:
    """Sign in on the page, and wait until the form is gone."""
    page.fill("#account", name)
    page.fill("#password", password)
    page.click("#sign-in-button")
    expect(page.locator("#entry")).to_be_hidden()


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Let the page go on until something is so on the server's side."""
    deadline_s = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < deadline_s, "it did not come to be so"
        page.wait_for_timeout(50)


@contextmanager
def board(
    browser: Browser,
    lobby: LobbyServer,
    name: str = "mei",
    workers: Literal["allow", "block"] = "block",
) -> Iterator[Page]:
    """Open the lobby for somebody who is signed in, and wait until it is live."""
    cookie = lobby.let_in(name)
    with tablet(browser, f"{lobby.url}/lobby", cookie=cookie, workers=workers) as page:
        expect(page.locator("#link")).to_contain_text("Live")
        yield page
