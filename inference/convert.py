"""Exact rewrites of a graph: the same answers, without a fixed batch, or faster."""

from collections.abc import Callable, Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from base.errors import ModelCorruptError
from inference.manifest import Conversion

CONVERSION_VERSION = 1
"""Raised whenever a rewrite changes, so that converted files in the cache are made anew."""
_SPEECH_RATE_HZ, _SPEECH_LAYERS, _SPEECH_WIDTH = 16_000, 2, 128


def convert(content: bytes, conversions: Sequence[Conversion]) -> bytes:
    """Rewrite an ONNX file and return the new one, checked.

    Raises ModelCorruptError if the file is no ONNX model or a rewrite does not fit it.
    """
    try:
        model = onnx.load_model_from_string(content)
        for name in conversions:
            _REWRITES[name](model.graph)
        _drop_unused_initialisers(model.graph)
        onnx.checker.check_model(model)
    except (ValueError, onnx.checker.ValidationError, RuntimeError) as error:
        raise ModelCorruptError(
            f"the conversions {list(conversions)} do not fit: {error}"
        ) from error
    except Exception as error:
        # protobuf's DecodeError differs between its builds and has no other common parent.
        if type(error).__name__ != "DecodeError":
            raise
        raise ModelCorruptError("the file is no ONNX model") from error
    return model.SerializeToString(deterministic=True)


def _free_batch(graph: onnx.GraphProto) -> None:
    """Let the leading axis of every input and output be any size.

    A Reshape to (1, ...) becomes one to (0, ...), which copies the axis from its input.
    """
    for value in [*graph.input, *graph.output]:
        dimension = value.type.tensor_type.shape.dim[0]
        if dimension.dim_value not in (0, 1):
            raise ValueError(f"{value.name} has a fixed batch of {dimension.dim_value}")
        dimension.Clear()
        dimension.dim_param = "batch"
    del graph.value_info[:]
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Reshape" and node.input[1] in constants:
            shape = numpy_helper.to_array(constants[node.input[1]]).copy()
            if shape[0] == 1:
                shape[0] = 0
                name = f"{node.output[0]}_shape"
                graph.initializer.append(numpy_helper.from_array(shape, name))
                node.input[1] = name


def _split_prelu(graph: onnx.GraphProto) -> None:
    """Write PRelu(x) as a*x + (1-a)*relu(x): two depthwise convolutions around a Relu.

    Exact for any slope. ONNX Runtime keeps convolutions in its blocked layout, which a PRelu
    leaves and enters again at every layer; this halves the time of a MobileFaceNet on a CPU.
    """
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.op_type != "PRelu" or node.input[1] not in constants:
            nodes.append(node)
            continue
        slope = constants[node.input[1]]
        if slope.ndim < 3 or slope.size != slope.shape[-3]:
            raise ValueError(f"the slope of {node.output[0]} is not one value a channel")
        nodes += _split_one(graph, node, slope.reshape(-1).astype(np.float32))
    del graph.node[:]
    graph.node.extend(nodes)


def _split_one(
    graph: onnx.GraphProto,
    node: onnx.NodeProto,
    slope: "np.ndarray[tuple[int], np.dtype[np.float32]]",
) -> list[onnx.NodeProto]:
    source, target = node.input[0], node.output[0]
    for suffix, values in (("slope", slope), ("rest", 1 - slope)):
        kernel = values.reshape(-1, 1, 1, 1).astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(kernel, f"{target}_{suffix}"))
    return [
        helper.make_node("Relu", [source], [f"{target}_relu"]),
        _pointwise(source, f"{target}_slope", f"{target}_all", len(slope)),
        _pointwise(f"{target}_relu", f"{target}_rest", f"{target}_positive", len(slope)),
        helper.make_node("Add", [f"{target}_all", f"{target}_positive"], [target]),
    ]


def _pointwise(source: str, kernel: str, target: str, channels: int) -> onnx.NodeProto:
    return helper.make_node("Conv", [source, kernel], [target], group=channels, kernel_shape=[1, 1])


def _speech_rows(graph: onnx.GraphProto) -> None:
    """Put the rows of a speech model's memory first, and fix its rate at 16 kHz.

    So every input and output has the batch on its leading axis, and callers can be merged.
    """
    inputs = {value.name: value for value in graph.input}
    outputs = {value.name: value for value in graph.output}
    if set(inputs) != {"input", "state", "sr"} or "stateN" not in outputs:
        raise ValueError("the graph is not one of sound with a state and a rate")
    graph.input.remove(inputs["sr"])
    graph.initializer.append(numpy_helper.from_array(np.array(_SPEECH_RATE_HZ, np.int64), "sr"))
    inputs["state"].name, outputs["stateN"].name = "state_rows", "next_state_rows"
    for value in (inputs["state"], outputs["stateN"]):
        rows_first: list[str | int | None] = ["batch", _SPEECH_LAYERS, _SPEECH_WIDTH]
        value.type.CopyFrom(helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, rows_first))
    graph.node.insert(0, _swap_axes("state_rows", "state"))
    graph.node.append(_swap_axes("stateN", "next_state_rows"))


def _swap_axes(source: str, target: str) -> onnx.NodeProto:
    return helper.make_node("Transpose", [source], [target], perm=[1, 0, 2])


def _drop_unused_initialisers(graph: onnx.GraphProto) -> None:
    used = _names_used(graph)
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _names_used(graph: onnx.GraphProto) -> set[str]:
    """Return every name that a node reads, those inside branches as well, and the outputs."""
    used = {name for node in graph.node for name in node.input}
    branches = [part.g for node in graph.node for part in node.attribute if part.HasField("g")]
    return used.union({value.name for value in graph.output}, *map(_names_used, branches))


_REWRITES: dict[Conversion, Callable[[onnx.GraphProto], None]] = {
    "free-batch": _free_batch,
    "split-prelu": _split_prelu,
    "speech-rows": _speech_rows,
}
