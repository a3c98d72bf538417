"""Measuring so that a busy or throttled machine disturbs both sides alike."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and middle half of repeated measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Summarise one or more values."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)


def in_turns(sides: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, tuple[float, ...]]:
    """Measure every side once a round, in an order that turns each round."""
    names = list(sides)
    values: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            values[name].append(sides[name]())
    return {name: tuple(column) for name, column in values.items()}


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Return the ratio of two sides, round by round."""
    return Spread.of([high / low for high, low in zip(above, below, strict=True)])


def seconds(action: Callable[[], object]) -> float:
    """Return how long one call takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def calls_per_s(action: Callable[[int], object], callers: int, span_s: float) -> float:
    """Let `callers` threads call for about `span_s`; return finished calls a second.

    action: called with a running number. Every started call is finished and counted, and the
    time is that of the last one to end.
    """
    numbers = iter(range(1_000_000_000))
    lock = threading.Lock()
    started = time.perf_counter()

    def work() -> int:
        done = 0
        while time.perf_counter() - started < span_s:
            with lock:
                number = next(numbers)
            action(number)
            done += 1
        return done

    with ThreadPoolExecutor(callers) as pool:
        futures = [pool.submit(work) for _ in range(callers)]
        done = sum(future.result() for future in futures)
    return done / (time.perf_counter() - started)
