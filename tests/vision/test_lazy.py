"""A lazy value is computed once, also when computing it fails."""

import threading
import time

import pytest

from vision.lazy import Lazy


def test_nothing_is_computed_before_it_is_asked_for() -> None:
    calls: list[int] = []
    value = Lazy(lambda: calls.append(1))
    assert calls == []
    value.get()
    value.get()
    assert calls == [1]


def test_none_is_a_value_like_any_other() -> None:
    calls: list[int] = []

    def measure() -> None:
        calls.append(1)

    value = Lazy(measure)
    assert value.get() is value.get() is None
    assert calls == [1]


def test_a_failure_is_told_to_everyone_and_not_tried_again() -> None:
    calls: list[int] = []

    def fail() -> int:
        calls.append(1)
        raise OSError("gone")

    value = Lazy(fail)
    for _ in range(2):
        with pytest.raises(OSError, match="gone"):
            value.get()
    assert calls == [1]


def test_threads_wait_for_the_one_that_computes() -> None:
    calls: list[int] = []

    def slow() -> object:
        calls.append(1)
        time.sleep(0.05)
        return object()

    value, seen = Lazy(slow), set()
    threads = [threading.Thread(target=lambda: seen.add(id(value.get()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == len(seen) == 1
