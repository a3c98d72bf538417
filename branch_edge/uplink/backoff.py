"""How long to wait before the server is tried again."""

import random


class Backoff:
    """Doubles from `first_s` up to `most_s`, each shortened by chance, to a half.

    slow_s: where only a person can help.
    """

    def __init__(self, first_s: float = 0.5, most_s: float = 10.0, slow_s: float = 60.0) -> None:
        self._first_s = min(first_s, most_s)
        self._most_s = most_s
        self._slow_s = max(slow_s, most_s)
        self._failures = 0

    def reset(self) -> None:
        """Begin anew: the link held for a while."""
        self._failures = 0

    def wait_s(self, is_slow: bool = False) -> float:
        """Return the next wait."""
        longest_s = min(self._most_s, self._first_s * 2.0 ** min(self._failures, 32))
        self._failures += 1
        if is_slow:
            longest_s = self._slow_s
        return longest_s * random.uniform(0.5, 1.0)  # So that boxes do not come back at once.
