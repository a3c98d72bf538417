"""The stream machinery by itself: a scripted work, real threads, no sockets."""

import asyncio
import threading
from dataclasses import replace

import pytest

from base.errors import (
    DeadlineExceededError,
    DrainingError,
    InferenceFailedError,
    InvalidArgumentError,
    MessageTooLargeError,
    QueueFullError,
    RateLimitedError,
    SequenceGapError,
    TooManyRequestsInFlightError,
)
from serving.caller import Caller
from serving.limits import Slots
from serving.streams.session import ABANDONED, DRAINED, MAX_LOST_IN_A_ROW, TIMED_OUT
from serving.streams.types import Beat, Codec
from tests.support.streams import CALLER, LAST, LIMITS, Client, House, ScriptedWork, open_house

pytestmark = pytest.mark.timed


async def test_a_session_opens_acknowledges_and_ends_with_one_verdict(house: House) -> None:
    client = house.open(ScriptedWork(length=3))
    await client.until("start")
    for number in (1, 2, 3):
        client.send(house.chunk(number))
        await client.until(f"took {number}")
    await client.end()
    assert client.opened.next_sequence == 1
    assert client.events == ["start", "took 1", "took 2", "took 3", LAST]
    assert client.acks[-1].sequence == 3
    assert client.error is None
    assert house.slots.taken_count == 0


async def test_a_slow_analysis_delays_neither_acknowledgements_nor_heartbeats(house: House) -> None:
    work = ScriptedWork()
    work.gate.clear()
    client = house.open(work)
    await client.until("start")
    for number in range(1, 13):
        client.send(house.chunk(number))
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.7)
    assert client.acks[-1].sequence == 12
    assert client.beats >= 1
    work.gate.set()
    await client.until("took 12")
    # The first was looked at when it came, the newest afterwards; what lay between was too old.
    assert work.taken == [1, 12]
    client.send(None)
    await client.end()
    assert client.acks[-1].dropped_count == 10


async def test_acknowledgements_come_after_a_count_or_a_time(house: House) -> None:
    client = house.open(ScriptedWork())
    client.send(*house.chunks(1, 4))
    await asyncio.sleep(0.05)
    assert client.acks[-1].sequence == 4
    client.send(house.chunk(5))
    await asyncio.sleep(0.2)
    assert client.acks[-1].sequence == 5
    await client.hang_up()


async def test_what_was_sent_before_is_acknowledged_and_not_looked_at_again(house: House) -> None:
    work = ScriptedWork()
    client = house.open(work)
    client.send(house.chunk(1))
    await client.until("took 1")
    acks = len(client.acks)
    client.send(house.chunk(1))
    await asyncio.sleep(0.25)
    assert len(client.acks) > acks
    assert work.taken == [1]
    await client.hang_up()


async def test_a_hole_in_the_numbers_is_refused_and_the_session_goes_on(house: House) -> None:
    work = ScriptedWork()
    client = house.open(work)
    client.send(house.chunk(1), house.chunk(3))
    await client.end()
    assert isinstance(client.error, SequenceGapError)
    assert client.error.metadata == {"next_sequence": "2"}
    again = house.resume(client.opened.token)
    await again.until("resume")
    assert again.opened.next_sequence == 2
    await again.hang_up()


@pytest.mark.parametrize(
    ("data", "codec", "error"),
    [
        (b"x" * 1001, Codec.JPEG, MessageTooLargeError),
        (b"x", Codec.PCM_S16LE_16KHZ, InvalidArgumentError),
    ],
    ids=["too long", "codec"],
)
async def test_a_chunk_out_of_bounds_ends_the_connection(
    house: House, data: bytes, codec: Codec, error: type[Exception]
) -> None:
    client = house.open(ScriptedWork())
    client.send(house.chunk(1, data, codec))
    await client.end()
    assert isinstance(client.error, error)


async def test_a_flood_of_chunks_is_refused(house: House) -> None:
    client = house.open(ScriptedWork())
    client.send(*house.chunks(1, 1200))
    await client.end()
    assert isinstance(client.error, RateLimitedError)


async def test_a_flood_of_heartbeats_is_refused(house: House) -> None:
    """Only chunks were counted; one client's heartbeats kept most of a core busy."""
    client = house.open(ScriptedWork())
    client.send(*[Beat()] * 1200)
    await client.end()
    assert isinstance(client.error, RateLimitedError)


async def test_more_pictures_than_are_looked_at_are_dropped_and_counted() -> None:
    with open_house(replace(LIMITS, max_fps=20.0)) as house:
        work = ScriptedWork()
        client = house.open(work)
        for number in range(1, 61):
            client.send(house.chunk(number))
            await asyncio.sleep(0.01)
        client.send(None)
        await client.end()
        took = len(work.taken)
        assert took + client.acks[-1].dropped_count == client.acks[-1].sequence == 60
        assert took <= 20 * 1.5 + 2


async def test_silence_ends_the_connection_and_not_the_session() -> None:
    with open_house(replace(LIMITS, silence_s=1.0)) as house:
        client = house.open(ScriptedWork())
        for _ in range(3):
            await asyncio.sleep(0.5)
            client.send(Beat())
        assert client.error is None
        await client.end()
        assert isinstance(client.error, DeadlineExceededError)
        again = house.resume(client.opened.token)
        await again.until("resume")
        await again.hang_up()


