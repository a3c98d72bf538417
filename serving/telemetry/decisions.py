"""How decisions came out, for whoever exports that."""

import threading
from collections import Counter
from collections.abc import Mapping


class DecisionCounts:
    """Counts decisions by task and outcome; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, task: str, outcome: str) -> None:
        """Count one decision."""
        with self._lock:
            self._counts[task, outcome] += 1

    def snapshot(self) -> Mapping[tuple[str, str], int]:
        """Return the counts as they are now."""
        with self._lock:
            return dict(self._counts)
