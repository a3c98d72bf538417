"""Checks of what goes into a batch and comes out of it, and the cutting of one into rows."""

from collections.abc import Mapping, Sequence

import numpy as np

from base.errors import InvalidArgumentError
from inference.engine import Tensor, Tensors
from inference.runner import Port


def check_item(
    model_id: str, ports: Mapping[str, Port], inputs: Tensors
) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """Return an item's rows and the trailing shapes that decide with whom it can run.

    Raises InvalidArgumentError, naming the tensor but none of its values.
    """
    if set(inputs) != set(ports):
        raise InvalidArgumentError(
            f"{model_id} takes the inputs {sorted(ports)}, got {sorted(inputs)}", model=model_id
        )
    for name, port in ports.items():
        _check_tensor(model_id, name, port, inputs[name])
    rows = {len(inputs[name]) for name in ports}
    if len(rows) != 1:
        raise InvalidArgumentError(
            f"the inputs of {model_id} have {sorted(rows)} rows; they must be equal", model=model_id
        )
    return rows.pop(), tuple(inputs[name].shape[1:] for name in ports)


def _check_tensor(model_id: str, name: str, port: Port, tensor: object) -> None:
    what = f"input {name!r} of {model_id}"
    if not isinstance(tensor, np.ndarray):
        raise InvalidArgumentError(f"{what} must be an array, got {type(tensor).__name__}")
    if tensor.dtype != port.dtype:
        raise InvalidArgumentError(f"{what} must be {port.dtype}, got {tensor.dtype}")
    expected = ("N", *("any" if size is None else size for size in port.trailing_shape))
    fits = tensor.ndim == len(expected) and all(
        size is None or size == actual
        for size, actual in zip(port.trailing_shape, tensor.shape[1:], strict=True)
    )
    if not fits or tensor.size == 0:
        shape = "(" + ", ".join(str(size) for size in expected) + ")"
        raise InvalidArgumentError(f"{what} must have shape {shape}, got {tensor.shape}")
    if not is_finite({name: tensor}):
        raise InvalidArgumentError(f"{what} has values that are not finite")


def is_finite(tensors: Tensors) -> bool:
    """Whether no tensor holds a NaN or an infinity."""
    return all(_is_finite(tensor) for tensor in tensors.values())


def _is_finite(tensor: Tensor) -> bool:
    if tensor.dtype.kind != "f":
        return True
    # One pass without a mask: a NaN or an infinity always shows in the sum. A finite tensor
    # whose sum overflows is looked at again, value by value.
    with np.errstate(invalid="ignore", over="ignore"):
        if np.isfinite(tensor.sum()):
            return True
    return bool(np.isfinite(tensor).all())


def check_outputs(outputs: Tensors, rows: int) -> Tensors:
    """Return the outputs if each has `rows` rows; raises ValueError."""
    lengths = {name: len(tensor) if tensor.ndim else None for name, tensor in outputs.items()}
    if any(length != rows for length in lengths.values()):
        raise ValueError(f"the model answered {lengths} rows to {rows}")
    return outputs


def join(parts: Sequence[Tensors]) -> Tensors:
    """Put the rows of several tensor maps behind each other."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def rows_of(tensors: Tensors, start: int, stop: int) -> Tensors:
    """Return a view of some rows."""
    return {name: tensor[start:stop] for name, tensor in tensors.items()}
