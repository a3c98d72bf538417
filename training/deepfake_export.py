"""The trained network as ONNX, and what the catalogue says of it."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch  # type: ignore[import-not-found]
from torch import nn

from deepfake.frame_model import FAMILY, LOGIT, MAP
from inference.manifest import BatchLimits, InputSpec, ModelSpec
from inference.origins import FileSource
from training.deepfake_network import PIXEL_MEAN, PIXEL_SCALE

OPSET = 17


def export(network: nn.Module, side_px: int) -> bytes:
    """Return the network as ONNX for faces of `side_px`, any number of them at once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        torch.onnx.export(
            network.eval().to(memory_format=torch.contiguous_format),
            (torch.zeros(2, 3, side_px, side_px),),
            str(path),
            input_names=["input"],
            output_names=[LOGIT, MAP],
            dynamic_axes={name: {0: "batch"} for name in ("input", LOGIT, MAP)},
            opset_version=OPSET,
            dynamo=False,  # The other exporter asks for another package and fixes the batch.
        )
        model = onnx.load(str(path))
    for node in model.graph.node:
        node.doc_string = ""  # The exporter leaves paths of its machine there.
    model.doc_string = ""
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def spec_of(path: Path, side_px: int) -> ModelSpec:
    """Return a catalogue entry for a model that lies in a file; its name is its id."""
    content = path.read_bytes()
    return ModelSpec(
        id=path.stem,
        task="forgery_detection",
        family=FAMILY,
        licence="Apache-2.0",
        terms="research",
        terms_note="Trained on research data.",
        card=None,
        sha256=hashlib.sha256(content).hexdigest(),
        file_bytes=len(content),
        source=FileSource(kind="file", path=path),
        input=InputSpec(
            name="input",
            size_hw=(side_px, side_px),
            colour="RGB",
            mean=(PIXEL_MEAN, PIXEL_MEAN, PIXEL_MEAN),
            scale=PIXEL_SCALE,
        ),
        outputs={LOGIT: LOGIT, MAP: MAP},
        batch=BatchLimits(max_size=4, max_wait_ms=0.0, max_queue=512),
    )
