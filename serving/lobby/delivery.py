"""How long it takes from the door to the tablet: measured all the time, for every branch."""

import math
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from base.clock import Clock
from serving.lobby.delivery_metrics import DeliveryMetrics
from serving.lobby.told import Told

WINDOW_S = 3600.0
MAX_SAMPLES = 10_000  # Of a branch and hour.
MAX_AWAITED = 512  # Events of a branch whose receipts are still taken.
MAX_RECEIPTS = 64  # Of one event: the tablets of a branch.


@dataclass(frozen=True, slots=True)
class Receipt:
    """A page has an event. received_at: by the page's clock, corrected to the server's."""

    event_id: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Spread:
    """Times of the last hour. p50_s, p99_s: None without any."""

    count: int
    p50_s: float | None
    p99_s: float | None


@dataclass(frozen=True, slots=True)
class BranchDelivery:
    """One branch in the last hour.

    door_to_event: until the event was handed to the branch's streams. door_to_tablet: until a page
    had it. late_count: events about faces that came late, which nobody waited for.
    """

    branch: str
    door_to_event: Spread
    door_to_tablet: Spread
    late_count: int


class _Window:
    """Times of the last hour, bounded."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=MAX_SAMPLES)

    def add(self, now_s: float, seconds: float) -> None:
        self._samples.append((now_s, seconds))

    def spread(self, now_s: float) -> Spread:
        while self._samples and now_s - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()
        times = sorted(seconds for _, seconds in self._samples)
        return Spread(len(times), _quantile(times, 0.5), _quantile(times, 0.99))


@dataclass(slots=True)
class _Awaited:
    face_at: datetime
    receipt_count: int = 0


@dataclass(slots=True)
class _Branch:
    awaited: OrderedDict[int, _Awaited] = field(default_factory=OrderedDict)
    events: _Window = field(default_factory=_Window)
    tablets: _Window = field(default_factory=_Window)
    late: _Window = field(default_factory=_Window)


class DeliveryBook:
    """Times by branch. For one event loop.

    late_after_s: an event whose face is older than that when the event is made was told late by
    its box; it is counted apart, since no live alert comes of it.
    """

    def __init__(self, metrics: DeliveryMetrics, clock: Clock, late_after_s: float) -> None:
        self._metrics = metrics
        self._clock = clock
        self._late_after = timedelta(seconds=late_after_s)
        self._branches: dict[tuple[str, str], _Branch] = {}

    def told(self, tenant: str, branch: str, events: Sequence[Told]) -> None:
        """Note that events were handed to the streams of a branch."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        for event in events:
            if event.face_at is None:
                continue
            book = self._branches.setdefault((tenant, branch), _Branch())
            if event.at - event.face_at > self._late_after:
                book.late.add(now_s, 0.0)
                continue
            seconds = max(0.0, (now - event.face_at).total_seconds())
            book.events.add(now_s, seconds)
            self._metrics.door_to_event(tenant, branch, seconds)
            book.awaited[event.id] = _Awaited(event.face_at)
            if len(book.awaited) > MAX_AWAITED:
                book.awaited.popitem(last=False)

    def received(self, tenant: str, branch: str, receipts: Sequence[Receipt]) -> int:
        """Note what a page has; return how many receipts counted."""
        book = self._branches.get((tenant, branch))
        if book is None:
            return 0
        return sum(self._receive(tenant, branch, book, receipt) for receipt in receipts)

    def times(self, tenant: str) -> list[BranchDelivery]:
        """Return the last hour of each branch of a tenant, by branch."""
        now_s = self._clock.monotonic()
        return [
            BranchDelivery(
                branch,
                book.events.spread(now_s),
                book.tablets.spread(now_s),
                book.late.spread(now_s).count,
            )
            for (owner, branch), book in sorted(self._branches.items())
            if owner == tenant
        ]

    def _receive(self, tenant: str, branch: str, book: _Branch, receipt: Receipt) -> bool:
        awaited = book.awaited.get(receipt.event_id)
        if awaited is None or awaited.receipt_count == MAX_RECEIPTS:
            return False
        seconds = (receipt.received_at - awaited.face_at).total_seconds()
        # A page's clock can be wrong, and what it says must not spoil the others' times.
        if not 0 <= seconds <= WINDOW_S:
            return False
        awaited.receipt_count += 1
        book.tablets.add(self._clock.monotonic(), seconds)
        self._metrics.door_to_tablet(tenant, branch, seconds)
        return True


def _quantile(times: list[float], share: float) -> float | None:
    """Return the nearest rank: the least time that so many are not above."""
    return times[max(0, math.ceil(share * len(times)) - 1)] if times else None
