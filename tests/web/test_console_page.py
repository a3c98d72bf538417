"""The operators' console in a real browser, with boxes and cameras that do not exist."""

from collections.abc import Iterator
from typing import Literal

import pytest
from fastapi import Response
from playwright.sync_api import Browser, Page, expect

from protos.smartbranch.lobby.v1.lobby_pb2 import HeatMap
from tests.support.browser import grave_findings
from tests.support.console_pages import CODE, ConsoleDesk
from tests.support.lobby_pages import COOKIE, LobbyServer, refused
from tests.support.lobby_tablet import SIZES, sign_in, tablet

pytestmark = pytest.mark.browser
LOOK = "#camera-list .card >> nth=0 >> [data-part=look]"
CORNER = "#overlay .handle >> nth=0"


@pytest.fixture
def desk(lobby: LobbyServer, grey_picture: bytes) -> ConsoleDesk:
    return ConsoleDesk(lobby, grey_picture)


@pytest.fixture(scope="module")
def screen(staff_browser: Browser, lobby_server: LobbyServer) -> Iterator[Page]:
    with tablet(staff_browser, f"{lobby_server.url}/console", size="desktop") as page:
        yield page


@pytest.fixture
def console(screen: Page, lobby: LobbyServer, desk: ConsoleDesk) -> Page:
    """The console as an operator finds it."""
    cookie = {"name": COOKIE, "value": lobby.let_in("tom"), "url": lobby.url}
    screen.context.add_cookies([cookie])  # type: ignore[list-item]
    screen.goto(f"{lobby.url}/console")
    expect(screen.locator("#camera-list .card")).to_have_count(2)
    return screen


def test_what_is_wrong_with_boxes_cameras_rules_and_galleries_is_seen(
    console: Page, desk: ConsoleDesk
) -> None:
    hall, door = (console.locator("#camera-list .card").nth(at) for at in (0, 1))
    expect(hall).to_contain_text("25.0 come, 5.0 analysed")
    expect(door).to_contain_text("Not connected")
    expect(console.locator("#device-list .trouble")).to_contain_text("62 min ahead")
    expect(console.locator("#gallery-problems")).to_contain_text("fraud: Made with another model")
    expect(console.locator("#gallery-table")).to_contain_text("Legitimate interest")
    expect(console.locator("#delivery-table .chip[data-kind=worse]")).to_have_text(
        ["1.31 s", "2.87 s"]
    )
    text = "rules.toml, table rules.late: unknown key 'minuts'; did you mean 'minutes'?"
    desk.lobby["rules"]["problem"] = {"code": "RULES_INVALID", "text": text}
    console.reload()
    expect(console.locator("#rules-state")).to_contain_text("did you mean 'minutes'?")
    expect(console.locator("#rules-state")).to_contain_text("stay in use")


def test_a_code_is_shown_once(console: Page, desk: ConsoleDesk) -> None:
    console.click("#register summary")
    console.fill("#device-id", "box-1")
    console.click("#register-form button")
    expect(console.locator("#code")).to_contain_text("There is a device box-1 already")
    console.fill("#device-id", "box-9")
    console.fill("#code-hours", "24")
    console.click("#register-form button")
    expect(console.locator(".code")).to_have_text(CODE)
    (asked,) = desk.codes
    assert (asked["branch"], asked["lifetime"]) == ("north", "86400s")
    console.reload()
    expect(console.locator("#camera-list .card")).to_have_count(2)
    assert CODE not in console.content()


def test_a_box_is_revoked_only_by_who_means_it(console: Page, desk: ConsoleDesk) -> None:
    console.click("#device-list [data-part=revoke] >> nth=0")
    expect(console.locator("#confirm")).to_contain_text("Revoke Box-1?")
    console.keyboard.press("Enter")
    expect(console.locator("#confirm")).to_be_hidden()
    assert desk.revoked == []
    console.click("#device-list [data-part=revoke] >> nth=0")
    console.click("#confirm-yes")
    expect(console.locator("#device-list .card").nth(0)).to_contain_text("Revoked")
    assert len(desk.revoked) == 1


