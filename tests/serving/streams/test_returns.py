"""Clients that lose their connection and come back to their session."""

import asyncio
from dataclasses import replace

import pytest

from base.errors import SessionNotFoundError, SessionTakenOverError
from serving.caller import Caller
from serving.streams.types import Beat
from tests.support.streams import CALLER, LAST, LIMITS, House, ScriptedWork, open_house

pytestmark = pytest.mark.timed


async def test_a_client_that_comes_back_goes_on_behind_the_last_chunk(house: House) -> None:
    work = ScriptedWork(length=4)
    client = house.open(work)
    client.send(*house.chunks(1, 2))
    await client.until("took 2")
    await client.hang_up()
    again = house.resume(client.opened.token)
    await again.until("resume")
    assert again.opened.next_sequence == 3
    assert again.opened.name == client.opened.name
    again.send(house.chunk(2), house.chunk(3))
    await again.until("took 3")
    again.send(house.chunk(4))
    await asyncio.sleep(0.1)
    again.send(house.chunk(5))
    await again.end()
    assert work.calls == ["start", "interrupt", "resume"]
    assert again.events[-1] == LAST


async def test_a_token_is_good_for_one_return(house: House) -> None:
    client = house.open(ScriptedWork())
    await client.until("start")
    await client.hang_up()
    second = house.resume(client.opened.token)
    await second.until("resume")
    second.send(Beat())
    await asyncio.sleep(0.4)
    third = house.resume(client.opened.token)
    await third.end()
    assert isinstance(third.error, SessionNotFoundError)
    await second.hang_up()


async def test_an_answer_that_is_lost_on_its_way_does_not_lose_the_session(house: House) -> None:
    """The old token was used up by a return whose answer, with the new token, never arrived."""
    client = house.open(ScriptedWork())
    await client.until("start")
    await client.hang_up()
    unheard = house.resume(client.opened.token)
    await unheard.until("resume")
    await unheard.hang_up()
    again = house.resume(client.opened.token)
    await again.until("resume")
    assert again.error is None
    await again.hang_up()


async def test_a_return_takes_a_connection_over_that_is_dead_and_does_not_know(
    house: House,
) -> None:
    work = ScriptedWork()
    client = house.open(work)
    await client.until("start")
    again = house.resume(client.opened.token)
    await again.until("interrupt", "resume")
    await client.end()
    assert isinstance(client.error, SessionTakenOverError)
    again.send(house.chunk(1))
    await again.until("took 1")
    await again.hang_up()


@pytest.mark.parametrize(
    "other", [Caller("bank-b", "app", CALLER.roles), Caller("bank-a", "thief", CALLER.roles)]
)
async def test_nobody_else_can_go_on_with_a_session(house: House, other: Caller) -> None:
    client = house.open(ScriptedWork())
    await client.until("start")
    thief = house.resume(client.opened.token, other)
    await thief.end()
    assert isinstance(thief.error, SessionNotFoundError)
    assert client.error is None
    await client.hang_up()


async def test_a_client_that_missed_the_verdict_gets_it_again(house: House) -> None:
    client = house.open(ScriptedWork(length=1))
    client.send(house.chunk(1))
    await client.end()
    again = house.resume(client.opened.token)
    await again.end()
    assert again.events == [LAST]


async def test_a_verdict_is_kept_for_a_while_and_no_longer() -> None:
    with open_house(replace(LIMITS, resume_s=0.2)) as house:
        client = house.open(ScriptedWork(length=1))
        client.send(house.chunk(1))
        await client.end()
        await asyncio.sleep(0.3)
        house.registry.forget_old()
        late = house.resume(client.opened.token)
        await late.end()
        assert isinstance(late.error, SessionNotFoundError)
        assert not house.registry._tokens
