"""What a batch is run by: an ONNX session in service, anything of known cost in a proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from inference.engine import Tensors


@dataclass(frozen=True, slots=True)
class Port:
    """One input of a graph: its type and, behind the batch axis, its shape; None is any size."""

    dtype: np.dtype[np.generic]
    trailing_shape: tuple[int | None, ...]


class Runner(Protocol):
    """Runs one batch at a time for each thread that calls it."""

    @property
    def ports(self) -> Mapping[str, Port]:
        """The inputs, by name."""
        ...

    def run(self, inputs: Tensors) -> Tensors:
        """Return every output, by name, with the leading axis of the inputs."""
        ...

    def close(self) -> None:
        """Let go of the model."""
        ...
