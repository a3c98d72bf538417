"""Callers are merged and do not notice."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest

from base.errors import (
    DeadlineExceededError,
    DrainingError,
    InferenceFailedError,
    InvalidArgumentError,
    QueueFullError,
)
from inference.batching import Batcher
from inference.manifest import BatchLimits
from tests.support.runners import DoublingRunner, row

pytestmark = pytest.mark.timed

SOON_S = 10.0


@contextmanager
def batching(runner: DoublingRunner, workers: int = 1, **limits: float) -> Iterator[Batcher]:
    fields = {"max_size": 4, "max_wait_ms": 20.0, "max_queue": 8} | limits
    batcher = Batcher("toy", runner, BatchLimits.model_validate(fields), workers=workers)
    try:
        yield batcher
    finally:
        runner.gate.set()
        batcher.close()


@contextmanager
def busy(runner: DoublingRunner, batcher: Batcher) -> Iterator[None]:
    """Keep the only worker occupied with an item of a shape of its own."""
    runner.gate.clear()
    batcher.submit(row(0, 0, 0, 0, 0, 0, 0))
    assert runner.entered.wait(SOON_S)
    try:
        yield
    finally:
        runner.gate.set()


def test_items_that_wait_together_run_together() -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher, busy(runner, batcher):
        futures = [batcher.submit(row(value)) for value in range(4)]
        runner.gate.set()
        answers = [future.result(SOON_S)["y"].item() for future in futures]
    assert answers == [0, 2, 4, 6]
    assert runner.batches[1:] == [4]


def test_a_full_batch_does_not_wait_for_the_timer() -> None:
    with batching(DoublingRunner(), max_wait_ms=1000.0) as batcher:
        started_s = time.monotonic()
        futures = [batcher.submit(row(value)) for value in range(4)]
        for future in futures:
            future.result(SOON_S)
    assert time.monotonic() - started_s < 0.9


def test_a_lonely_item_runs_when_the_timer_ends() -> None:
    with batching(DoublingRunner(), max_wait_ms=50.0) as batcher:
        started_s = time.monotonic()
        batcher.submit(row(1)).result(SOON_S)
    assert time.monotonic() - started_s >= 0.045


def test_the_timer_starts_at_the_first_item_and_is_not_put_off_by_later_ones() -> None:
    runner = DoublingRunner()
    with batching(runner, max_size=1024, max_wait_ms=100.0, max_queue=4096) as batcher:
        started_s = time.monotonic()
        first = batcher.submit(row(1))
        while not first.done() and time.monotonic() - started_s < SOON_S:
            batcher.submit(row(2))
            time.sleep(0.01)
        assert first.done()
    assert time.monotonic() - started_s < 2.0


def test_only_items_of_one_shape_share_a_batch() -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher, busy(runner, batcher):
        narrow = [batcher.submit(row(1)) for _ in range(2)]
        wide = [batcher.submit(row(1, 2)) for _ in range(2)]
        runner.gate.set()
        assert [future.result(SOON_S)["y"].shape for future in narrow] == [(1, 1)] * 2
        assert [future.result(SOON_S)["y"].shape for future in wide] == [(1, 2)] * 2
    assert runner.batches[1:] == [2, 2]


def test_a_small_batch_stays_together_and_a_large_one_runs_in_pieces() -> None:
    runner = DoublingRunner()
    with batching(runner, max_queue=16) as batcher:
        x = np.arange(10, dtype=np.float32)[:, np.newaxis]
        answer = batcher.submit({"x": x}).result(SOON_S)["y"]
    np.testing.assert_array_equal(answer, 2 * x)
    assert runner.batches == [4, 4, 2]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        pytest.param({"z": np.ones((1, 2), np.float32)}, "takes the inputs", id="name"),
        pytest.param({"x": [[1.0]]}, "must be an array", id="not an array"),
        pytest.param({"x": np.ones((1, 2))}, "must be float32", id="dtype"),
        pytest.param({"x": np.ones(2, np.float32)}, "must have shape", id="rank"),
        pytest.param({"x": np.ones((0, 2), np.float32)}, "must have shape", id="no rows"),
        pytest.param(row(float("nan")), "not finite", id="nan"),
        pytest.param(row(float("inf"), float("-inf")), "not finite", id="infinite"),
        pytest.param({"x": np.ones((9, 1), np.float32)}, "more than the 8", id="too many rows"),
    ],
)
def test_a_bad_item_fails_alone_before_a_batch_forms(inputs: object, said: str) -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher:
        good = batcher.submit(row(3))
        bad = batcher.submit(inputs)  # type: ignore[arg-type]
        with pytest.raises(InvalidArgumentError, match=said):
            bad.result(SOON_S)
        assert good.result(SOON_S)["y"].item() == 6
        assert batcher.stats().invalid == 1
    assert runner.batches == [1]


def test_large_finite_values_are_not_taken_for_infinities() -> None:
    with batching(DoublingRunner()) as batcher:
        answer = batcher.submit(row(1.5e38, 1.5e38, 1.5e38)).result(SOON_S)
    assert np.isfinite(answer["y"]).all()


@pytest.mark.parametrize("poison", [DoublingRunner.poison, DoublingRunner.silent_poison])
def test_an_item_that_breaks_the_model_fails_alone(poison: float) -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher, busy(runner, batcher):
        futures = [batcher.submit(row(value)) for value in (1, poison, 3)]
        runner.gate.set()
        assert futures[0].result(SOON_S)["y"].item() == 2
        assert futures[2].result(SOON_S)["y"].item() == 6
        with pytest.raises(InferenceFailedError, match="passed every check"):
            futures[1].result(SOON_S)
        assert batcher.stats().failed == 1


def test_a_full_queue_refuses_and_takes_again_later() -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher:
        with busy(runner, batcher):
            waiting = [batcher.submit(row(value)) for value in range(8)]
            with pytest.raises(QueueFullError, match="8 rows wait for toy"):
                batcher.submit(row(9))
            assert batcher.stats().rejected == 1
        assert [future.result(SOON_S)["y"].item() for future in waiting] == [
            2 * value for value in range(8)
        ]
        assert batcher.submit(row(9)).result(SOON_S)["y"].item() == 18


def test_the_late_and_the_withdrawn_make_room_in_a_full_queue() -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher, busy(runner, batcher):
        now_s = time.monotonic()
        late = [batcher.submit(row(1), deadline_s=now_s) for _ in range(4)]
        withdrawn = [batcher.submit(row(1)) for _ in range(4)]
        for future in withdrawn:
            assert future.cancel()
        fresh = batcher.submit(row(5))
        for future in late:
            with pytest.raises(DeadlineExceededError):
                future.result(SOON_S)
        runner.gate.set()
        assert fresh.result(SOON_S)["y"].item() == 10
        assert (batcher.stats().expired, batcher.stats().cancelled) == (4, 4)


def test_what_is_past_its_deadline_is_dropped_without_running() -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher:
        with busy(runner, batcher):
            late = batcher.submit(row(1), deadline_s=time.monotonic() + 0.01)
            time.sleep(0.03)
        with pytest.raises(DeadlineExceededError, match="while the item waited"):
            late.result(SOON_S)
    assert runner.batches == [1]


def test_an_item_is_not_lost_by_waiting_for_others_past_its_deadline() -> None:
    with batching(DoublingRunner(), max_wait_ms=1000.0) as batcher:
        future = batcher.submit(row(4), deadline_s=time.monotonic() + 0.5)
        assert future.result(SOON_S)["y"].item() == 8


def test_a_withdrawn_item_does_not_run() -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher:
        with busy(runner, batcher):
            future = batcher.submit(row(1))
            assert future.cancel()
        with pytest.raises(CancelledError):
            future.result(SOON_S)
        assert batcher.submit(row(2)).result(SOON_S)["y"].item() == 4
    assert runner.batches == [1, 1]


def test_closing_fails_what_waits_and_answers_what_runs() -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher:
        runner.gate.clear()
        running = batcher.submit(row(1, 1))
        assert runner.entered.wait(SOON_S)
        waiting = batcher.submit(row(2))
        closing = threading.Thread(target=batcher.close)
        closing.start()
        with pytest.raises(DrainingError):
            waiting.result(SOON_S)
        runner.gate.set()
        closing.join(SOON_S)
        assert running.result(SOON_S)["y"].tolist() == [[2, 2]]
        with pytest.raises(DrainingError):
            batcher.submit(row(3))
    assert not [t for t in threading.enumerate() if t.name.startswith("toy-")]


def test_answers_of_one_batch_share_no_memory() -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher, busy(runner, batcher):
        futures = [batcher.submit(row(value)) for value in (1, 2)]
        runner.gate.set()
        first, second = (future.result(SOON_S)["y"] for future in futures)
    assert first.base is None
    assert second.base is None


def test_the_counts_say_what_happened() -> None:
    runner = DoublingRunner()
    with batching(runner) as batcher:
        with busy(runner, batcher):
            futures = [batcher.submit(row(value)) for value in range(3)]
            assert batcher.stats().queued_rows == 3
        for future in futures:
            future.result(SOON_S)
        stats = batcher.stats()
    assert stats.batch_rows == {1: 1, 3: 1}
    assert (stats.items, stats.rows, stats.batches) == (4, 4, 2)
    assert stats.largest_queue_rows == 3
    assert stats.queued_rows == 0
    assert stats.wait_seconds > 0


def test_batching_pays_where_a_run_has_a_fixed_cost() -> None:
    """Sixteen callers on a device of 10 ms a run: one by one it could answer 100 a second."""
    seconds_per_run, items = 0.01, 160
    runner = DoublingRunner(seconds_per_run)
    with (
        batching(runner, max_size=16, max_wait_ms=2.0, max_queue=64) as batcher,
        ThreadPoolExecutor(16) as callers,
    ):
        started_s = time.monotonic()
        list(callers.map(lambda value: batcher.submit(row(value)).result(SOON_S), range(items)))
        taken_s = time.monotonic() - started_s
    assert taken_s < items * seconds_per_run / 3
