"""Guessing passwords comes to an end: failed sign-ins are counted by account and by address."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from base.clock import Clock
from base.errors import TooManyAttemptsError

MAX_KEYS = 10_000  # Counters kept; the one that was idle longest goes first.


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many failures at once, and one more whenever so long has passed."""

    burst: int
    every_s: float


# Of one account from one address: a person who mistypes notices nothing.
OF_PAIR = Allowance(burst=6, every_s=60.0)
# Of one account from everywhere. Far more than of a pair, so that a stranger elsewhere cannot keep
# its owner out; NIST SP 800-63B, 5.2.2, asks for at most 100 in a row.
OF_ACCOUNT = Allowance(burst=100, every_s=60.0)
# Of one address for all accounts: the tablets of a branch may share one.
OF_ADDRESS = Allowance(burst=30, every_s=10.0)


@dataclass(slots=True)
class _Counter:
    left: float
    at_s: float


class Attempts:
    """Counts failures by key. An attempt under way counts until it has succeeded."""

    def __init__(self, allowance: Allowance, clock: Clock) -> None:
        self._allowance = allowance
        self._clock = clock
        self._counters: OrderedDict[str, _Counter] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, key: str) -> None:
        """Count an attempt. Raises TooManyAttemptsError, which says how long to wait."""
        with self._lock:
            counter = self._refilled(key)
            if counter.left < 1:
                wait_s = (1 - counter.left) * self._allowance.every_s
                raise TooManyAttemptsError(
                    f"too many failed sign-ins; try again in {wait_s:.0f} s",
                    retry_after_s=f"{wait_s:.1f}",
                )
            counter.left -= 1

    def give_back(self, key: str) -> None:
        """Take one attempt back: it was none."""
        with self._lock:
            counter = self._refilled(key)
            counter.left = min(self._allowance.burst, counter.left + 1)

    def forget(self, key: str) -> None:
        """Forget every failure of a key."""
        with self._lock:
            self._counters.pop(key, None)

    def _refilled(self, key: str) -> _Counter:
        now_s = self._clock.monotonic()
        counter = self._counters.pop(key, None) or _Counter(self._allowance.burst, now_s)
        gained = (now_s - counter.at_s) / self._allowance.every_s
        counter.left = min(self._allowance.burst, counter.left + gained)
        counter.at_s = now_s
        self._counters[key] = counter
        if len(self._counters) > MAX_KEYS:
            self._counters.popitem(last=False)
        return counter
