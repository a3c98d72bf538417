"""A TensorFlow.js graph becomes ONNX that computes the same."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort  # type: ignore[import-untyped]
import pytest

from training.person_graph import OnnxWriter, read_graph

Array = npt.NDArray[Any]


def node(name: str, op: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "op": op, "input": list(inputs), "attr": attributes}


def convolution(
    name: str, op: str, *inputs: str, step: int = 1, after: tuple[str, ...] = ()
) -> dict[str, Any]:
    def text(word: str) -> str:
        return base64.b64encode(word.encode()).decode()

    return node(
        name,
        op,
        *inputs,
        strides={"list": {"i": ["1", str(step), str(step), "1"]}},
        padding={"s": text("SAME")},
        fused_ops={"list": {"s": [text(word) for word in after]}},
    )


def files(nodes: list[dict[str, Any]], weights: Mapping[str, Array]) -> tuple[bytes, bytes]:
    """A description and a shard, with whole numbers as they are and the rest in half precision."""
    entries, shard = [], b""
    for name, values in weights.items():
        is_whole = values.dtype == np.int32
        entry: dict[str, Any] = {"name": name, "shape": list(values.shape)}
        entry["dtype"] = "int32" if is_whole else "float32"
        if not is_whole:
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        entries.append(entry)
        shard += values.astype(np.int32 if is_whole else np.float16).tobytes()
    consts = [node(name, "Const") for name in weights]
    model = {
        "modelTopology": {"node": [*consts, *nodes]},
        "weightsManifest": [{"weights": entries}],
    }
    return json.dumps(model).encode(), shard


def run(
    nodes: list[dict[str, Any]],
    weights: Mapping[str, Array],
    picture: Array,
    channels: int,
    **kept: slice,
) -> Array:
    """Convert a graph from node `x` to node `y` and run it on one picture, (1, 3, H, W)."""
    graph = read_graph(*files([node("x", "Placeholder"), *nodes], weights))
    model = OnnxWriter(graph, kept).write("x", {"answer": ("y", channels)})
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"x": picture.astype(np.float32)})
    return np.asarray(answer)


def picture(height: int = 8, width: int = 6) -> Array:
    return np.random.default_rng(3).uniform(-2, 4, (1, 3, height, width)).astype(np.float32)


def half(*shape: int) -> Array:
    return np.random.default_rng(4).normal(0, 1, shape).astype(np.float16).astype(np.float32)


def test_a_strided_convolution_pads_as_tensorflow_does_below_and_right() -> None:
    kernel, bias, shown = half(3, 3, 3, 2), half(2), picture()
    nodes = [convolution("y", "_FusedConv2D", "x", "k", "b", step=2, after=("BiasAdd", "Relu"))]
    answer = run(nodes, {"k": kernel, "b": bias}, shown, 2)
    padded = np.pad(shown[0], ((0, 0), (0, 1), (0, 1)))
    for row in range(4):
        for column in range(3):
            patch = padded[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
            expected = np.einsum("chw,hwco->o", patch, kernel) + bias
            assert answer[0, :, row, column] == pytest.approx(np.maximum(expected, 0), abs=1e-3)


def test_a_depthwise_convolution_keeps_channels_apart() -> None:
    kernel, shown = half(3, 3, 3, 1), picture()
    answer = run([convolution("y", "DepthwiseConv2dNative", "x", "k")], {"k": kernel}, shown, 3)
    patch = shown[0, :, 2:5, 1:4]
    expected = np.einsum("chw,hwc->c", patch, kernel[..., 0])
    assert answer[0, :, 3, 2] == pytest.approx(expected, abs=1e-3)


def test_only_the_channels_that_are_asked_for_are_written() -> None:
    kernel, bias, shown = half(1, 1, 3, 5), half(5), picture()
    nodes = [convolution("y", "_FusedConv2D", "x", "k", "b", after=("BiasAdd",))]
    answer = run(nodes, {"k": kernel, "b": bias}, shown, 1, k=slice(2, 3))
    expected = np.einsum("chw,c->hw", shown[0], kernel[0, 0, :, 2]) + bias[2]
    assert answer.shape == (1, 1, 8, 6)
    assert answer[0, 0] == pytest.approx(expected, abs=1e-3)


def test_a_hard_swish_in_four_parts_is_one() -> None:
    nodes = [
        node("shifted", "Add", "x", "three"),
        node("clipped", "Relu6", "shifted"),
        node("sixth", "Mul", "a_sixth", "x"),
        node("y", "Mul", "sixth", "clipped"),
    ]
    weights = {"three": np.array(3.0), "a_sixth": np.array(1 / 6)}
    shown = picture()
    assert run(nodes, weights, shown, 3) == pytest.approx(
        shown * np.clip(shown + 3, 0, 6) / 6, abs=1e-5
    )


def test_an_enlargement_begins_at_the_corner_and_halves_the_way_between() -> None:
    nodes = [
        node("y", "ResizeBilinear", "x", "size", half_pixel_centers={"b": False}),
    ]
    shown = picture()
    answer = run(nodes, {"size": np.array([16, 12], np.int32)}, shown, 3)
    assert answer[0, :, ::2, ::2] == pytest.approx(shown[0])
    between = (shown[0, :, :, :-1] + shown[0, :, :, 1:]) / 2
    assert answer[0, :, ::2, 1:-1:2] == pytest.approx(between)


def test_a_kind_of_node_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="y is a Softplus"):
        run([node("y", "Softplus", "x")], {}, picture(), 3)


def test_a_shard_of_another_length_is_refused() -> None:
    description, shard = files([node("x", "Placeholder")], {"k": half(3)})
    with pytest.raises(ValueError, match="6 bytes of weights, got 8"):
        read_graph(description, shard + b"\0\0")
