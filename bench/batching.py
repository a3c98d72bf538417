"""`smartbranch bench batching`: that merging callers pays where a run has a fixed cost.

On a CPU a batch of n costs n times a batch of one, so merging cannot show there. The runner here
costs the same whatever the size of the batch, which is how a GPU behaves while it has room.
"""

import time
from collections.abc import Mapping

import numpy as np

from bench.timing import calls_per_s, in_turns, ratios
from inference.batching import Batcher
from inference.engine import Tensors
from inference.manifest import BatchLimits
from inference.runner import Port

_DIM = 8


class FixedCostRunner:
    """Adds one to every row; a run takes the same time for one row as for many."""

    def __init__(self, run_s: float) -> None:
        self._run_s = run_s

    @property
    def ports(self) -> Mapping[str, Port]:
        """One input, `x`."""
        return {"x": Port(np.dtype(np.float32), (_DIM,))}

    def run(self, inputs: Tensors) -> Tensors:
        """Wait, then answer."""
        time.sleep(self._run_s)
        return {"y": np.asarray(inputs["x"], np.float32) + np.float32(1)}

    def close(self) -> None:
        """Hold nothing, so let go of nothing."""


def bench_batching(
    *, callers: int = 32, max_size: int = 16, run_ms: float = 5.0, span_s: float = 2.0, rounds: int
) -> dict[str, object]:
    """Let many callers ask, with and without merging, and return the report."""
    merging = _batcher(max_size, run_ms)
    alone = _batcher(1, run_ms)
    try:
        speeds = in_turns(
            {
                "merged": lambda: calls_per_s(_Caller(merging), callers, span_s),
                "alone": lambda: calls_per_s(_Caller(alone), callers, span_s),
            },
            rounds,
        )
        stats = merging.stats()
    finally:
        merging.close()
        alone.close()
    ratio = ratios(speeds["merged"], speeds["alone"])
    return {
        "ratio": round(ratio.median, 2),
        "merged_per_s": round(max(speeds["merged"]), 1),
        "alone_per_s": round(max(speeds["alone"]), 1),
        "mean_batch": round(stats.items / max(stats.batches, 1), 2),
        "callers": callers,
        "max_size": max_size,
        "run_ms": run_ms,
    }


def _batcher(max_size: int, run_ms: float) -> Batcher:
    limits = BatchLimits(max_size=max_size, max_wait_ms=2.0, max_queue=256)
    return Batcher(f"fixed-{max_size}", FixedCostRunner(run_ms / 1000), limits)


class _Caller:
    """Asks for one row and checks that the answer is its own."""

    def __init__(self, batcher: Batcher) -> None:
        self._batcher = batcher

    def __call__(self, number: int) -> None:
        value = np.float32(number % 1000)
        row = np.full((1, _DIM), value, np.float32)
        answer = np.asarray(self._batcher.submit({"x": row}).result()["y"])
        if not (answer == value + 1).all():
            raise AssertionError(f"caller {number} got somebody else's answer")
