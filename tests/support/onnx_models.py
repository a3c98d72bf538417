"""Small ONNX models with the same contracts as the large ones, built in a few lines each."""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Dim = int | str


def _finish(graph: onnx.GraphProto) -> bytes:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=7)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _value(name: str, shape: Sequence[Dim]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def fixed_prelu_model(channels: int = 4, seed: int = 3) -> bytes:
    """Conv, PRelu, Reshape to (1, -1): batch 1 baked in, as in the embedder's package."""
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=(channels, 3, 1, 1)).astype(np.float32)
    slope = rng.uniform(-1.5, 1.5, size=(channels, 1, 1)).astype(np.float32)
    constants = [
        numpy_helper.from_array(kernel, "kernel"),
        numpy_helper.from_array(slope, "slope"),
        numpy_helper.from_array(np.array([1, -1], np.int64), "flat"),
        numpy_helper.from_array(np.zeros(7, np.float32), "unused"),
    ]
    nodes = [
        helper.make_node("Conv", ["input", "kernel"], ["mixed"], kernel_shape=[1, 1]),
        helper.make_node("PRelu", ["mixed", "slope"], ["bent"]),
        helper.make_node("Reshape", ["bent", "flat"], ["output"]),
    ]
    shape_in, shape_out = [1, 3, 4, 4], [1, channels * 16]
    graph = helper.make_graph(
        nodes, "fixed", [_value("input", shape_in)], [_value("output", shape_out)], constants
    )
    return _finish(graph)


def doubling_model() -> bytes:
    """y = 2 x on (N, 3, H, W)."""
    two = numpy_helper.from_array(np.array(2, np.float32), "two")
    shape: list[Dim] = ["n", 3, "h", "w"]
    graph = helper.make_graph(
        [helper.make_node("Mul", ["input", "two"], ["output"])],
        "doubling",
        [_value("input", shape)],
        [_value("output", shape)],
        [two],
    )
    return _finish(graph)


def scrfd_model(*, batched: bool, strides: Sequence[int] = (8, 16, 32)) -> bytes:
    """Scores, boxes and landmarks at each stride, two anchors a cell, as SCRFD exports them.

    Every value is an average of the pixels under its cell. batched: (N, anchors, values);
    else (anchors, values), as the packs of 2021 have it.
    """
    nodes, outputs, constants = [], [], []
    for values, meaning in ((1, "score"), (4, "bbox"), (10, "kps")):
        channels = 2 * values
        kernel = np.full((channels, 3, 1, 1), 1 / 30, np.float32)
        constants.append(numpy_helper.from_array(kernel, f"{meaning}_kernel"))
        shape = [0, -1, values] if batched else [-1, values]
        constants.append(numpy_helper.from_array(np.array(shape, np.int64), f"{meaning}_shape"))
        for stride in strides:
            name = f"{meaning}_{stride}"
            nodes += _head(name, meaning, stride)
            shown: list[Dim] = ["n", "a", values] if batched else ["a", values]
            outputs.append(_value(name, shown))
    source: list[Dim] = ["n" if batched else 1, 3, "h", "w"]
    return _finish(
        helper.make_graph(nodes, "scrfd", [_value("input.1", source)], outputs, constants)
    )


def _head(name: str, meaning: str, stride: int) -> list[onnx.NodeProto]:
    pooled, mixed, turned = f"{name}_pooled", f"{name}_mixed", f"{name}_turned"
    square = [stride, stride]
    return [
        helper.make_node("AveragePool", ["input.1"], [pooled], kernel_shape=square, strides=square),
        helper.make_node("Conv", [pooled, f"{meaning}_kernel"], [mixed], kernel_shape=[1, 1]),
        helper.make_node("Transpose", [mixed], [turned], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", [turned, f"{meaning}_shape"], [name]),
    ]


def arcface_model(*, normalises_itself: bool = False, size: int = 112) -> bytes:
    """(N, 3, 112, 112) to (N, 512), as ArcFace exports; optionally with Sub and Mul up front."""
    rng = np.random.default_rng(5)
    weights = rng.normal(size=(3 * 16, 512)).astype(np.float32)
    constants = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.array([0, 48], np.int64), "flat"),
    ]
    nodes, source = [], "input.1"
    if normalises_itself:
        constants.append(numpy_helper.from_array(np.array(127.5, np.float32), "mean"))
        constants.append(numpy_helper.from_array(np.array(1 / 128, np.float32), "scale"))
        nodes.append(helper.make_node("Sub", [source, "mean"], ["centred"], name="Sub_0"))
        nodes.append(helper.make_node("Mul", ["centred", "scale"], ["scaled"], name="Mul_1"))
        source = "scaled"
    pool = {"kernel_shape": [size // 4] * 2, "strides": [size // 4] * 2}
    nodes += [
        helper.make_node("AveragePool", [source], ["pooled"], **pool),  # type: ignore[arg-type]
        helper.make_node("Reshape", ["pooled", "flat"], ["row"]),
        helper.make_node("MatMul", ["row", "weights"], ["683"]),
    ]
    graph = helper.make_graph(
        nodes,
        "arcface",
        [_value("input.1", ["n", 3, size, size])],
        [_value("683", ["n", 512])],
        constants,
    )
    return _finish(graph)
