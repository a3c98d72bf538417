"""The rules as they stand now, read again whenever the file changes."""

import os
import threading
from datetime import datetime
from pathlib import Path

from base.clock import Clock
from base.errors import RulesInvalidError
from decision.outcome import Reason
from lobby.rules.reading import read_rules
from lobby.rules.rule import RuleBook

_Stamp = tuple[int, int, int]  # Time of change, size and number of the file.


class RuleWatch:
    """Keeps the newest rules that could be read; safe to share between threads.

    path: None for no rules. A file that cannot be used leaves the rules as they were, none at the
    start, and `problem` says why. Looks at the file once when it is made.
    """

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._stamp: _Stamp | None = None
        self.current: RuleBook = RuleBook()
        self.problem: Reason | None = None
        self.loaded_at: datetime | None = None
        self.refresh()

    def refresh(self) -> bool:
        """Look at the file; return whether `current` or `problem` changed."""
        if self.path is None:
            return False
        with self._lock:
            stamp = _stamp_of(self.path)
            if stamp is not None and stamp == self._stamp:
                return False
            self._stamp = stamp
            before = (self.current.digest, self.problem)
            self._read(self.path)
            return (self.current.digest, self.problem) != before

    def _read(self, path: Path) -> None:
        try:
            book = read_rules(path)
        except RulesInvalidError as error:
            self.problem = Reason(error.reason, error.message)
            return
        self.problem = None
        if book.digest != self.current.digest or self.loaded_at is None:
            self.current, self.loaded_at = book, self._clock.now()


def _stamp_of(path: Path) -> _Stamp | None:
    """Return what changes with the file; None if it cannot be looked at, which is tried again."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
