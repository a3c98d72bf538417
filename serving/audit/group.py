"""Group commit: what many threads want written at the same time is written together.

One durable write costs the same for one line as for ten. The first thread to come writes; those
that come meanwhile wait, and the next one of them writes for all.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serving.audit.types import AuditEvent


@dataclass(slots=True, eq=False)
class _Waiting:
    event: AuditEvent
    is_done: bool = False
    error: Exception | None = None


class WriteGroup:
    """Hands events to `write` in groups, in order of arrival. Safe to share between threads."""

    def __init__(self, write: Callable[[Sequence[AuditEvent]], None]) -> None:
        self._write = write
        self._waiting: list[_Waiting] = []
        self._list = threading.Lock()
        self._turn = threading.Lock()

    @property
    def waiting_count(self) -> int:
        """How many events wait for the write that is under way."""
        with self._list:
            return len(self._waiting)

    def write(self, event: AuditEvent) -> None:
        """Return when the event is durable; raise what its group's write raised."""
        mine = _Waiting(event)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.is_done:
                self._write_waiting()
        if mine.error is not None:
            raise mine.error

    def _write_waiting(self) -> None:
        with self._list:
            group, self._waiting = self._waiting, []
        error: Exception | None = None
        try:
            self._write([one.event for one in group])
        except Exception as failure:  # Each caller of the group raises it.
            error = failure
        for one in group:
            one.error, one.is_done = error, True
