"""Which way time runs: lids fall faster than they rise, and in a reversed clip they do not.

The lid's muscle closes an eye in about half the time that it takes to open it (Evinger et al.,
"Eyelid movements: mechanisms and normal data", 1991).
"""

import itertools
import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from decision.findings import Finding, Weight
from vision.continuity.motion import FaceMotion

REVERSED = "CLIP_REVERSED"

# Shares of the usual opening between which a lid is timed, and below which an eye is closed.
_LIFTED, _HALF, _CLOSED = 0.8, 0.5, 0.4
# Longer ones are made on purpose, and at leisure.
MAX_BLINK_S = 0.6
# Between frames that are further apart a lid falls unseen.
_MAX_STEP_S = 0.1
_KEPT_S, _MAX_KEPT, _MIN_KEPT = 3.0, 128, 15

# Arrivals that are less even than this say nothing about the time between the pictures.
_MIN_STEP_RATIO, _MAX_STEP_RATIO = 0.45, 1.8

# A blink says how many times slower the rise was, as a logarithm; none says more than this.
_MAX_LOG_RATIO = 1.5
# Sums of the development clips are all above 0 forwards (tests/liveness/test_blinks_shared.py);
# the limit leaves room for a person whose lids are slow to fall now and then.
MIN_BLINKS, REVERSED_BELOW = 2, -1.2

_Sample = tuple[float, float]  # When, and how far the eyes are open.


@dataclass(slots=True)
class BlinkWatch:
    """Times the lids of every blink that comes by itself; keeps three seconds of samples."""

    count: int = 0
    log_ratio_sum: float = 0.0
    _kept: deque[_Sample] = field(default_factory=lambda: deque(maxlen=_MAX_KEPT))
    _blink: list[_Sample] = field(default_factory=list)
    _open: float = 0.0

    def push(self, motion: FaceMotion, frame_index: int) -> Finding | None:
        """Take one frame; return the finding once several blinks ran backwards."""
        sample = (motion.time_s, motion.eye_opening)
        if self._kept and motion.time_s - self._kept[-1][0] > _MAX_STEP_S:
            self.restart()
        if not self._blink:
            self._open = self._usual_opening()
        self._follow(sample)
        self._kept.append(sample)
        while self._kept and motion.time_s - self._kept[0][0] > _KEPT_S:
            self._kept.popleft()
        if self.count < MIN_BLINKS or self.log_ratio_sum > REVERSED_BELOW:
            return None
        return Finding(REVERSED, Weight.HOLDS, frame_index)

    def restart(self) -> None:
        """Forget the samples, as after a gap; what was measured stays."""
        self._kept.clear()
        self._blink.clear()

    def _usual_opening(self) -> float:
        if len(self._kept) < _MIN_KEPT:
            return 0.0
        return float(np.median([opening for _, opening in self._kept]))

    def _follow(self, sample: _Sample) -> None:
        """Collect a blink from the last frame with open eyes to the first one."""
        time_s, opening = sample
        is_lifted = opening >= _LIFTED * self._open
        if self._open <= 0 or (is_lifted and not self._blink):
            return
        if not self._blink and self._kept:
            self._blink.append(self._kept[-1])
        self._blink.append(sample)
        if time_s - self._blink[0][0] > MAX_BLINK_S or len(self._blink) > _MAX_KEPT:
            self._blink.clear()
        elif is_lifted:
            self._measure([(when, value / self._open) for when, value in self._blink])
            self._blink.clear()

    def _is_even(self, times_s: list[float]) -> bool:
        """Return whether the frames of a blink came as evenly as frames are taken."""
        usual_s = float(np.median(np.diff([when for when, _ in self._kept])))
        steps_s = np.diff(times_s)
        return bool(
            (steps_s >= _MIN_STEP_RATIO * usual_s).all()
            and (steps_s <= _MAX_STEP_RATIO * usual_s).all()
        )

    def _measure(self, blink: list[_Sample]) -> None:
        lowest = min(range(len(blink)), key=lambda place: blink[place][1])
        if blink[lowest][1] >= _CLOSED or not self._is_even([when for when, _ in blink]):
            return
        fall_s = _time_between(blink[lowest::-1], _HALF, _LIFTED)
        rise_s = _time_between(blink[lowest:], _HALF, _LIFTED)
        if fall_s and rise_s:
            log_ratio = math.log(rise_s / fall_s)
            self.log_ratio_sum += min(max(log_ratio, -_MAX_LOG_RATIO), _MAX_LOG_RATIO)
            self.count += 1


def _time_between(rising: list[_Sample], low: float, high: float) -> float | None:
    """Return the time from one level to the other, between samples in straight lines."""
    crossings = [_crossing(rising, level) for level in (low, high)]
    if crossings[0] is None or crossings[1] is None:
        return None
    return abs(crossings[1] - crossings[0])


def _crossing(rising: list[_Sample], level: float) -> float | None:
    for (before_s, before), (after_s, after) in itertools.pairwise(rising):
        if before < level <= after:
            return before_s + (after_s - before_s) * (level - before) / (after - before)
    return None
