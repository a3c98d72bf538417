"""Deadline and cancellation reach the models' queue."""

import asyncio
import threading
import time
from concurrent.futures import Future

import numpy as np
import pytest

from base.clock import SystemClock
from base.errors import DeadlineExceededError
from inference.engine import Tensors
from serving.bridge import Bridge
from serving.work import BoundEngine, Work

INPUTS = {"x": np.zeros((1, 1), np.float32)}


class SlowEngine:
    """Never answers; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[float | None, Future[Tensors]]] = []

    def submit(
        self, model_id: str, inputs: Tensors, *, deadline_s: float | None = None
    ) -> "Future[Tensors]":
        future: Future[Tensors] = Future()
        self.asked.append((deadline_s, future))
        return future


def test_items_inherit_the_deadline_of_their_request() -> None:
    slow = SlowEngine()
    engine, work = BoundEngine(slow), Work(time.monotonic() + 5, SystemClock())
    work.call(lambda: engine.submit("m", INPUTS))
    work.call(lambda: engine.submit("m", INPUTS, deadline_s=1.0))
    engine.submit("m", INPUTS)
    assert [deadline for deadline, _ in slow.asked] == [work.deadline_s, 1.0, None]


def test_cancelling_drops_what_waits_and_refuses_more() -> None:
    slow = SlowEngine()
    engine, work = BoundEngine(slow), Work(time.monotonic() + 5, SystemClock())
    work.call(lambda: engine.submit("m", INPUTS))
    work.cancel()
    assert slow.asked[0][1].cancelled()
    with pytest.raises(DeadlineExceededError):
        work.call(lambda: engine.submit("m", INPUTS))


async def test_a_caller_that_goes_away_drops_its_queued_work() -> None:
    bridge, ran, gate = Bridge(1, SystemClock()), [], threading.Event()
    first = asyncio.create_task(bridge.run(lambda: gate.wait(5), 5))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(bridge.run(lambda: ran.append("second"), 5))
    await asyncio.sleep(0.02)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    gate.set()
    assert await first
    await bridge.run(lambda: ran.append("third"), 5)
    bridge.close()
    assert ran == ["third"]


async def test_a_deadline_ends_the_wait_and_the_models_work() -> None:
    slow, bridge = SlowEngine(), Bridge(1, SystemClock())
    engine = BoundEngine(slow)
    with pytest.raises(DeadlineExceededError):
        await bridge.run(lambda: engine.submit("m", INPUTS).result(), 0.05)
    assert slow.asked[0][1].cancelled()
    assert await bridge.run(lambda: "alive", 1) == "alive"
    bridge.close()


@pytest.mark.parametrize("is_step", [True, False], ids=["a step", "all of it"])
async def test_a_step_leaves_what_it_began_to_the_next_one(is_step: bool) -> None:
    """A view that a session started at one picture was cancelled before the next picture came."""
    slow = SlowEngine()
    engine, bridge = BoundEngine(slow), Bridge(1, SystemClock())
    await bridge.run(lambda: engine.submit("m", INPUTS), 5.0, is_step=is_step)
    assert slow.asked[0][1].cancelled() is not is_step
    bridge.close()


async def test_a_step_that_takes_too_long_leaves_nothing() -> None:
    slow, gate = SlowEngine(), threading.Event()
    engine, bridge = BoundEngine(slow), Bridge(1, SystemClock())

    def wait() -> None:
        engine.submit("m", INPUTS)
        gate.wait(5)

    with pytest.raises(DeadlineExceededError):
        await bridge.run(wait, 0.1, is_step=True)
    assert slow.asked[0][1].cancelled()
    gate.set()
    bridge.close()
