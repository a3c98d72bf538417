"""Something that lasts: noticed once it has stood for a while, over once it has been gone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """An episode began, or ended. at_s: when it did, which is before it was sure."""

    began: bool
    at_s: float


class Episode:
    """Debounces one condition. after_s: how long it has to hold; clear_s: how long to be gone."""

    def __init__(self, after_s: float, clear_s: float) -> None:
        self._after_s = after_s
        self._clear_s = clear_s
        self._turning_s: float | None = None
        self.is_on = False

    def push(self, holds: bool | None, time_s: float) -> Edge | None:
        """Take what one look says; None says nothing, for or against."""
        if holds is None:
            return None
        if holds is self.is_on:
            self._turning_s = None
            return None
        if self._turning_s is None:
            self._turning_s = time_s
        if time_s - self._turning_s < (self._clear_s if self.is_on else self._after_s):
            return None
        self.is_on, at_s, self._turning_s = holds, self._turning_s, None
        return Edge(holds, at_s)

    def stop(self, time_s: float) -> Edge | None:
        """Break off; return that it ended, if it was on."""
        was_on, self.is_on, self._turning_s = self.is_on, False, None
        return Edge(False, time_s) if was_on else None
