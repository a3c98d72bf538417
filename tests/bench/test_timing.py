import threading
import time

import pytest

from bench.timing import Spread, calls_per_s, in_turns, ratios, seconds


def test_sides_take_turns_and_swap_who_goes_first() -> None:
    order: list[str] = []

    def side(name: str) -> float:
        order.append(name)
        return float(len(order))

    values = in_turns({"a": lambda: side("a"), "b": lambda: side("b")}, rounds=3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert values == {"a": (1, 4, 5), "b": (2, 3, 6)}


def test_ratios_are_taken_round_by_round() -> None:
    """A machine that slows down for both sides of a round leaves the ratio alone."""
    assert ratios([10, 1, 4], [5, 0.5, 2]) == Spread(2, 2, 2)


def test_a_spread_is_median_and_quartiles() -> None:
    assert Spread.of([1, 2, 3, 4, 5]) == Spread(3, 2, 4)
    assert Spread.of([7]) == Spread(7, 7, 7)


def test_calls_are_counted_by_those_that_finished() -> None:
    numbers: list[int] = []
    lock = threading.Lock()

    def call(number: int) -> None:
        time.sleep(0.01)
        with lock:
            numbers.append(number)

    rate = calls_per_s(call, callers=4, span_s=0.2)
    assert sorted(numbers) == list(range(len(numbers)))
    assert len(numbers) / 0.3 < rate <= len(numbers) / 0.2
    assert rate > 100


def test_seconds_measures_one_call() -> None:
    assert seconds(lambda: time.sleep(0.02)) == pytest.approx(0.02, abs=0.02)
