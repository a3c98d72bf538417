"""The one door to models: submit early, wait late."""

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Protocol

import numpy.typing as npt

Tensor = npt.NDArray[Any]
Tensors = Mapping[str, Tensor]


class Engine(Protocol):
    """Runs models for many callers at once and merges them into batches.

    The protocol is all that vision, liveness and deepfake know of inference.
    """

    def submit(
        self, model_id: str, inputs: Tensors, *, deadline_s: float | None = None
    ) -> "Future[Tensors]":
        """Queue one item or a small batch and return its answer-to-be.

        inputs: arrays by input name, all with the same leading batch axis of N >= 1.
        deadline_s: monotonic time after which the work is dropped, None for no limit.
        The answer has arrays by output name with the same leading N.
        Raises UnknownModelError and QueueFullError here; the future raises
        DeadlineExceededError, InferenceFailedError or InvalidArgumentError.
        """
        ...
