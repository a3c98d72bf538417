"""A TensorFlow.js graph model, written as ONNX without TensorFlow.

Reads `model.json` and its shard of weights; knows the dozen kinds of node that the person detector
is made of and refuses any other. Four axes are turned from NHWC to NCHW on the way.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Node = Mapping[str, Any]
Weights = Mapping[str, npt.NDArray[Any]]

OPSET, IR_VERSION = 17, 8
_STORED = {"float16": np.float16, "float32": np.float32, "int32": np.int32}
_CHANNELS_LAST, _CHANNELS_FIRST = 3, 1
_PADDINGS = {"SAME": "SAME_UPPER", "VALID": "VALID"}
_UPSAMPLED = 2.0  # Every enlargement of the network doubles.
_SIXTH = 1 / 6  # What "hard swish" divides by; the file holds it in half precision.


@dataclass(frozen=True, slots=True)
class JsGraph:
    """The nodes of a graph model by name, and its weights as they are stored."""

    nodes: Mapping[str, Node]
    weights: Weights


def read_graph(description: bytes, shard: bytes) -> JsGraph:
    """Read a graph model of one shard. Raises ValueError if the two do not fit."""
    model = json.loads(description)
    (group,) = model["weightsManifest"]
    weights: dict[str, npt.NDArray[Any]] = {}
    at = 0
    for entry in group["weights"]:
        stored = entry.get("quantization", {}).get("dtype", entry["dtype"])
        kind = np.dtype(_STORED[stored])
        count = int(np.prod(entry["shape"], dtype=np.int64))
        weights[entry["name"]] = np.frombuffer(shard, kind, count, at).reshape(entry["shape"])
        at += count * kind.itemsize
    if at != len(shard):
        raise ValueError(f"the description speaks of {at} bytes of weights, got {len(shard)}")
    return JsGraph({node["name"]: node for node in model["modelTopology"]["node"]}, weights)


class OnnxWriter:
    """Writes what some nodes of a graph depend on as ONNX; weights stay in half precision."""

    def __init__(self, graph: JsGraph, channels: Mapping[str, slice]) -> None:
        """channels: which output channels of a convolution are kept, by the name of its weight."""
        self._graph = graph
        self._channels = channels
        self._nodes: list[onnx.NodeProto] = []
        self._initialisers: dict[str, onnx.TensorProto] = {}
        self._done: dict[str, str] = {}

    def write(self, source: str, outputs: Mapping[str, tuple[str, int]]) -> onnx.ModelProto:
        """Return the model. source: name of the input. outputs: node and channels by name."""
        self._done[source] = source.rpartition("/")[2]
        for name, (node, _) in outputs.items():
            self._emit("Identity", [self._value(node)], name)
        shape_in: list[str | int | None] = ["batch", 3, "height", "width"]
        entry = helper.make_tensor_value_info(self._done[source], TensorProto.FLOAT, shape_in)
        exits = [
            helper.make_tensor_value_info(
                name, TensorProto.FLOAT, ["batch", channels, "rows", "columns"]
            )
            for name, (_, channels) in outputs.items()
        ]
        body = helper.make_graph(
            self._nodes, "persons", [entry], exits, list(self._initialisers.values())
        )
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(body, opset_imports=opsets, ir_version=IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _value(self, name: str) -> str:
        """Return the ONNX name of what a node computes; writes it where it is not there yet."""
        if name not in self._done:
            node = self._graph.nodes[name]
            writer = self._writers().get(node["op"])
            if writer is None:
                raise ValueError(f"node {name} is a {node['op']}, which is not known here")
            self._done[name] = writer(node)
        return self._done[name]

    def _writers(self) -> dict[str, Callable[[Node], str]]:
        return {
            "Identity": lambda node: self._value(node["input"][0]),
            "Conv2D": self._convolution,
            "_FusedConv2D": self._convolution,
            "DepthwiseConv2dNative": self._depthwise,
            "FusedDepthwiseConv2dNative": self._depthwise,
            "Add": lambda node: self._pair("Add", node),
            "Mul": self._product,
            "Relu": lambda node: self._single("Relu", node),
            "Sigmoid": lambda node: self._single("Sigmoid", node),
            "Mean": lambda node: self._single("GlobalAveragePool", node),
            "ConcatV2": self._concat,
            "ResizeBilinear": self._enlarge,
        }

    def _emit(self, kind: str, inputs: list[str], name: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def _constant(self, name: str, values: npt.NDArray[Any]) -> str:
        """Return the name of a weight in single precision, stored as it came."""
        wide = f"{name}:float"
        if name not in self._initialisers:
            half = np.ascontiguousarray(values, np.float16)
            self._initialisers[name] = numpy_helper.from_array(half, name)
            self._emit("Cast", [name], wide, to=TensorProto.FLOAT)
        return wide

    def _operand(self, name: str) -> str:
        if name in self._graph.weights:
            values = self._graph.weights[name]
            shaped = values.reshape(-1, 1, 1) if values.ndim else values
            return self._constant(name, shaped)
        return self._value(name)

    def _single(self, kind: str, node: Node) -> str:
        return self._emit(kind, [self._value(node["input"][0])], node["name"])

    def _pair(self, kind: str, node: Node) -> str:
        return self._emit(kind, [self._operand(name) for name in node["input"]], node["name"])

    def _product(self, node: Node) -> str:
        """Write a product; a sixth of a value that was clipped is what ONNX calls HardSigmoid."""
        clipped = [name for name in node["input"] if self._kind(name) == "Relu6"]
        if not clipped:
            return self._pair("Mul", node)
        (other,) = (name for name in node["input"] if name not in clipped)
        value = self._shifted(clipped[0])
        if self._is_sixth(other):
            return self._hard_sigmoid(value, node["name"])
        if not any(self._is_sixth(name) for name in self._graph.nodes[other]["input"]):
            raise ValueError(f"{node['name']} is no hard swish")
        gate = self._hard_sigmoid(value, f"{node['name']}:gate")
        return self._emit("Mul", [value, gate], node["name"])

    def _shifted(self, clipped: str) -> str:
        """Return x of Relu6(x + 3)."""
        (shifted,) = self._graph.nodes[clipped]["input"]
        value, three = self._graph.nodes[shifted]["input"]
        if float(self._graph.weights[three]) != 3.0:
            raise ValueError(f"{clipped} is no part of a hard sigmoid")
        return self._value(value)

    def _hard_sigmoid(self, value: str, name: str) -> str:
        return self._emit("HardSigmoid", [value], name, alpha=_SIXTH, beta=0.5)

    def _is_sixth(self, name: str) -> bool:
        values = self._graph.weights.get(name)
        return values is not None and values.ndim == 0 and abs(float(values) - _SIXTH) < 1e-3

    def _kind(self, name: str) -> str:
        return str(self._graph.nodes[name]["op"])

    def _convolution(self, node: Node) -> str:
        kernel = node["input"][1]
        kept = self._channels.get(kernel, slice(None))
        values = self._graph.weights[kernel][..., kept].transpose(3, 2, 0, 1)
        return self._convolve(node, values, kept, groups=1)

    def _depthwise(self, node: Node) -> str:
        values = self._graph.weights[node["input"][1]]
        rows, columns, channels, each = values.shape
        if each != 1:
            raise ValueError(f"{node['name']} makes {each} channels of one")
        values = values.transpose(2, 3, 0, 1).reshape(channels, 1, rows, columns)
        return self._convolve(node, values, slice(None), groups=channels)

    def _convolve(self, node: Node, kernel: npt.NDArray[Any], kept: slice, groups: int) -> str:
        after = _words(node, "fused_ops")
        inputs = [self._value(node["input"][0]), self._constant(node["input"][1], kernel)]
        if "BiasAdd" in after:
            bias = node["input"][2]
            inputs.append(self._constant(bias, self._graph.weights[bias][kept]))
        last = node["name"]
        name = f"{last}:sum" if "Relu" in after else last
        self._emit(
            *("Conv", inputs, name),
            group=groups,
            kernel_shape=kernel.shape[2:],
            strides=[int(step) for step in node["attr"]["strides"]["list"]["i"][1:3]],
            auto_pad=_PADDINGS[_text(node["attr"]["padding"]["s"])],
        )
        return self._emit("Relu", [name], last) if "Relu" in after else name

    def _concat(self, node: Node) -> str:
        *parts, axis = node["input"]
        if int(self._graph.weights[axis]) != _CHANNELS_LAST:
            raise ValueError(f"{node['name']} joins along another axis than the channels")
        values = [self._value(name) for name in parts]
        return self._emit("Concat", values, node["name"], axis=_CHANNELS_FIRST)

    def _enlarge(self, node: Node) -> str:
        """Write an enlargement to twice the size, from the top left corner as TensorFlow's is."""
        scales = "scales"
        if scales not in self._initialisers:
            values = np.array([1, 1, _UPSAMPLED, _UPSAMPLED], np.float32)
            self._initialisers[scales] = numpy_helper.from_array(values, scales)
        return self._emit(
            *("Resize", [self._value(node["input"][0]), "", scales], node["name"]),
            mode="linear",
            coordinate_transformation_mode="asymmetric",
        )


def _words(node: Node, attribute: str) -> list[str]:
    listed = node["attr"].get(attribute, {}).get("list", {}).get("s", [])
    return [_text(word) for word in listed]


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode()