async def test_an_abandoned_session_is_closed_and_frees_its_place() -> None:
    with open_house(replace(LIMITS, resume_s=0.3)) as house:
        work = ScriptedWork()
        client = house.open(work)
        await client.until("start")
        await client.hang_up()
        assert house.slots.taken_count == 1
        await house.all_ended()
        assert work.calls[-1] == f"finish {ABANDONED}"
        assert house.slots.taken_count == 0


async def test_a_client_that_goes_while_its_session_opens_leaves_none_behind(house: House) -> None:
    """The session stayed open in the books for minutes, and counted as an attempt under way."""
    work, gate, is_making = ScriptedWork(), threading.Event(), threading.Event()

    def make_slowly() -> ScriptedWork:
        is_making.set()
        assert gate.wait(5)
        return work

    client = Client()
    client.follow(house.registry.open(CALLER, make_slowly, client.incoming()))
    await asyncio.to_thread(is_making.wait, 5)
    await client.hang_up()
    assert house.slots.taken_count == 0
    gate.set()
    async with asyncio.timeout(5):
        while not work.is_finished:  # noqa: ASYNC110 -- nothing tells it.
            await asyncio.sleep(0.01)
    assert work.calls == ["start", f"finish {ABANDONED}"]


async def test_a_client_that_ends_its_side_gets_a_verdict(house: House) -> None:
    client = house.open(ScriptedWork())
    client.send(None)
    await client.end()
    assert client.events[-1] == f"{LAST} {ABANDONED}"


async def test_a_session_has_an_end() -> None:
    with open_house(replace(LIMITS, session_s=0.4)) as house:
        client = house.open(ScriptedWork())
        await client.end()
        assert client.events[-1] == f"{LAST} {TIMED_OUT}"


async def test_a_drain_gives_every_session_a_verdict(house: House) -> None:
    attached, away = ScriptedWork(name="sessions/a"), ScriptedWork(name="sessions/b")
    client, other = house.open(attached), house.open(away)
    await client.until("start")
    await other.until("start")
    await other.hang_up()
    await house.registry.drain(5.0)
    await client.end()
    assert client.events[-1] == f"{LAST} {DRAINED}"
    assert away.calls[-1] == f"finish {DRAINED}"
    assert house.slots.taken_count == 0


async def test_a_transport_that_drains_ends_the_session(house: House) -> None:
    client = house.open(ScriptedWork())
    client.send(DrainingError("the server is stopping"))
    await client.end()
    assert client.events[-1] == f"{LAST} {DRAINED}"


async def test_one_session_more_than_fits_is_refused_at_once() -> None:
    with open_house(LIMITS, Slots(2, "sessions", tenant_size=1)) as house:
        client = house.open(ScriptedWork())
        await client.until("start")
        refused = house.open(ScriptedWork())
        await refused.end()
        assert isinstance(refused.error, TooManyRequestsInFlightError)
        other = house.open(ScriptedWork(), Caller("bank-b", "app", CALLER.roles))
        await other.until("start")
        await client.hang_up()
        await other.hang_up()


async def test_work_that_fails_closes_the_books_and_tells_why(house: House) -> None:
    work = ScriptedWork()
    work.broken = InferenceFailedError("the model failed")
    client = house.open(work)
    client.send(house.chunk(1))
    await client.end()
    assert isinstance(client.error, InferenceFailedError)
    assert work.calls[-1] == "fail INFERENCE_FAILED"
    assert house.slots.taken_count == 0


async def test_a_full_queue_costs_pictures_and_not_the_session(house: House) -> None:
    work = ScriptedWork()
    work.broken = QueueFullError("the queue is full")
    client = house.open(work)
    client.send(house.chunk(1))
    await asyncio.sleep(0.15)
    work.broken = None
    client.send(house.chunk(2))
    await client.until("took 2")
    assert client.acks[-1].dropped_count == 1
    work.broken = QueueFullError("the queue is full")
    # A busy machine takes longer for each, and looks at the newest of those that came meanwhile.
    for number in range(3, 40 * MAX_LOST_IN_A_ROW):
        if client.error is not None:
            break
        client.send(house.chunk(number))
        await asyncio.sleep(0.01)
    await client.end()
    assert isinstance(client.error, QueueFullError)


async def test_a_look_that_never_ends_ends_the_session() -> None:
    with open_house(replace(LIMITS, step_s=0.3)) as house:
        work = ScriptedWork()
        work.gate.clear()
        client = house.open(work)
        client.send(house.chunk(1))
        await client.end()
        assert isinstance(client.error, DeadlineExceededError)
        assert work.calls[-1] == "fail DEADLINE_EXCEEDED"
        work.gate.set()


async def test_a_client_that_reads_nothing_costs_no_memory() -> None:
    with open_house(replace(LIMITS, max_events=8)) as house:
        work = ScriptedWork()
        client = house.open(work)
        await client.until("start")
        await client.hang_up()
        session = next(iter(house.registry._running))
        for number in range(100):
            session.events.append(f"event {number}")
        assert next(iter(session.events)) == "event 92"


async def test_sessions_are_counted(house: House) -> None:
    client = house.open(ScriptedWork(length=2))
    await client.until("start")
    assert 'stream_sessions{stream="test"} 1.0' in house.metrics.text().decode()
    for number in (1, 2):
        client.send(house.chunk(number))
        await client.until(f"took {number}")
    await client.end()
    text = house.metrics.text().decode()
    assert 'stream_sessions{stream="test"} 0.0' in text
    assert 'stream_chunks_total{fate="looked_at",stream="test"} 2.0' in text
