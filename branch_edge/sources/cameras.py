"""Live cameras as readers: each arrival with a capture time that can be trusted."""

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime
from functools import partial

from base.clock import Clock
from branch_edge.sources.address import CameraAddress, SourceKind
from branch_edge.sources.reader import Arrival
from branch_edge.sources.settings import SourceSettings
from media.decoded import DecodedFrame
from media.live import LiveLimits, read_device, read_rtsp

# How long the least lag counts: longer than any burst, shorter than a clock takes to drift.
_LAG_WINDOW_S = 30.0


class LiveReader:
    """A network or USB camera."""

    is_live = True

    def __init__(self, address: CameraAddress, settings: SourceSettings, clock: Clock) -> None:
        self._read = _opener(address, settings)
        self._settings = settings
        self._clock = clock

    def arrivals(self, stop: threading.Event) -> Generator[Arrival, None, None]:
        """Connect, and yield frames as they come."""
        lag = LeastLag()
        with closing(self._read()) as frames:
            for frame in frames:
                if stop.is_set():
                    return
                yield self._stamp(frame, lag)

    def _stamp(self, frame: DecodedFrame, lag: "LeastLag") -> Arrival:
        """Return a frame with the camera's own time, or with this box's where that is not known."""
        now, at_s = self._clock.now(), self._clock.monotonic()
        if frame.capture_time is None:
            return Arrival(frame, at_s, now)
        least_s = lag.heed((now - frame.capture_time).total_seconds(), at_s)
        lead_s, most_s = self._settings.max_clock_lead_s, self._settings.max_clock_lag_s
        is_trusted = -lead_s <= least_s <= most_s
        return Arrival(
            frame, at_s, _earlier(frame.capture_time, now) if is_trusted else now, least_s
        )


class LeastLag:
    """The least time between capture and arrival of late: what the clocks differ by, and the way.

    A burst after a pause arrives late and says nothing about clocks; the least of half a minute
    does.
    """

    def __init__(self) -> None:
        self._before_s: float | None = None
        self._now_s: float | None = None
        self._since_s = 0.0

    def heed(self, lag_s: float, at_s: float) -> float:
        """Take one frame's lag in and return the least."""
        if self._now_s is None or at_s - self._since_s >= _LAG_WINDOW_S:
            self._before_s, self._now_s, self._since_s = self._now_s, lag_s, at_s
        self._now_s = min(self._now_s, lag_s)
        return self._now_s if self._before_s is None else min(self._before_s, self._now_s)


def _earlier(one: datetime, other: datetime) -> datetime:
    return min(one, other)


def _opener(
    address: CameraAddress, settings: SourceSettings
) -> Callable[[], Generator[DecodedFrame, None, None]]:
    limits = LiveLimits(settings.open_timeout_s, settings.stall_after_s, settings.max_pixels)
    if address.kind is SourceKind.USB:
        size_wh, fps = settings.device_size_wh, settings.device_fps
        return partial(read_device, address.location, size_wh, fps, limits)
    return partial(read_rtsp, address.location, settings.transport, limits)
