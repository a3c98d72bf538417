"""Whatever callers send at once, each gets its own answer or its own error."""

import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import (
    DeadlineExceededError,
    InferenceFailedError,
    InvalidArgumentError,
    QueueFullError,
)
from inference.batching import Batcher
from inference.engine import Tensors
from inference.manifest import BatchLimits
from tests.support.runners import DoublingRunner

FATES = ("good", "good", "good", "poison", "silent poison", "nan", "late", "cancelled")


@dataclass(frozen=True)
class Call:
    """One question: how many rows of what width, and what is wrong with it."""

    rows: int
    width: int
    fate: str


CALLS = st.builds(Call, st.integers(1, 5), st.integers(1, 3), st.sampled_from(FATES))
LIMITS = st.builds(
    BatchLimits,
    max_size=st.integers(1, 6),
    max_wait_ms=st.sampled_from([0.0, 0.5, 3.0]),
    max_queue=st.integers(5, 40),
)


@settings(max_examples=120, deadline=None)
@given(
    calls=st.lists(CALLS, min_size=1, max_size=40),
    limits=LIMITS,
    workers=st.integers(1, 3),
    callers=st.integers(1, 8),
)
def test_each_caller_gets_its_own_answer(
    calls: list[Call], limits: BatchLimits, workers: int, callers: int
) -> None:
    batcher = Batcher("toy", DoublingRunner(), limits, workers=workers)
    with ThreadPoolExecutor(callers) as pool:
        outcomes = list(pool.map(lambda pair: ask(batcher, *pair), enumerate(calls)))
    batcher.close()
    stats = batcher.stats()

    assert all(outcomes), [call for call, ok in zip(calls, outcomes, strict=True) if not ok]
    assert stats.queued_rows == 0
    assert stats.largest_queue_rows <= limits.max_queue
    assert all(rows <= limits.max_size for rows in stats.batch_rows)
    settled = stats.items + stats.failed + stats.invalid + stats.expired + stats.cancelled
    assert settled + stats.rejected == len(calls)


def ask(batcher: Batcher, number: int, call: Call) -> bool:
    """Submit one call and say whether what came back is what this caller must get."""
    x = question(number, call)
    deadline_s = time.monotonic() if call.fate == "late" else None
    try:
        future = batcher.submit({"x": x}, deadline_s=deadline_s)
    except QueueFullError:
        return True
    if call.fate == "cancelled":
        future.cancel()
    return is_right(call, x, future)


def question(number: int, call: Call) -> np.ndarray:
    """Return values that no other caller sends."""
    count = call.rows * call.width
    x = np.arange(1 + number * 100, 1 + number * 100 + count, dtype=np.float32)
    wrong = {"poison": -1.0, "silent poison": -2.0, "nan": np.nan}
    if call.fate in wrong:
        x[count // 2] = wrong[call.fate]
    return x.reshape(call.rows, call.width)


def is_right(call: Call, x: np.ndarray, future: "Future[Tensors]") -> bool:
    """Whether the future ends as the call's fate says."""
    errors = {
        "poison": InferenceFailedError,
        "silent poison": InferenceFailedError,
        "nan": InvalidArgumentError,
        "late": DeadlineExceededError,
    }
    try:
        answer = future.result(20)["y"]
    except CancelledError:
        return call.fate == "cancelled"
    except tuple(errors.values()) as error:
        return type(error) is errors.get(call.fate)
    # A cancellation that came after the run had begun is answered.
    return call.fate in ("good", "cancelled") and np.array_equal(answer, 2 * x)
