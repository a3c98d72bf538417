"""The lobby on tablets, in a real browser, against a branch that the test holds in its hands."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from protos.smartbranch.edge.v1.edge_pb2 import CameraReport
from protos.smartbranch.lobby.v1.lobby_pb2 import Alert, FlowNow, LobbyEvent
from tests.support.browser import grave_findings
from tests.support.lobby_pages import LobbyServer
from tests.support.lobby_people import (
    alert,
    arrival,
    cameras,
    counts,
    fill,
    ms_li,
    visitor,
    watchlisted,
)
from tests.support.lobby_tablet import SIZES, board, sign_in, tablet, until

pytestmark = pytest.mark.browser
OPEN, IN_HAND = "#alerts-open .alert", "#alerts-in-hand .alert"


def test_who_comes_is_shown_with_what_they_may_need(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    with board(staff_browser, lobby) as page:
        expect(page.locator("#no-people")).to_be_visible()
        li = ms_li()
        lobby.come(li)
        lobby.come(visitor("v-1"))
        lobby.raise_alert(arrival(li))
        expect(page.locator(".person strong")).to_have_text(["Li Na", "Visitor"])
        expect(page.locator(OPEN)).to_contain_text("A customer of tier Private banking is at Door")
        expect(page.locator("#said")).to_contain_text("Customer has come")
        # What arrived is told back with its time.
        until(page, lambda: len(lobby.receipts) == 3)
        page.click(".person-card >> nth=0")
        sheet = page.locator("#sheet")
        for told in ("Mortgage", "Chen Wei", "Quiet room", "Green deposit", "Chinese"):
            expect(sheet).to_contain_text(told)
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        li.end_time.GetCurrentTime()
        lobby.come(li)
        expect(page.locator(".person strong")).to_have_text(["Visitor"])
        for part in ("#sheet-title", "#sheet-head", "#sheet-body", "#sheet-alerts"):
            expect(page.locator(part)).to_be_empty()


def test_an_acknowledgement_on_one_tablet_clears_the_alert_on_another(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    _, urgent = watchlisted()
    with board(staff_browser, lobby) as mine, board(staff_browser, lobby, "tom") as other:
        lobby.raise_alert(urgent)
        for page in (mine, other):
            expect(page.locator(OPEN)).to_contain_text("Urgent")
            expect(page.locator("#said-now")).to_contain_text("Watchlist")
        mine.click(f"{OPEN} [data-part=ACKNOWLEDGE]")
        for page, who in ((mine, "Seen by you"), (other, "Seen by mei")):
            expect(page.locator(OPEN)).to_have_count(0)
            expect(page.locator(IN_HAND)).to_contain_text(who)
        expect(other.locator("#said")).to_have_text("Seen to")
        assert [(one["action"], one["by"]) for one in lobby.updates] == [("ACKNOWLEDGE", "mei")]
        assert "action_time" not in lobby.updates[0]


def test_an_alert_is_handed_over_with_a_note_and_closed(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    li = ms_li()
    lobby.come(li)
    lobby.raise_alert(arrival(li))
    with board(staff_browser, lobby) as page:
        page.click(f"{OPEN} [data-part=more]")
        page.click("#sheet [data-part=HAND_OVER]")
        page.fill("#sheet [name=assignee]", "tom")
        page.fill("#sheet [name=note]", "She asked for the quiet room")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#sheet .state")).to_have_text("Waits for tom")
        page.click("#sheet summary")
        expect(page.locator("#sheet .steps q")).to_have_text("She asked for the quiet room")
        page.click("#sheet [data-part=CLOSE]")
        expect(page.locator(OPEN)).to_have_count(0)
        expect(page.locator("#sheet .sheet-alert")).to_have_count(0)
        until(page, lambda: len(lobby.updates) == 2)
    handed, closed = lobby.updates
    assert (handed["action"], handed["assignee"]) == ("HAND_OVER", "tom")
    assert closed["action"] == "CLOSE"


def test_a_refused_action_is_taken_back_and_explained(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    lobby.raise_alert(alert("a-1", Alert.CROWD))
    lobby.refusal = ("ALERT_MOVE_NOT_ALLOWED", "the alert was closed meanwhile")
    with board(staff_browser, lobby) as page:
        page.click(f"{OPEN} [data-part=TAKE_OVER]")
        expect(page.locator("#toast")).to_contain_text("Not done (I take it)")
        expect(page.locator(OPEN)).to_have_count(1)
        expect(page.locator("#link .chip")).to_have_count(0)


def test_a_picture_is_covered_until_touched_and_fetched_only_then(
    staff_browser: Browser, lobby: LobbyServer, grey_picture: bytes
) -> None:
    lobby.come(ms_li())
    lobby.photos["c-100"] = grey_picture
    with board(staff_browser, lobby) as page:
        page.click(".person-card")
        cover = page.locator(".photo-cover")
        expect(cover).to_contain_text("Show picture")
        assert not any(path.endswith("/photo") for path in lobby.asked)
        cover.click()
        expect(cover.locator("img")).to_be_visible()
        page.evaluate("window.dispatchEvent(new Event('blur'))")
        expect(cover.locator("img")).to_have_count(0)
        lobby.photos.clear()
        cover.click()
        expect(page.locator(".photo-line")).to_contain_text("no picture any more")


def test_queues_and_cameras_are_told_as_they_change(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    lobby.cameras = cameras()
    with board(staff_browser, lobby) as page:
        lobby.tell(LobbyEvent(flow=counts()))
        expect(page.locator("#flow-sums dd")).to_have_text(["4", "42", "35"])
        expect(page.locator(".zone").first).to_contain_text("longest 5:")
        lobby.tell(LobbyEvent(flow=FlowNow(in_count=42)))
        expect(page.locator("#flow-sums dd")).to_have_text(["\u2013", "42", "0"])
        expect(page.locator(".camera")).to_contain_text("Door 2Covered")
        mended = cameras()[1]
        mended.state = CameraReport.UP
        lobby.tell(LobbyEvent(camera=mended))
        expect(page.locator("#camera-line")).to_contain_text("All 2 cameras work")


def test_the_language_changes_while_the_board_is_live(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    fill(lobby)
    with board(staff_browser, lobby) as page:
        expect(page.locator(OPEN).first).to_contain_text("Somebody on the list fraud")
        page.click("#language")
        expect(page.locator(OPEN).first).to_contain_text("名单fraud中的人员")
        expect(page.locator("#troubles")).to_contain_text("客户目录")
        expect(page.locator(".person").last).to_contain_text("访客")
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        page.reload()
        expect(page.locator("#link")).to_contain_text("实时")


def form(page: Page) -> None:
    page.fill("#account", "mei")
    page.fill("#password", "wrong")
    page.click("#sign-in-button")
    expect(page.locator("#sign-in-line")).to_be_visible()


def live(page: Page) -> None:
    sign_in(page)
    expect(page.locator(".person")).to_have_count(6)
    expect(page.locator(".camera")).to_have_count(1)


def sheet(page: Page) -> None:
    page.click("[data-key$='c-100'] .person-card")
    page.click("#sheet [data-part=HAND_OVER]")
    expect(page.locator("#sheet [name=assignee]")).to_be_focused()


@pytest.mark.parametrize(
    ("locale", "scheme", "sizes"),
    [("en-GB", "light", ["telephone", "desktop"]), ("zh-CN", "dark", ["telephone", "tablet"])],
    ids=["light", "dark"],
)
def test_every_state_fits_and_can_be_read_by_everyone(
    staff_browser: Browser,
    lobby: LobbyServer,
    locale: str,
    scheme: Literal["light", "dark"],
    sizes: list[str],
) -> None:
    fill(lobby)
    with tablet(staff_browser, f"{lobby.url}/lobby", locale, scheme) as page:
        for go_to in (form, live, sheet):
            go_to(page)
            for size in map(SIZES.__getitem__, sizes):
                page.set_viewport_size(size)
                assert grave_findings(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
                assert page.evaluate(TOO_SMALL) == []


# What fingers touch is at least 48 pixels wide and high.
TOO_SMALL = """[...document.querySelectorAll("button, a, select, input, summary")]
    .filter((node) => node.checkVisibility() && !node.matches(".skip"))
    .map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < 48 || height < 48)
    .map(([html]) => html)"""
