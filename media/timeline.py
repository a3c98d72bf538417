"""When the frames of a clip arrive, and which of them are wanted."""


class Arrivals:
    """Turns presentation times, which may be missing or run backwards, into times of arrival.

    start_s: presentation time at which the clip begins; None for that of its first frame.
    step_s: between two frames, where the clip does not say.
    """

    def __init__(self, start_s: float | None, step_s: float) -> None:
        self._step_s = step_s
        self._start_s = start_s
        self._last_s: float | None = None

    def next(self, pts_s: float | None) -> float:
        """Return when the next frame arrives, in seconds from the start; never falls."""
        earliest = 0.0 if self._last_s is None else self._last_s
        expected = 0.0 if self._last_s is None else self._last_s + self._step_s
        if pts_s is None:
            self._last_s = expected
        else:
            if self._start_s is None:
                self._start_s = pts_s - expected
            self._last_s = max(earliest, pts_s - self._start_s)
        return self._last_s


class Sampler:
    """Chooses frames by their times, so that no more than so many come in a second."""

    # Times are rounded to milliseconds in many files.
    _GRACE_S = 1e-3

    def __init__(self, target_fps: float | None) -> None:
        if target_fps is not None and not target_fps > 0:
            raise ValueError(f"target_fps must be above 0, got {target_fps}")
        self._step_s = 0.0 if target_fps is None else 1 / target_fps
        self._due_s = 0.0

    def takes(self, at_s: float) -> bool:
        """Tell whether the next frame is wanted; times never fall."""
        if at_s < self._due_s - self._GRACE_S:
            return False
        # Due times keep to a grid, so that 25 a second give 10 and not 8; after a gap a new
        # one begins.
        self._due_s = max(self._due_s, at_s - self._step_s / 2) + self._step_s
        return True


class LeastOfLate:
    """The least of a value over the last half to whole minute."""

    # Longer than a burst of late frames, shorter than clocks take to drift apart.
    _WINDOW_S = 30.0

    def __init__(self) -> None:
        self._before: float | None = None
        self._now: float | None = None
        self._since_s = 0.0

    def heed(self, value: float, at_s: float) -> float:
        """Take one value in and return the least; times never fall."""
        if self._now is None or at_s - self._since_s >= self._WINDOW_S:
            self._before, self._now, self._since_s = self._now, value, at_s
        self._now = min(self._now, value)
        return self._now if self._before is None else min(self._before, self._now)
