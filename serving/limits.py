"""How much is taken: requests at once, and requests a second of one client."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from base.clock import Clock
from base.errors import RateLimitedError, TooManyRequestsInFlightError

MAX_CLIENTS = 10_000  # Buckets kept; the one that was idle longest goes first.


class Slots:
    """At most `size` at once; one more is refused right away. For one event loop."""

    def __init__(self, size: int, what: str = "requests") -> None:
        self._size = size
        self._what = what
        self.taken_count = 0

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one slot. Raises TooManyRequestsInFlightError."""
        if self.taken_count >= self._size:
            raise TooManyRequestsInFlightError(
                f"the server works on {self._size} {self._what} already; ask again in a moment",
                max_in_flight=self._size,
            )
        self.taken_count += 1
        try:
            yield
        finally:
            self.taken_count -= 1


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_s: float


class RateLimiter:
    """A token bucket for each client."""

    def __init__(self, rate_per_s: float, burst: int, clock: Clock) -> None:
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    def take(self, client: tuple[str, str]) -> None:
        """Count one request of `client`. Raises RateLimitedError, which says how long to wait."""
        now_s = self._clock.monotonic()
        bucket = self._buckets.pop(client, None) or _Bucket(self._burst, now_s)
        self._buckets[client] = bucket
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        gained = (now_s - bucket.filled_s) * self._rate_per_s
        bucket.tokens = min(self._burst, bucket.tokens + gained)
        bucket.filled_s = now_s
        if bucket.tokens < 1:
            wait_s = (1 - bucket.tokens) / self._rate_per_s
            raise RateLimitedError(
                f"more than {self._rate_per_s:g} requests a second; wait {wait_s:.2f} s",
                retry_after_s=f"{wait_s:.3f}",
                rate_per_s=self._rate_per_s,
            )
        bucket.tokens -= 1
