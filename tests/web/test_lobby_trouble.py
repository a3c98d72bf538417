"""What the lobby's page does without a network, and when a sign-in is over."""

import pytest
from playwright.sync_api import Browser, Page, expect

from protos.smartbranch.lobby.v1.lobby_pb2 import Alert, LobbyEvent
from tests.support.lobby_pages import LobbyServer
from tests.support.lobby_people import alert, arrival, fill, ms_li, visitor
from tests.support.lobby_tablet import board, sign_in, tablet, until

pytestmark = pytest.mark.browser
OPEN, IN_HAND = "#alerts-open .alert", "#alerts-in-hand .alert"


def stored(page: Page) -> str:
    """Return everything that the browser keeps of the page."""
    kept: str = page.evaluate(
        """async () => {
            const texts = [JSON.stringify({ ...localStorage, ...sessionStorage })];
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys()) {
                    texts.push(request.url, await (await cache.match(request)).text());
                }
            }
            return texts.join("\\n");
        }"""
    )
    return kept


def test_what_is_done_without_a_network_is_sent_once_when_it_is_back(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    lobby.raise_alert(alert("a-1", Alert.CROWD))
    lobby.raise_alert(alert("a-2", Alert.LONG_WAIT))
    with board(staff_browser, lobby) as page:
        page.context.set_offline(True)
        expect(page.locator("#banner")).to_contain_text("No connection")
        page.click("[data-key$='a-1'] [data-part=ACKNOWLEDGE]")
        page.click("[data-key$='a-1'] [data-part=CLOSE]")
        page.click("[data-key$='a-2'] [data-part=TAKE_OVER]")
        expect(page.locator("#link")).to_contain_text("3 actions wait")
        expect(page.locator(IN_HAND)).to_contain_text("With you")
        assert lobby.updates == []
        page.context.set_offline(False)
        expect(page.locator("#banner")).to_be_hidden()
        expect(page.locator("#link")).to_have_text("Live")
        until(page, lambda: len(lobby.updates) == 3)
    done = [(one["alert"], one["action"]) for one in lobby.updates]
    assert done == [("a-1", "ACKNOWLEDGE"), ("a-1", "CLOSE"), ("a-2", "TAKE_OVER")]
    assert sum(path.endswith(":update") for path in lobby.asked) == 3


def test_what_happened_meanwhile_is_there_when_the_network_is_back(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    lobby.come(visitor("v-1"))
    with board(staff_browser, lobby) as page:
        page.context.set_offline(True)
        expect(page.locator("#banner")).to_be_visible()
        lobby.come(visitor("v-2"))
        page.context.set_offline(False)
        expect(page.locator(".person")).to_have_count(2)
        lobby.hang_up()
        lobby.come(visitor("v-3"))
        expect(page.locator(".person")).to_have_count(3)
        expect(page.locator("#link")).to_have_text("Live")


def test_the_page_starts_without_a_network_and_what_waits_outlives_it(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    li = ms_li()
    lobby.come(li)
    lobby.raise_alert(arrival(li))
    with board(staff_browser, lobby, workers="allow") as page:
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        page.reload()
        expect(page.locator("#link")).to_contain_text("Live")
        page.context.set_offline(True)
        page.click(f"{OPEN} [data-part=ACKNOWLEDGE]")
        expect(page.locator("#link")).to_contain_text("1 action waits")
        page.reload()
        expect(page.locator("#sign-in-line")).to_contain_text("cannot be reached")
        kept = stored(page)
        assert "a-c-100" in kept
        for personal in ("Li Na", "Mortgage", "Chen Wei", "Green deposit"):
            assert personal not in kept
        page.context.set_offline(False)
        expect(page.locator(IN_HAND)).to_contain_text("Seen by you")
        until(page, lambda: bool(lobby.updates))
    (sent,) = lobby.updates
    assert sent["action"] == "ACKNOWLEDGE"
    assert sent["action_time"].endswith("Z")


def test_a_sign_in_that_is_over_is_said_and_loses_nothing(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    lobby.come(ms_li())
    lobby.raise_alert(alert("a-1", Alert.CROWD))
    with board(staff_browser, lobby) as page:
        lobby.expired.update(lobby.sessions)
        page.click(f"{OPEN} [data-part=ACKNOWLEDGE]")
        expect(page.locator("#sign-in-line")).to_contain_text("has expired")
        expect(page.locator("#account")).to_have_value("bank/mei")
        expect(page.locator("#password")).to_be_focused()
        assert "Li Na" not in page.content()
        assert lobby.updates == []
        sign_in(page)
        # The page shows it before the server has it.
        expect(page.locator(IN_HAND)).to_contain_text("Seen by you")
        # A stream that opens while sessions end was let in, and is told of nothing.
        until(page, lambda: len(lobby.updates) == 1 and lobby.listener_count == 1)
        lobby.end_sessions()
        expect(page.locator("#sign-in-line")).to_contain_text("has expired")
        page.click("#language")
        expect(page.locator("#sign-in-line")).to_contain_text("登录已过期")


def test_nobody_sends_what_another_person_did(staff_browser: Browser, lobby: LobbyServer) -> None:
    lobby.raise_alert(alert("a-1", Alert.CROWD))
    with board(staff_browser, lobby) as page:
        lobby.expired.update(lobby.sessions)
        page.click(f"{OPEN} [data-part=ACKNOWLEDGE]")
        expect(page.locator("#sign-in-line")).to_be_visible()
        sign_in(page, "tom")
        expect(page.locator("#link")).to_have_text("Live")
        expect(page.locator(OPEN)).to_have_count(1)
        page.click("#sign-out")
        sign_in(page, "mei")
        expect(page.locator(IN_HAND)).to_contain_text("Seen by you")
        until(page, lambda: bool(lobby.updates))
    assert [one["by"] for one in lobby.updates] == ["mei"]


def test_events_that_are_not_kept_any_more_make_the_page_ask_for_everything(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    lobby.come(visitor("v-1"))
    with board(staff_browser, lobby) as page:
        expect(page.locator(".person")).to_have_count(1)
        lobby.visits.clear()
        hello = LobbyEvent()
        hello.hello.last_id, hello.hello.is_incomplete = 9, True
        hello.event_time.GetCurrentTime()
        lobby.tell(hello)
        expect(page.locator(".person")).to_have_count(0)


def test_wrong_names_and_branches_are_explained(staff_browser: Browser, lobby: LobbyServer) -> None:
    lobby.accounts["tom"]["branches"] = [{"id": "south", "display_name": "South"}]
    with tablet(staff_browser, f"{lobby.url}/lobby") as page:
        page.click("#sign-in-button")
        expect(page.locator("#sign-in-line")).to_have_text("Enter name and password.")
        page.fill("#account", "tom")
        page.fill("#password", "wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#sign-in-line")).to_contain_text("do not belong together")
        sign_in(page, "tom")
        expect(page.locator("#banner")).to_have_text("This branch is not open to you.")
        lobby.accounts["tom"]["branches"] = []
        page.reload()
        expect(page.locator("#banner")).to_contain_text("There is no branch for you here")


def test_colours_are_the_systems_until_they_are_chosen(
    staff_browser: Browser, lobby: LobbyServer
) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with tablet(staff_browser, f"{lobby.url}/lobby", scheme="dark") as page:
        dark = page.evaluate(ground)
        page.click("#theme")
        light = page.evaluate(ground)
        assert light != dark
        page.reload()
        assert page.evaluate(ground) == light
        page.click("#theme")
        assert page.evaluate(ground) == dark


def test_sound_is_asked_for_once_and_kept(staff_browser: Browser, lobby: LobbyServer) -> None:
    fill(lobby)
    with tablet(staff_browser, f"{lobby.url}/lobby") as page:
        sign_in(page)
        # That was a touch.
        expect(page.locator("#sound-ask")).to_be_hidden()
        page.reload()
        expect(page.locator("#sound-ask")).to_be_visible()
        page.click("#sound-ask")
        expect(page.locator("#sound-ask")).to_be_hidden()
        page.click("#sound")
        expect(page.locator("#sound")).to_have_attribute("aria-label", "Sound is off")
        page.reload()
        expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")
        expect(page.locator("#sound-ask")).to_be_hidden()
