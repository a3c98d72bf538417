"""A frame is stamped with its camera's own time, as long as that can be trusted."""

import itertools
import threading
from collections.abc import Generator, Sequence
from datetime import UTC, datetime, timedelta

import av
import numpy as np
import pytest

from bench.rtsp_server import RtspServer
from branch_edge.sources.cameras import LiveReader
from branch_edge.sources.reader import Arrival
from branch_edge.sources.settings import SourceSettings
from media.decoded import DecodedFrame
from media.live import read_rtsp

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.rtsp
def test_a_camera_reports_its_clock_after_a_while(cameras: RtspServer) -> None:
    """Reports link clock and track (RFC 3550, 6.4.1); none has come with the first picture."""
    frames = read_rtsp(cameras.url("door", ("box", "s3cret")))
    assert next(frames).capture_time is None
    timed = itertools.islice((frame for frame in frames if frame.capture_time is not None), 4)
    first, *others = list(timed)
    now = datetime.now(UTC)
    frames.close()
    assert first.capture_time is not None
    assert 0 <= (now - first.capture_time).total_seconds() < 2
    assert first.pts_s is not None
    for frame in others:
        assert frame.capture_time is not None
        assert frame.pts_s is not None
        span_s = (frame.capture_time - first.capture_time).total_seconds()
        # The first reports may be one picture off.
        assert span_s == pytest.approx(frame.pts_s - first.pts_s, abs=0.041)


class ManualClock:
    """Two clocks that stand until they are moved."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.back = timedelta(0)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds) - self.back

    def monotonic(self) -> float:
        return self.seconds


def arrivals(
    lags_s: Sequence[float | None],
    step_s: float = 0.2,
    pause_s: float = 0.0,
    hour_back_at: int | None = None,
) -> list[Arrival]:
    """Return what becomes of frames that arrive `step_s` apart, so long after their capture.

    pause_s: more before the second. hour_back_at: where the box's wall clock is set back.
    """
    clock = ManualClock()
    picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")

    def read() -> Generator[DecodedFrame, None, None]:
        for place, lag_s in enumerate(lags_s):
            clock.seconds += step_s + pause_s * (place == 1)
            if place == hour_back_at:
                clock.back = timedelta(hours=1)
            taken = None if lag_s is None else clock.now() - timedelta(seconds=lag_s)
            yield DecodedFrame(picture, taken)

    return list(LiveReader(read, SourceSettings(), clock).arrivals(threading.Event()))


def trust(found: list[Arrival]) -> list[float]:
    """Return by how much each frame is said to be older than its arrival."""
    return [
        round((NOON + timedelta(seconds=one.at_s) - one.capture_time).total_seconds(), 3)
        for one in found
    ]


def test_a_camera_without_a_clock_is_stamped_at_arrival() -> None:
    found = arrivals([None, None])
    assert trust(found) == [0.0, 0.0]
    assert [one.clock_lag_s for one in found] == [None, None]


def test_a_camera_in_step_stamps_its_own_frames() -> None:
    assert trust(arrivals([0.15, 0.12, 0.3])) == [0.15, 0.12, 0.3]


def test_a_burst_after_a_pause_keeps_its_times() -> None:
    """Frames that waited in a network are old; that says nothing against the camera's clock."""
    assert trust(arrivals([0.1, 0.1 + 3.0, 0.1 + 2.9], pause_s=5.0)) == [0.1, 3.1, 3.0]


def test_time_does_not_run_back_when_a_camera_begins_to_report_its_own() -> None:
    """Before its first report arrival counts, which is later by what encoding takes."""
    assert trust(arrivals([None, 0.5, 0.5, 0.5])) == [0.0, 0.2, 0.4, 0.5]


def test_a_box_whose_clock_is_set_back_by_an_hour_goes_on_with_the_new_time() -> None:
    times = [one.capture_time for one in arrivals([None, None, None], hour_back_at=1)]
    assert times[0] - times[1] > timedelta(minutes=59)
    assert times[2] - times[1] == timedelta(seconds=0.2)


@pytest.mark.parametrize("lag_s", [3600.0, -3600.0, 6.0, -1.0])
def test_a_camera_whose_clock_is_off_is_stamped_at_arrival(lag_s: float) -> None:
    found = arrivals([lag_s, lag_s + 0.05])
    assert trust(found) == [0.0, 0.0]
    assert found[-1].clock_lag_s == pytest.approx(lag_s)


def test_a_frame_is_never_from_the_future() -> None:
    assert trust(arrivals([-0.3])) == [0.0]


def test_a_clock_that_is_set_right_is_trusted_within_a_minute() -> None:
    """The least lag of late counts: one that was too great goes at once, one too small later."""
    assert trust(arrivals([3600.0] * 3 + [0.1] * 2))[-1] == 0.1
    late = arrivals([-3600.0] * 3 + [0.1] * 400)
    assert trust(late)[4] == 0.0
    assert trust(late)[-1] == 0.1
