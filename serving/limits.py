"""How much is taken: requests at once, and requests a second of one client."""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from base.clock import Clock
from base.errors import RateLimitedError, TooManyRequestsInFlightError

MAX_CLIENTS = 10_000  # Buckets kept; the one that was idle longest goes first.


class Slots:
    """At most `size` at once; one more is refused right away. For one event loop.

    tenant_size: how many of them one tenant may hold, so that it cannot lock the others out.
    """

    def __init__(self, size: int, what: str = "requests", tenant_size: int | None = None) -> None:
        self._size = size
        self._tenant_size = size if tenant_size is None else tenant_size
        self._what = what
        self._taken: Counter[str] = Counter()

    @property
    def taken_count(self) -> int:
        """How many slots are held."""
        return self._taken.total()

    @contextmanager
    def slot(self, tenant: str = "") -> Iterator[None]:
        """Hold one slot. Raises TooManyRequestsInFlightError."""
        self._check(self.taken_count, self._size, "the server works")
        self._check(self._taken[tenant], self._tenant_size, "for this tenant the server works")
        self._taken[tenant] += 1
        try:
            yield
        finally:
            self._taken -= Counter([tenant])  # Drops the tenant at zero.

    def _check(self, taken_count: int, size: int, who: str) -> None:
        if taken_count >= size:
            raise TooManyRequestsInFlightError(
                f"{who} on {size} {self._what} already; ask again in a moment", max_in_flight=size
            )


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
