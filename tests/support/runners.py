"""Runners of known behaviour, in the place of a model."""

import threading
import time
from collections.abc import Mapping

import numpy as np

from inference.engine import Tensors
from inference.runner import Port

VECTOR = Port(np.dtype(np.float32), (None,))


class DoublingRunner:
    """Answers 2x, notes the batches it saw, and fails on a batch that holds `poison`.

    seconds_per_run: fixed cost of a run, whatever its size, as on a GPU.
    gate: every run waits for it, so that a test decides when the model is busy.
    """

    poison = -1.0
    silent_poison = -2.0

    def __init__(self, seconds_per_run: float = 0.0) -> None:
        self.ports: Mapping[str, Port] = {"x": VECTOR}
        self.batches: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self._seconds_per_run = seconds_per_run
        self._lock = threading.Lock()

    def run(self, inputs: Tensors) -> Tensors:
        """Return 2x; an infinity in the rows that hold `silent_poison`."""
        x = inputs["x"]
        self.entered.set()
        assert self.gate.wait(30)
        with self._lock:
            self.batches.append(len(x))
        time.sleep(self._seconds_per_run)
        if (x == self.poison).any():
            raise RuntimeError("the device says no")
        return {"y": np.where(x == self.silent_poison, np.inf, 2 * x).astype(np.float32)}

    def close(self) -> None:
        """Nothing to let go of."""


def row(*values: float) -> dict[str, "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"]:
    """Return one item of one row."""
    return {"x": np.array([values], np.float32)}
