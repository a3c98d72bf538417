"""The line in front of one model: bounded, grouped by shape, first come first served."""

from collections import OrderedDict, deque
from concurrent.futures import Future
from dataclasses import dataclass, field

from inference.engine import Tensors

Shape = tuple[tuple[int, ...], ...]


@dataclass(slots=True, eq=False)
class Item:
    """One caller's question. Times are monotonic seconds; the tensors stay out of the repr."""

    inputs: Tensors = field(repr=False)
    rows: int
    shape: Shape
    arrived_s: float
    deadline_s: float | None
    future: "Future[Tensors]" = field(default_factory=Future, repr=False)

    def is_late(self, now_s: float) -> bool:
        """Whether nobody waits for the answer any more."""
        return self.deadline_s is not None and now_s >= self.deadline_s


class WaitingLine:
    """Items by shape of what they hold. Not safe in threads: its owner holds a lock."""

    def __init__(self, max_size: int, max_wait_s: float, max_rows: int) -> None:
        self._max_size = max_size
        self._max_wait_s = max_wait_s
        self._max_rows = max_rows
        self._groups: OrderedDict[Shape, deque[Item]] = OrderedDict()
        self._group_rows: dict[Shape, int] = {}
        self.rows = 0

    def has_room(self, rows: int) -> bool:
        """Whether so many rows more may wait."""
        return self.rows + rows <= self._max_rows

    def add(self, item: Item) -> None:
        """Put an item behind those of its shape."""
        self._groups.setdefault(item.shape, deque()).append(item)
        self._group_rows[item.shape] = self._group_rows.get(item.shape, 0) + item.rows
        self.rows += item.rows

    def due_in(self, now_s: float) -> float | None:
        """Return the seconds until a batch should run, 0.0 if one is due, None if none waits."""
        if not self._groups:
            return None
        return max(0.0, min(self._due_s(shape) for shape in self._groups) - now_s)

    def take(self) -> list[Item]:
        """Remove and return the batch that is due first; empty if none waits."""
        if not self._groups:
            return []
        shape = min(self._groups, key=self._due_s)
        group = self._groups[shape]
        batch = [group.popleft()]
        rows = batch[0].rows
        while group and rows + group[0].rows <= self._max_size:
            rows += group[0].rows
            batch.append(group.popleft())
        self._forget(shape, rows)
        return batch

    def drop_dead(self, now_s: float) -> list[Item]:
        """Remove and return what is late or was cancelled, to make room."""
        dead = []
        for shape, group in list(self._groups.items()):
            gone = [item for item in group if item.is_late(now_s) or item.future.cancelled()]
            if gone:
                kept = [item for item in group if item not in gone]
                self._groups[shape] = deque(kept)
                self._forget(shape, sum(item.rows for item in gone))
                dead += gone
        return dead

    def empty(self) -> list[Item]:
        """Remove and return everything."""
        items = [item for group in self._groups.values() for item in group]
        self._groups.clear()
        self._group_rows.clear()
        self.rows = 0
        return items

    def _due_s(self, shape: Shape) -> float:
        """Return when the group should run: at once if full, else when its first item has waited.

        A first item that would not outlive the wait goes at once: waiting would only lose it.
        """
        first = self._groups[shape][0]
        due_s = first.arrived_s + self._max_wait_s
        if first.deadline_s is not None and first.deadline_s <= due_s:
            return first.arrived_s
        return first.arrived_s if self._group_rows[shape] >= self._max_size else due_s

    def _forget(self, shape: Shape, rows: int) -> None:
        self.rows -= rows
        self._group_rows[shape] -= rows
        if not self._groups[shape]:
            del self._groups[shape], self._group_rows[shape]
