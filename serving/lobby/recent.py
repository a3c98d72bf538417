"""The newest events of a branch, so that listeners who come back share what was made once."""

from collections import deque
from collections.abc import Sequence

from serving.lobby.told import Told

MAX_EVENTS = 256
# They hold what customers are called, so they are gone soon; a page that was away for longer asks
# the database.
MEMORY_S = 60.0


class RecentEvents:
    """Every event behind `floor`; the oldest go by number and by age."""

    def __init__(self, position: int) -> None:
        self.floor = position
        self._events: deque[tuple[Told, float]] = deque()

    def __len__(self) -> int:
        return len(self._events)

    def add(self, events: Sequence[Told], now_s: float) -> None:
        """Add what is newer than everything here. now_s: monotonic."""
        self._events.extend((event, now_s) for event in events)
        self.forget_old(now_s)

    def put_before(self, events: Sequence[Told], floor: int, now_s: float) -> None:
        """Add what is older than everything here and newer than `floor`."""
        self._events.extendleft((event, now_s) for event in reversed(events))
        self.floor = floor

    def since(self, after_id: int) -> list[Told] | None:
        """Return what is newer than an event, None if that is not known here."""
        if after_id < self.floor:
            return None
        return [event for event, _ in self._events if event.id > after_id]

    def forget_old(self, now_s: float) -> None:
        """Drop what is too old or too much."""
        while self._events and (
            len(self._events) > MAX_EVENTS or now_s - self._events[0][1] > MEMORY_S
        ):
            self.floor = self._events.popleft()[0].id

    def forget(self, position: int) -> None:
        """Drop everything; `position` is the newest event's number."""
        self._events.clear()
        self.floor = position
