"""Whether a part of a clip looks forged where the whole does not, or could not be judged.

Windows of two seconds begin every second. A clip of K windows has K chances to look forged by
accident, so one of them has to show K times the evidence that the whole would (the union bound;
it holds however the windows hang together).
"""

import math
from collections import deque
from dataclasses import dataclass

WINDOW_S, HOP_S = 2.0, 1.0
MIN_WINDOW_VIEWS = 5
# Three seconds of views: a part as long as that fills a window wherever it begins, so that it is
# found if it looks forged, and is not to be missed for being hard to see.
MAX_UNFIT_VIEWS = 12
_MAX_KEPT = 64


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a clip. logit: weighted mean of its views. start_s, end_s: first and last view."""

    logit: float
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A part of a clip in which a face was seen and no window could be judged.

    start_s, end_s: first and last view that decided nothing.
    """

    view_count: int
    start_s: float
    end_s: float


class WindowWatch:
    """Follows the views of a clip; keeps those of two seconds and the worst window."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, float, float]] = deque(maxlen=_MAX_KEPT)
        self._due_s: float | None = None
        self._unfit: Unjudged | None = None
        self.worst: Window | None = None
        self.unjudged: Unjudged | None = None
        self.count = 0

    def push(self, logit: float, weight: float, time_s: float) -> None:
        """Take one view that may decide something; times rise."""
        if self._due_s is None:
            self._due_s = time_s + WINDOW_S
        if time_s >= self._due_s:
            self.close()
            self._due_s = max(self._due_s + HOP_S, time_s)
        self._kept.append((time_s, logit, weight))
        while time_s - self._kept[0][0] > WINDOW_S:
            self._kept.popleft()

    def skip(self, time_s: float) -> None:
        """Take one view that may decide nothing."""
        before = self._unfit or Unjudged(0, time_s, time_s)
        self._unfit = Unjudged(before.view_count + 1, before.start_s, time_s)
        if self.unjudged is None or self._unfit.view_count > self.unjudged.view_count:
            self.unjudged = self._unfit

    def close(self) -> None:
        """End a window with the last view."""
        if len(self._kept) < MIN_WINDOW_VIEWS:
            return
        self.count += 1
        self._unfit = None
        total = math.fsum(weight for _, _, weight in self._kept)
        mean = math.fsum(logit * weight for _, logit, weight in self._kept) / total
        if self.worst is None or mean > self.worst.logit:
            self.worst = Window(mean, self._kept[0][0], self._kept[-1][0])


def multiplicity_llr(window_count: int) -> float:
    """Return by how much more than the whole one of so many windows has to show."""
    return math.log(max(window_count, 1))
