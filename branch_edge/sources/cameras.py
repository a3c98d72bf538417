"""Live cameras as readers: each arrival with a capture time that can be trusted."""

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

from base.clock import Clock
from branch_edge.sources.address import CameraAddress, SourceKind
from branch_edge.sources.reader import Arrival
from branch_edge.sources.settings import SourceSettings
from media.decoded import DecodedFrame
from media.live import LiveLimits, read_device, read_rtsp
from media.timeline import LeastOfLate

Read = Callable[[], Generator[DecodedFrame, None, None]]


class LiveReader:
    """A network or USB camera. read: opens it anew and yields its frames."""

    is_live = True

    def __init__(self, read: Read, settings: SourceSettings, clock: Clock) -> None:
        self._read = read
        self._settings = settings
        self._clock = clock
        self._stamped = datetime.min.replace(tzinfo=UTC)

    def arrivals(self, stop: threading.Event) -> Generator[Arrival, None, None]:
        """Connect, and yield frames as they come."""
        # A burst after a pause arrives late and says nothing about clocks; the least lag does.
        lag = LeastOfLate()
        with closing(self._read()) as frames:
            for frame in frames:
                if stop.is_set():
                    return
                yield self._stamp(frame, lag)

    def _stamp(self, frame: DecodedFrame, lag: LeastOfLate) -> Arrival:
        """Return a frame with the camera's own time, or with this box's where that is not known."""
        now, at_s = self._clock.now(), self._clock.monotonic()
        if frame.capture_time is None:
            return Arrival(frame, at_s, self._in_order(now))
        least_s = lag.heed((now - frame.capture_time).total_seconds(), at_s)
        lead_s, most_s = self._settings.max_clock_lead_s, self._settings.max_clock_lag_s
        is_trusted = -lead_s <= least_s <= most_s
        taken = min(frame.capture_time, now) if is_trusted else now
        return Arrival(frame, at_s, self._in_order(taken), least_s)

    def _in_order(self, taken: datetime) -> datetime:
        """Return a time that is not before the last one; a clock that was set back is followed."""
        back_s = (self._stamped - taken).total_seconds()
        if not 0 < back_s <= self._settings.max_clock_lag_s:
            self._stamped = taken
        return self._stamped


def camera_reader(address: CameraAddress, settings: SourceSettings, clock: Clock) -> LiveReader:
    """Return the reader of a network or USB camera."""
    limits = LiveLimits(settings.open_timeout_s, settings.stall_after_s, settings.max_pixels)
    read: Read = partial(read_rtsp, address.location, settings.transport, limits)
    if address.kind is SourceKind.USB:
        wanted = (settings.device_size_wh, settings.device_fps)
        read = partial(read_device, address.location, *wanted, limits)
    return LiveReader(read, settings, clock)
