"""The rules as they stand now, read again whenever the file changes."""

from datetime import datetime
from pathlib import Path

from base.clock import Clock
from decision.outcome import Reason
from lobby.rules.rule import RuleBook


class RuleWatch:
    """Keeps the newest rules that could be read; safe to share between threads.

    path: None for no rules. A file that cannot be used leaves the rules as they were, none at the
    start, and `problem` says why.
    """

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self.current: RuleBook = RuleBook()
        self.problem: Reason | None = None
        self.loaded_at: datetime | None = None

    def refresh(self) -> bool:
        """Look at the file; return whether `current` or `problem` changed."""
        raise NotImplementedError
