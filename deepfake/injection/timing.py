"""Times that no camera gives; what a file says of arrivals is made up, and is not judged."""

import itertools
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from decision.findings import Weight
from deepfake.outcome import Moment
from media.frame import Frame
from vision.continuity.order import OUT_OF_ORDER, FrameOrder

SIGNAL = "timing"
CADENCE, CLOCKS_DISAGREE = "CADENCE_PERFECT", "CLOCKS_DISAGREE"
CAPTURED_AHEAD, CLOCK_DRIFTS, BURSTS = "CAPTURED_AHEAD", "CLOCK_DRIFTS", "ARRIVES_IN_BURSTS"

# A picture that is so much older than the one before was not overtaken on the way.
MAX_OVERTAKEN_S = 0.6
# Of the two clocks of one sender; a clock that is set right in between may be that far off.
MAX_DISAGREEMENT_S = 1.0
# What waits before a stream is open may be so old; more was not sent as it was taken.
MAX_BACKLOG_S = 2.0
# A sensor's rate is never the nominal one to the microsecond, for its crystal is not the clock's.
CADENCE_STEPS, _CADENCE_SLACK_S = 100, 2.5e-6
_NOMINAL_FPS = (5, 10, 12, 12.5, 15, 20, 24, 25, 30, 48, 50, 60, 30_000 / 1001, 24_000 / 1001)
# Milliseconds hide what a sensor's clock does.
_COARSE_US = 1_000
# The least delay of each window is the line's own. Three falls of one part in a hundred and more
# in a row are no crystal's, and no queue's that has run empty by then.
DRIFT_WINDOW_S, _DRIFT_SHARE, _DRIFT_WINDOWS = 5.0, 0.01, 3
_BURST_FRAMES, _BURST_SHARE, _BURST_S = 100, 0.5, 0.005


@dataclass(slots=True)
class DelayWatch:
    """Compares the sender's clock with arrivals, by how late pictures come."""

    _first_s: float | None = None
    _lows: deque[float] = field(default_factory=lambda: deque(maxlen=_DRIFT_WINDOWS + 1))
    _low_s: float = 0.0
    _window_from_s: float = 0.0

    def push(self, arrival_s: float, captured_s: float) -> list[tuple[str, Weight]]:
        """Take one frame; return what is wrong between the clocks."""
        delay_s = arrival_s - captured_s
        if self._first_s is None:
            self._first_s = self._low_s = delay_s
            self._window_from_s = arrival_s
        found: list[tuple[str, Weight]] = []
        if self._first_s - delay_s > MAX_BACKLOG_S:
            found.append((CAPTURED_AHEAD, Weight.HOLDS))
        if arrival_s - self._window_from_s >= DRIFT_WINDOW_S:
            self._lows.append(self._low_s)
            self._window_from_s, self._low_s = arrival_s, delay_s
            found += self._judge_drift()
        self._low_s = min(self._low_s, delay_s)
        return found

    def _judge_drift(self) -> list[tuple[str, Weight]]:
        if len(self._lows) <= _DRIFT_WINDOWS:
            return []
        lows = list(self._lows)
        steps = [two - one for one, two in itertools.pairwise(lows)]
        least_s = _DRIFT_SHARE * DRIFT_WINDOW_S
        if all(step < -least_s for step in steps):
            return [(CLOCK_DRIFTS, Weight.HOLDS)]
        # The other way a queue grows: this end may be the slow one.
        return [(CLOCK_DRIFTS, Weight.NOTE)] if all(step > least_s for step in steps) else []


@dataclass(slots=True)
class TimingWatch:
    """Follows the times of a clip; of bounded memory. is_live: whether arrivals are real."""

    is_live: bool
    _order: FrameOrder = field(default_factory=FrameOrder)
    _newest_pts_s: float | None = None
    _first: tuple[float, datetime] | None = None
    _captures_us: deque[int] = field(default_factory=lambda: deque(maxlen=CADENCE_STEPS + 1))
    _delays: DelayWatch = field(default_factory=DelayWatch)
    _last_arrival_s: float | None = None
    _arrival_count: int = 0
    _burst_count: int = 0

    def look(self, frame: Frame, time_s: float) -> list[Moment]:
        """Take one frame; return what was noticed with it."""
        findings = self._order.push(frame).findings
        found = [(finding.code, finding.weight) for finding in findings]
        if self._is_far_back(frame.pts_s):
            found.append((OUT_OF_ORDER, Weight.HOLDS))
        if self.is_live:
            found += self._judge_live(frame)
        return [Moment(code, weight, SIGNAL, time_s) for code, weight in found]

    def _judge_live(self, frame: Frame) -> list[tuple[str, Weight]]:
        found = self._judge_bursts(frame.received_monotonic_s)
        if frame.capture_time is None:
            return found
        if self._first is None:
            self._first = frame.pts_s or 0.0, frame.capture_time
        captured_s = (frame.capture_time - self._first[1]).total_seconds()
        self._captures_us.append(round(captured_s * 1e6))
        found += self._delays.push(frame.received_monotonic_s, captured_s)
        if self._is_cadence_perfect(frame.capture_time):
            found.append((CADENCE, Weight.HOLDS))
        is_apart = frame.pts_s is not None and (
            abs(frame.pts_s - self._first[0] - captured_s) > MAX_DISAGREEMENT_S
        )
        return [*found, (CLOCKS_DISAGREE, Weight.HOLDS)] if is_apart else found

    def _is_far_back(self, pts_s: float | None) -> bool:
        if pts_s is None:
            return False
        newest_s = self._newest_pts_s
        self._newest_pts_s = pts_s if newest_s is None else max(newest_s, pts_s)
        return newest_s is not None and newest_s - pts_s > MAX_OVERTAKEN_S

    def _is_cadence_perfect(self, newest: datetime) -> bool:
        """Return whether many captures keep to a nominal rate to the microsecond."""
        times_us = self._captures_us
        if len(times_us) <= CADENCE_STEPS:
            return False
        newest_us = times_us[-1]
        if all((newest.microsecond + at - newest_us) % _COARSE_US == 0 for at in times_us):
            return False
        return any(_keeps_to(times_us, fps) for fps in _NOMINAL_FPS)

    def _judge_bursts(self, arrival_s: float) -> list[tuple[str, Weight]]:
        last_s, self._last_arrival_s = self._last_arrival_s, arrival_s
        if last_s is None:
            return []
        self._arrival_count += 1
        self._burst_count += arrival_s - last_s < _BURST_S
        is_many = self._burst_count > _BURST_SHARE * self._arrival_count
        is_burst = self._arrival_count >= _BURST_FRAMES and is_many
        return [(BURSTS, Weight.NOTE)] if is_burst else []


def _keeps_to(times_us: deque[int], fps: float) -> bool:
    """Return whether every time is a whole number of steps behind the first, to the slack."""
    step_us, first_us = 1e6 / fps, times_us[0]
    slack_us = _CADENCE_SLACK_S * 1e6
    if (times_us[-1] - first_us) / step_us > 2 * CADENCE_STEPS:
        return False
    off_us = (
        abs(time_us - first_us - round((time_us - first_us) / step_us) * step_us)
        for time_us in times_us
    )
    return all(off <= slack_us for off in off_us)