def test_a_scene_is_changed_by_mouse_by_keys_and_by_numbers(
    console: Page, desk: ConsoleDesk
) -> None:
    console.click(LOOK)
    box = console.locator("#overlay").bounding_box()
    assert box is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    console.mouse.move(*at(0.1, 0.5))
    console.mouse.down()
    console.mouse.move(*at(0.2, 0.3))
    console.mouse.up()
    first = console.locator("#shape-fields [data-axis]").nth(0)
    expect(first).to_have_value("20")
    console.locator(CORNER).focus()
    console.keyboard.press("Shift+ArrowRight")
    console.keyboard.press("ArrowLeft")
    expect(first).to_have_value("24.5")
    console.locator("#shape-fields [data-axis]").nth(1).fill("10")
    console.click("#overlay .line:not(.way)", force=True)
    console.click("[data-part=turn]")
    console.click("[data-part=mask]")
    console.click("[data-part=add-corner]")
    console.click("#save")
    expect(console.locator("#editor")).to_be_hidden()
    (saved,) = desk.saved
    scene = saved["scene"]
    corner = scene["zones"][0]["polygon"]["corners"][0]
    assert (round(corner["x"], 3), round(corner["y"], 3)) == (0.245, 0.1)
    assert (scene["version"], scene["zones"][0]["kind"]) == ("3", "QUEUE")
    assert round(scene["lines"][0]["start"]["y"], 3) == 0.95
    assert [len(mask["corners"]) for mask in scene["masks"]] == [3, 5]


def test_where_people_stood_is_laid_over_the_picture(
    console: Page, lobby: LobbyServer, desk: ConsoleDesk
) -> None:
    console.click(LOOK)
    console.click("[data-part=heat]")
    expect(console.locator("#frame-line")).to_contain_text("Nobody was counted")
    lobby.heat = [HeatMap(camera="box-1/hall", columns=2, cells=[0, 4, 1, 0])]
    console.click("[data-part=heat]")
    expect(console.locator("#frame-line")).to_contain_text("where people stood today")
    rects = console.locator("#heat rect")
    expect(rects).to_have_count(2)
    assert rects.nth(0).get_attribute("x") == "1"
    strongest, weaker = (float(rects.nth(at).get_attribute("opacity") or 0) for at in (0, 1))
    assert strongest > weaker


def test_two_who_change_one_scene_are_told(console: Page, desk: ConsoleDesk) -> None:
    console.click(LOOK)
    console.fill("#camera-name", "Main hall")
    desk.cameras[0].scene.version = 7
    console.click("#save")
    expect(console.locator("#scene-line")).to_contain_text("Somebody else has changed")
    console.click("#conflict [data-part=mine]")
    expect(console.locator("#editor")).to_be_hidden()
    expect(console.locator("#camera-list h3").first).to_have_text("Main hall")
    assert desk.saved[0]["scene"]["version"] == "7"


def test_a_picture_is_asked_for_and_what_was_changed_is_not_left_by_mistake(
    console: Page, desk: ConsoleDesk
) -> None:
    console.click(LOOK)
    expect(console.locator("#frame-line")).to_contain_text("audit log")
    console.click("[data-part=frame]")
    expect(console.locator("#frame")).to_be_visible()
    console.fill("#camera-name", "Another")
    console.keyboard.press("Escape")
    console.click("#confirm-no")
    expect(console.locator("#editor")).to_be_visible()
    console.click("#editor-close")
    console.click("#confirm-yes")
    expect(console.locator("#editor")).to_be_hidden()
    console.click("#camera-list .card >> nth=1 >> [data-part=look]")
    console.click("[data-part=frame]")
    expect(console.locator("#frame-line")).to_contain_text("not open")


def test_who_is_no_operator_is_told_so(
    staff_browser: Browser, lobby: LobbyServer, desk: ConsoleDesk
) -> None:
    def not_allowed(*_: object) -> Response:
        return refused("ROLE_NOT_ALLOWED", "needs one of the roles operator", 403)

    lobby.extra["cameras"] = not_allowed
    with tablet(staff_browser, f"{lobby.url}/console") as page:
        sign_in(page)
        expect(page.locator("#banner")).to_contain_text("for operators")


@pytest.mark.parametrize(
    ("locale", "scheme", "sizes"),
    [("en-GB", "light", ["telephone", "desktop"]), ("zh-CN", "dark", ["telephone", "tablet"])],
    ids=["light", "dark"],
)
def test_every_state_fits_and_can_be_read_by_everyone(
    staff_browser: Browser,
    lobby: LobbyServer,
    desk: ConsoleDesk,
    locale: str,
    scheme: Literal["light", "dark"],
    sizes: list[str],
) -> None:
    with tablet(staff_browser, f"{lobby.url}/console", locale, scheme) as page:
        sign_in(page, "tom")
        expect(page.locator("#camera-list .card")).to_have_count(2)
        for is_editing in (False, True):
            if is_editing:
                page.click(LOOK)
                expect(page.locator("#editor-title")).to_be_focused()
            for size in map(SIZES.__getitem__, sizes):
                page.set_viewport_size(size)
                assert grave_findings(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
