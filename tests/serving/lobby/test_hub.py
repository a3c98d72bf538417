"""The hub: each event to its branch and to those whom it is for, once, and after a break too."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
import structlog

from base.clock import SystemClock
from base.errors import (
    BranchNotFoundError,
    DrainingError,
    StorageFailedError,
    TooManyRequestsInFlightError,
)
from serving.caller import Caller, Role
from serving.limits import Slots
from serving.lobby import hub as hub_module
from serving.lobby.hub import LobbyHub
from serving.lobby.recent import MAX_EVENTS
from serving.lobby.subscription import MAX_WAITING, Subscription
from serving.lobby.told import Hello, Told
from tests.support.lobby_events import NOW, ScriptedLobby

STAFF = frozenset({Role.LOBBY_STAFF})
LI = Caller("bank", "li", STAFF, "north", frozenset({"teller"}))
WU = Caller("bank", "wu", STAFF, "south", frozenset({"manager"}))
OPERATOR = Caller("bank", "ops", frozenset({Role.OPERATOR}))


class House:
    """A hub over a scripted lobby, and what it said it told."""

    def __init__(self, max_listeners: int = 100) -> None:
        self.lobby = ScriptedLobby(("bank", "north"), ("bank", "south"), ("other", "north"))
        self.told: list[tuple[str, str, int]] = []
        self.hub = LobbyHub(
            lambda: self.lobby,
            Slots(max_listeners, "event streams"),
            self._note,
            SystemClock(),
            structlog.get_logger(),
        )

    def _note(self, tenant: str, branch: str, events: Sequence[Told]) -> None:
        self.told += [(tenant, branch, event.id) for event in events]

    def tell(self, branch: str, kind: str = "alert", duties: tuple[str, ...] = ()) -> Told:
        told = self.lobby.tell("bank", branch, kind, duties)
        self.hub.notify("bank", branch)
        return told


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    house.hub.shut()


async def next_of(listener: Subscription) -> Hello | Told:
    found = await listener.next(10)
    assert found is not None
    return found


async def ids_of(listener: Subscription, count: int) -> list[int]:
    found = [await next_of(listener) for _ in range(count)]
    return [one.id for one in found if isinstance(one, Told)]


async def test_an_event_goes_to_its_branch_and_to_no_other(house: House) -> None:
    north = house.hub.listen(LI, "bank", "north", None)
    south = house.hub.listen(WU, "bank", "south", None)
    async with north as first, south as second:
        assert await next_of(first) == await next_of(second) == Hello(0)
        mine, theirs = house.tell("north"), house.tell("south")
        assert await next_of(first) is mine
        assert await next_of(second) is theirs
        assert await first.next(0.05) is None
        assert house.told == [("bank", "north", mine.id), ("bank", "south", theirs.id)]


async def test_an_alert_for_a_duty_goes_to_those_who_have_it(house: House) -> None:
    async with (
        house.hub.listen(LI, "bank", "north", None) as teller,
        house.hub.listen(OPERATOR, "bank", "north", None) as operator,
    ):
        assert await next_of(teller) == await next_of(operator) == Hello(0)
        hidden, shown = house.tell("north", duties=("manager",)), house.tell("north")
        assert await next_of(teller) is shown
        assert [await next_of(operator), await next_of(operator)] == [hidden, shown]


@pytest.mark.parametrize(
    ("caller", "tenant", "branch"),
    [(LI, "bank", "south"), (LI, "other", "north"), (OPERATOR, "bank", "west")],
    ids=["another branch", "another tenant", "no branch"],
)
async def test_what_a_caller_may_not_see_is_not_there(
    house: House, caller: Caller, tenant: str, branch: str
) -> None:
    with pytest.raises(BranchNotFoundError):
        async with house.hub.listen(caller, tenant, branch, None):
            pass
    assert house.hub.listener_count == 0


async def test_whoever_comes_back_is_told_what_was_missed_and_nothing_twice(house: House) -> None:
    seen, *missed = [house.lobby.tell("bank", "north") for _ in range(5)]
    async with house.hub.listen(LI, "bank", "north", seen.id) as listener:
        live = house.tell("north")
        assert await next_of(listener) == Hello(missed[-1].id)
        assert await ids_of(listener, 5) == [*(one.id for one in missed), live.id]
        assert await listener.next(0.05) is None


async def test_what_was_missed_is_fetched_once_for_all_who_missed_it(house: House) -> None:
    for _ in range(5):
        house.lobby.tell("bank", "north")
    listeners = [house.hub.listen(LI, "bank", "north", after) for after in (2, 3, 1, 2)]
    got = []
    for listening in listeners:
        listener = await listening.__aenter__()
        assert isinstance(await next_of(listener), Hello)
        got.append(await ids_of(listener, 2))
    assert got == [[3, 4], [4, 5], [2, 3], [3, 4]]
    assert house.lobby.asked == [("north", 2), ("north", 1)]
    for listening in listeners:
        await listening.__aexit__(None, None, None)


async def test_whoever_missed_more_than_is_kept_is_told_to_ask_for_everything(
    house: House,
) -> None:
    for _ in range(MAX_EVENTS + 5):
        last = house.lobby.tell("bank", "north")
    house.lobby.kept_from = last.id - 10
    for after_id in (2, last.id - 11, last.id + 7):
        async with house.hub.listen(LI, "bank", "north", after_id) as listener:
            assert await next_of(listener) == Hello(last.id, is_incomplete=True)
            live = house.tell("north")
            assert await next_of(listener) is live
            last = live


async def test_a_listener_that_does_not_read_grows_to_a_limit(house: House) -> None:
    async with (
        house.hub.listen(LI, "bank", "north", None) as slow,
        house.hub.listen(LI, "bank", "north", None) as quick,
    ):
        assert await next_of(slow) == await next_of(quick) == Hello(0)
        last = [house.tell("north") for _ in range(MAX_WAITING + 10)][-1]
        while (event := await next_of(quick)) is not last:
            assert isinstance(event, Told | Hello)
        hello = await next_of(slow)
        assert isinstance(hello, Hello)
        assert hello.is_incomplete
        rest = await ids_of(slow, last.id - hello.last_id)
        assert rest == list(range(hello.last_id + 1, last.id + 1))
        assert len(rest) <= MAX_WAITING


async def test_of_counts_the_newest_alone_waits() -> None:
    listener = Subscription(LI)
    for text in ("1", "2", "3"):
        listener.put(Told(0, "flow", NOW, None, text))
    listener.begin(Hello(0), [])
    assert await listener.next(1) == Hello(0)
    newest = await listener.next(1)
    assert isinstance(newest, Told)
    assert newest.text == "3"
    assert await listener.next(0) is None


async def test_no_more_listen_than_the_limit_says() -> None:
    house = House(max_listeners=1)
    async with house.hub.listen(LI, "bank", "north", None):
        with pytest.raises(TooManyRequestsInFlightError):
            async with house.hub.listen(LI, "bank", "north", None):
                pass
    async with house.hub.listen(LI, "bank", "north", None):
        assert house.hub.listener_count == 1
    house.hub.shut()


async def test_events_that_could_not_be_fetched_come_when_they_can(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "RETRY_S", 0.01)
    async with house.hub.listen(LI, "bank", "north", None) as listener:
        assert await next_of(listener) == Hello(0)
        house.lobby.failure = StorageFailedError("the database failed")
        told = house.tell("north")
        assert await listener.next(0.1) is None
        house.lobby.failure = None
        assert await next_of(listener) is told


async def test_listeners_are_sent_away_when_the_server_stops(house: House) -> None:
    async with house.hub.listen(LI, "bank", "north", None) as listener:
        assert await next_of(listener) == Hello(0)
        waiting = asyncio.ensure_future(listener.next(60))
        await asyncio.sleep(0)
        house.hub.close()
        with pytest.raises(DrainingError):
            await waiting
    with pytest.raises(DrainingError):
        async with house.hub.listen(LI, "bank", "north", None) as late:
            await late.next(60)


async def test_what_was_remembered_of_a_tenant_can_be_forgotten(house: House) -> None:
    async with house.hub.listen(LI, "bank", "north", None) as listener:
        assert await next_of(listener) == Hello(0)
        told = house.tell("north")
        assert await next_of(listener) is told
        house.hub.forget("bank")
        await asyncio.sleep(0)
        async with house.hub.listen(LI, "bank", "north", 0) as late:
            assert await ids_of(late, 2) == [told.id]
        assert house.lobby.asked[-1] == ("north", 0)
