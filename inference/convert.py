"""Exact rewrites of a graph: the same answers, without a fixed batch, or faster."""

from collections.abc import Callable, Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from base.errors import ModelCorruptError
from inference.manifest import Conversion

CONVERSION_VERSION = 1
"""Raised whenever a rewrite changes, so that converted files in the cache are made anew."""


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


def _drop_unused_initialisers(graph: onnx.GraphProto) -> None:
    used = {name for node in graph.node for name in node.input}
    used |= {value.name for value in graph.output}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


_REWRITES: dict[Conversion, Callable[[onnx.GraphProto], None]] = {
    "free-batch": _free_batch,
    "split-prelu": _split_prelu,
}
