"""A camera's thread outlives whatever its reader meets, and says what that was."""

import asyncio
import io
import random
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from base.clock import SystemClock
from base.errors import (
    CameraRefusedError,
    CameraUnavailableError,
    SmartBranchError,
    SourceEndedError,
    UnsupportedSourceError,
)
from branch_edge.news import CameraNews, CameraState
from branch_edge.sampling import FrameSampler
from branch_edge.sources.camera import Backoff, CameraSource
from branch_edge.sources.files import StillFrame
from branch_edge.sources.reader import Arrival
from branch_edge.sources.settings import RetrySettings, SourceSettings
from serving.telemetry.logs import make_logger
from tests.support.cameras import EVERY_FRAME, QUICK, WAIT_S
from tests.support.clips import square_picture

CLOCK = SystemClock()


class ScriptedReader:
    """A live camera that does one thing after another, each time it is opened."""

    is_live = True

    def __init__(self, *rounds: Callable[[threading.Event], Iterator[Arrival]]) -> None:
        self._rounds = iter(rounds)

    def arrivals(self, stop: threading.Event) -> Generator[Arrival, None, None]:
        play = next(self._rounds, None)
        if play is None:
            stop.wait(WAIT_S)
            return
        yield from play(stop)


def picture(clock_lag_s: float | None = None, side_px: int = 64) -> Arrival:
    image = square_picture(width=side_px, height=side_px)
    return Arrival(StillFrame(image, 0.0, None), CLOCK.monotonic(), CLOCK.now(), clock_lag_s)


def shows(*arrivals: Arrival) -> Callable[[threading.Event], Iterator[Arrival]]:
    return lambda stop: iter(arrivals)


def fails(error: Exception) -> Callable[[threading.Event], Iterator[Arrival]]:
    def play(stop: threading.Event) -> Iterator[Arrival]:
        raise error
        yield

    return play


def hangs(stop: threading.Event) -> Iterator[Arrival]:
    """A driver that does not come back, as an unplugged USB camera's may."""
    stop.wait(WAIT_S)
    yield from ()


@asynccontextmanager
async def scripted(
    *rounds: Callable[[threading.Event], Iterator[Arrival]], **settings: float
) -> AsyncIterator[tuple[CameraSource, "asyncio.Queue[CameraNews]", io.StringIO]]:
    log, news = io.StringIO(), asyncio.Queue[CameraNews]()
    source = CameraSource(
        "door-2",
        ScriptedReader(*rounds),
        SourceSettings(retry=QUICK, **settings),  # type: ignore[arg-type]
        FrameSampler(EVERY_FRAME),
        CLOCK,
        make_logger("debug", log),
        news.put_nowait,
    )
    source.start()
    try:
        async with asyncio.timeout(WAIT_S):
            yield source, news, log
    finally:
        await source.close()


async def test_a_reader_that_breaks_in_an_unforeseen_way_is_opened_anew() -> None:
    async with scripted(fails(ZeroDivisionError()), shows(picture())) as (source, news, log):
        await source.recv()
        assert (await news.get()).reason == "CAMERA_UNAVAILABLE"
        assert (await news.get()).state is CameraState.UP
    assert "ZeroDivisionError" in log.getvalue()


async def test_each_reason_is_told_and_only_the_first_is_logged() -> None:
    rounds = [
        fails(CameraUnavailableError("nothing listens")),
        fails(CameraUnavailableError("nothing listens")),
        fails(CameraRefusedError("wrong password")),
        shows(picture()),
    ]
    async with scripted(*rounds) as (_, news, log):
        told = [(one.state, one.reason) for one in [await news.get() for _ in range(3)]]
    assert told == [
        (CameraState.DOWN, "CAMERA_UNAVAILABLE"),
        (CameraState.DOWN, "CAMERA_REFUSED"),
        (CameraState.UP, ""),
    ]
    assert log.getvalue().count("camera unavailable") == 1


async def test_since_when_a_camera_is_away_stays_when_the_reason_changes() -> None:
    rounds = [fails(CameraUnavailableError("gone")), fails(CameraRefusedError("wrong password"))]
    async with scripted(*rounds) as (_, news, _log):
        first, second = await news.get(), await news.get()
    assert second.since == first.since


async def test_a_clock_that_is_off_is_told_and_the_camera_stays_up() -> None:
    async with scripted(shows(picture(clock_lag_s=-3600.0))) as (_, news, log):
        told = await news.get()
    assert (told.state, told.reason) == (CameraState.UP, "CAMERA_CLOCK_OFF")
    assert "3600 s ahead of this box's" in told.text
    assert log.getvalue().count("CAMERA_CLOCK_OFF") == 1


async def test_a_new_size_is_told() -> None:
    async with scripted(shows(picture(), picture(side_px=96))) as (_, news, _log):
        sizes = [(await news.get()).size_wh for _ in range(2)]
    assert sizes == [(64, 64), (96, 96)]


async def test_a_driver_that_hangs_is_called_stalled() -> None:
    async with scripted(hangs, open_timeout_s=0.05, stall_after_s=0.05) as (source, news, _log):
        waiting = asyncio.create_task(source.recv())
        told = await news.get()
        assert (told.state, told.reason) == (CameraState.STALLED, "CAMERA_STALLED")
        await source.close()
        with pytest.raises(SourceEndedError):
            await waiting


async def test_a_camera_that_is_just_being_opened_has_not_gone_away() -> None:
    async with scripted(hangs) as (source, news, log):
        assert source.news.reason == "CAMERA_STARTING"
        assert news.empty()
    assert log.getvalue() == ""


def waits(backoff: Backoff, error: SmartBranchError, count: int) -> list[float]:
    return [backoff.wait_s(error) for _ in range(count)]


def test_waits_double_up_to_a_limit_and_begin_anew() -> None:
    backoff = Backoff(RetrySettings(first_s=1, most_s=8, slow_s=60), random.Random(4))
    gone = CameraUnavailableError("gone")
    longest = np.array([1, 2, 4, 8, 8, 8])
    found = np.array(waits(backoff, gone, 6))
    assert np.all((found >= longest / 2) & (found <= longest))
    backoff.reset()
    assert backoff.wait_s(gone) <= 1


@pytest.mark.parametrize("error", [CameraRefusedError("no"), UnsupportedSourceError("no")])
def test_what_only_a_person_can_mend_is_tried_slowly(error: SmartBranchError) -> None:
    backoff = Backoff(RetrySettings(first_s=1, most_s=8, slow_s=60), random.Random(4))
    assert min(waits(backoff, error, 5)) >= 30


@pytest.mark.parametrize(
    "settings", [{"first_s": 0.0}, {"first_s": 9.0, "most_s": 8.0}, {"slow_s": -1.0}]
)
def test_senseless_retries_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="got"):
        RetrySettings(**settings)


@pytest.mark.parametrize("name", ["open_timeout_s", "stall_after_s", "folder_fps"])
def test_senseless_limits_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        SourceSettings(**{name: 0.0})  # type: ignore[arg-type]
