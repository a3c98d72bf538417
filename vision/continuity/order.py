"""Whether frames come one after the other, and often enough."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from decision.findings import Finding, Weight
from media.frame import Frame

OUT_OF_ORDER = "FRAMES_OUT_OF_ORDER"
REPEATED_PTS = "FRAMES_SENT_TWICE"
CLOCK_BACKWARDS = "CLOCK_BACKWARDS"

# Below this rate a blink or the beginning of a move falls between two frames.
MIN_FPS = 5.0
# A longer silence hides what happened meanwhile: what is seen after it starts anew.
MAX_GAP_S = 0.6
# One frame that overtook another is the network's doing; many are not.
MAX_STRAY_FRAMES = 5
_RATE_WINDOW_S = 2.0
_MAX_KEPT = 256


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame stands. is_next: whether it follows the one before and may be judged.

    step_s: since the frame before; None at the first. is_gap: whether too long.
    """

    is_next: bool
    step_s: float | None
    is_gap: bool
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class FrameOrder:
    """Follows the times of frames; judges by arrival, which the sender cannot choose."""

    _first_s: float | None = None
    _last_s: float | None = None
    _count: int = 0
    _last_pts_s: float | None = None
    _last_capture: datetime | None = None
    _stray_count: int = 0
    _backwards_count: int = 0
    _arrivals: deque[float] = field(default_factory=lambda: deque(maxlen=_MAX_KEPT))

    def push(self, frame: Frame) -> Place:
        """Take one frame and return where it stands."""
        findings = [*self._check_pts(frame), *self._check_capture(frame)]
        is_stray = any(found.code != CLOCK_BACKWARDS for found in findings)
        if is_stray or (self._last_s is not None and frame.received_monotonic_s < self._last_s):
            return Place(False, None, False, tuple(findings))
        step_s = None if self._last_s is None else frame.received_monotonic_s - self._last_s
        self._last_s = frame.received_monotonic_s
        self._first_s = self._last_s if self._first_s is None else self._first_s
        self._count += 1
        self._arrivals.append(frame.received_monotonic_s)
        return Place(True, step_s, step_s is not None and step_s > MAX_GAP_S, tuple(findings))

    def restart(self) -> None:
        """Go on after a lost connection: arrivals start anew, the sender's clocks do not."""
        self._arrivals.clear()

    def fps(self, now_s: float) -> float | None:
        """Return the rate at which frames came lately; None before that can be told."""
        while self._arrivals and now_s - self._arrivals[0] > _RATE_WINDOW_S:
            self._arrivals.popleft()
        if self._last_s is None or not self._arrivals:
            return None if self._last_s is None else 0.0
        span_s = now_s - self._arrivals[0]
        return None if span_s < _RATE_WINDOW_S / 2 else (len(self._arrivals) - 1) / span_s

    def is_slow(self, now_s: float) -> bool:
        """Return whether too few frames come to judge moves by."""
        fps = self.fps(now_s)
        return fps is not None and fps < MIN_FPS

    @property
    def mean_fps(self) -> float:
        """Rate over everything so far; 0 before the second frame."""
        if self._first_s is None or self._last_s is None or self._last_s <= self._first_s:
            return 0.0
        return (self._count - 1) / (self._last_s - self._first_s)

    def _check_pts(self, frame: Frame) -> list[Finding]:
        if frame.pts_s is None:
            return []
        last = self._last_pts_s
        self._last_pts_s = frame.pts_s if last is None else max(last, frame.pts_s)
        if last is None or frame.pts_s > last:
            return []
        self._stray_count += 1
        code = REPEATED_PTS if frame.pts_s == last else OUT_OF_ORDER
        return [Finding(code, _weigh(self._stray_count), frame.index)]

    def _check_capture(self, frame: Frame) -> list[Finding]:
        if frame.capture_time is None:
            return []
        last, self._last_capture = self._last_capture, frame.capture_time
        if last is None or frame.capture_time >= last:
            return []
        self._backwards_count += 1
        return [Finding(CLOCK_BACKWARDS, _weigh(self._backwards_count), frame.index)]


def _weigh(count: int) -> Weight:
    return Weight.HOLDS if count > MAX_STRAY_FRAMES else Weight.NOTE
