from datetime import UTC, datetime

import pytest

from base.errors import RateLimitedError, TooManyRequestsInFlightError
from serving.limits import MAX_CLIENTS, RateLimiter, Slots


class ManualClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return self.seconds


def test_a_burst_is_taken_and_then_the_rate_holds() -> None:
    clock = ManualClock()
    limiter = RateLimiter(rate_per_s=2, burst=3, clock=clock)
    for _ in range(3):
        limiter.take(("bank", "app"))
    with pytest.raises(RateLimitedError) as caught:
        limiter.take(("bank", "app"))
    assert caught.value.metadata["retry_after_s"] == "0.500"
    clock.seconds += 0.5
    limiter.take(("bank", "app"))
    with pytest.raises(RateLimitedError):
        limiter.take(("bank", "app"))


def test_clients_do_not_share_a_bucket() -> None:
    limiter = RateLimiter(rate_per_s=1, burst=1, clock=ManualClock())
    limiter.take(("bank", "app"))
    limiter.take(("bank", "other-app"))
    limiter.take(("other-bank", "app"))
    with pytest.raises(RateLimitedError):
        limiter.take(("bank", "app"))


def test_the_number_of_buckets_is_bounded() -> None:
    limiter = RateLimiter(rate_per_s=1, burst=1, clock=ManualClock())
    for number in range(MAX_CLIENTS + 10):
        limiter.take(("bank", f"app-{number}"))
    assert len(limiter._buckets) == MAX_CLIENTS


def test_slots_are_bounded() -> None:
    slots = Slots(1)
    with slots.slot(), pytest.raises(TooManyRequestsInFlightError), slots.slot():
        raise AssertionError("a second one came in")
    assert slots.taken_count == 0


def test_one_tenant_leaves_slots_to_the_others() -> None:
    slots = Slots(3, tenant_size=2)
    with slots.slot("bank"), slots.slot("bank"):
        with pytest.raises(TooManyRequestsInFlightError), slots.slot("bank"):
            raise AssertionError("a third one came in")
        with slots.slot("other-bank"):
            assert slots.taken_count == 3
    assert slots.taken_count == 0


def hold_and_fail(slots: Slots) -> None:
    with slots.slot():
        raise ValueError("inside")


def test_a_slot_comes_back_after_an_error() -> None:
    slots = Slots(1)
    with pytest.raises(ValueError, match="inside"):
        hold_and_fail(slots)
    assert slots.taken_count == 0
