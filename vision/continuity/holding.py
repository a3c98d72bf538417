"""Whether something lasts: the one clock that moves, rests and faults are measured with."""

# Frames further apart than this do not show what lies between them.
MAX_STEP_S = 0.35


class Holding:
    """Measures how long a condition has held, frame after frame, without a gap."""

    def __init__(self, max_step_s: float = MAX_STEP_S) -> None:
        self._max_step_s = max_step_s
        self._first_s: float | None = None
        self._last_s = 0.0
        self._count = 0

    def update(self, holds: bool, time_s: float) -> float:
        """Take one frame; return for how many seconds it has held, 0 at its first frame."""
        if not holds:
            self.reset()
            return 0.0
        if self._first_s is None or time_s - self._last_s > self._max_step_s:
            self._first_s, self._count = time_s, 0
        self._last_s = time_s
        self._count += 1
        return time_s - self._first_s

    def reset(self) -> None:
        """Forget what has held so far."""
        self._first_s, self._count = None, 0

    @property
    def count(self) -> int:
        """Frames that it has held in."""
        return self._count
