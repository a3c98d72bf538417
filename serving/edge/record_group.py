"""Group commit: records of many cameras that wait for the disk at one time share its wait.

The first thread to come writes; those that come meanwhile wait, and the next one of them writes
for all. A record that fails fails alone.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from serving.storage.database import Database, Transaction

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Waiting(Generic[T]):
    note: Callable[[Transaction], T]
    taken: T | None = None
    error: Exception | None = None
    is_done: bool = False


class RecordGroup(Generic[T]):
    """Calls functions in write transactions, several in one where several wait."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting[T]] = []
        self._list = threading.Lock()
        self._turn = threading.Lock()

    @property
    def waiting_count(self) -> int:
        """How many wait for the write that is under way."""
        with self._list:
            return len(self._waiting)

    def write(self, note: Callable[[Transaction], T]) -> T:
        """Return what `note` returned, once it is durable; raise what it raised.

        It is called again, in a transaction of its own, if another one of its group failed.
        """
        mine = _Waiting(note)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.is_done:
                self._write_waiting()
        if mine.error is not None:
            raise mine.error
        assert mine.taken is not None
        return mine.taken

    def _write_waiting(self) -> None:
        with self._list:
            group, self._waiting = self._waiting, []
        error = self._write(group)
        if error is not None and len(group) == 1:
            group[0].error = error
        elif error is not None:
            for one in group:
                one.error = self._write([one])
        for one in group:
            one.is_done = True

    def _write(self, group: Sequence[_Waiting[T]]) -> Exception | None:
        """Write a group as a whole; return what went wrong, and then nothing is written."""
        try:
            with self._database.write() as transaction:
                for one in group:
                    one.taken = one.note(transaction)
        except Exception as error:  # Who waits raises it.
            return error
        return None
