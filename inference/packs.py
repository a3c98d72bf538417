"""InsightFace pack folders as models: which file is what is read from the graphs.

The rules are those of insightface/model_zoo (model_zoo.py, scrfd.py, arcface_onnx.py), so that a
pack gives the same answers here as in the insightface package.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError

from base.errors import ModelCorruptError, SettingsError
from inference.manifest import BatchLimits, BatchOverride, InputSpec, ModelSpec
from inference.origins import FileSource

STRIDES_BY_OUTPUTS = {9: (8, 16, 32), 15: (8, 16, 32, 64, 128)}
"""Outputs of a detector with landmarks: scores, boxes and landmarks at each stride."""
WITHOUT_LANDMARKS = (6, 10)
EMBEDDING_SIZE_HW = (112, 112)
EMBEDDING_DIM = 512
TERMS_NOTE = "InsightFace packs are offered for non-commercial research; others need a licence."
CARD = "cards/insightface-packs.md"


@dataclass(frozen=True, slots=True)
class Pack:
    """The two models of a pack that the house uses."""

    detector: ModelSpec
    embedder: ModelSpec


@dataclass(frozen=True, slots=True)
class _Graph:
    """What is asked of one file. Sizes that the graph leaves open are None."""

    path: Path
    input_name: str
    input_shape: tuple[int | None, ...]
    outputs: dict[str, tuple[int | None, ...]]
    first_node_names: tuple[str, ...]

    @property
    def size_hw(self) -> tuple[int, int] | None:
        height, width = self.input_shape[2:4]
        return None if height is None or width is None else (height, width)


def load_pack(folder: Path) -> Pack:
    """Find the detector and the embedder in a folder of ONNX files.

    Raises SettingsError if there is not exactly one of each, ModelCorruptError for a broken file.
    """
    graphs = [_inspect(path) for path in sorted(folder.glob("*.onnx"))]
    if not graphs:
        raise SettingsError(f"{folder} has no .onnx files; name the folder of an InsightFace pack")
    pictures = [graph for graph in graphs if len(graph.input_shape) == 4]
    for graph in pictures:
        _refuse_without_landmarks(graph)
    detectors = [graph for graph in pictures if len(graph.outputs) in STRIDES_BY_OUTPUTS]
    detector = _only(detectors, "detector with landmarks", folder)
    embedder = _only([g for g in pictures if _is_embedder(g)], "embedder of 512 values", folder)
    return Pack(_detector_spec(detector, folder.name), _embedder_spec(embedder, folder.name))


def _inspect(path: Path) -> _Graph:
    try:
        graph = onnx.load(str(path), load_external_data=False).graph
    except (DecodeError, OSError, ValueError) as error:
        raise ModelCorruptError(f"{path} cannot be read as an ONNX model") from error
    constants = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in constants]
    if not inputs or not graph.output:
        raise ModelCorruptError(f"{path} is an ONNX model without input or output")
    return _Graph(
        path=path,
        input_name=inputs[0].name,
        input_shape=_shape(inputs[0]),
        outputs={value.name: _shape(value) for value in graph.output},
        first_node_names=tuple(node.name for node in graph.node[:8]),
    )


def _shape(value: onnx.ValueInfoProto) -> tuple[int | None, ...]:
    return tuple(size.dim_value or None for size in value.type.tensor_type.shape.dim)


def _refuse_without_landmarks(graph: _Graph) -> None:
    if len(graph.outputs) in WITHOUT_LANDMARKS:
        raise SettingsError(
            f"{graph.path.name} finds faces without landmarks, which alignment needs; take a "
            "pack whose detector has them (its name ends in _kps or _bnkps)"
        )


def _is_embedder(graph: _Graph) -> bool:
    shapes = list(graph.outputs.values())
    return (
        len(shapes) == 1
        and len(shapes[0]) == 2
        and shapes[0][1] == EMBEDDING_DIM
        and graph.size_hw == EMBEDDING_SIZE_HW
    )


def _only(graphs: list[_Graph], what: str, folder: Path) -> _Graph:
    if len(graphs) == 1:
        return graphs[0]
    found = ", ".join(graph.path.name for graph in graphs) or "none"
    raise SettingsError(f"{folder} must hold exactly one {what}, found {found}")


def _detector_spec(graph: _Graph, pack: str) -> ModelSpec:
    outputs = dict(_name_outputs(graph))
    ranks = {len(shape) for shape in graph.outputs.values()}
    return ModelSpec(
        **_common(graph, pack),
        task="face_detection",
        family="scrfd",
        input=_input(graph, mean=127.5, std=128.0),
        outputs=outputs,
        # Older exports drop the batch axis: (anchors, values) in place of (1, anchors, values).
        outputs_have_batch=ranks != {2},
        batch=_batch(max_size=8),
    )


def _name_outputs(graph: _Graph) -> Iterator[tuple[str, str]]:
    strides = STRIDES_BY_OUTPUTS[len(graph.outputs)]
    names = iter(graph.outputs.items())
    for meaning, values in (("scores", 1), ("boxes", 4), ("landmarks", 10)):
        for stride in strides:
            name, shape = next(names)
            if shape and shape[-1] not in (values, None):
                raise ModelCorruptError(
                    f"{graph.path.name} is no SCRFD: output {name!r} should hold {meaning}, "
                    f"{values} values an anchor, and has {shape[-1]}"
                )
            yield f"{meaning}_{stride}", name


def _embedder_spec(graph: _Graph, pack: str) -> ModelSpec:
    names = graph.first_node_names
    subtracts = any(name.startswith(("Sub", "_minus")) for name in names)
    multiplies = any(name.startswith(("Mul", "_mul")) for name in names)
    normalises_itself = subtracts and multiplies
    return ModelSpec(
        **_common(graph, pack),
        task="face_embedding",
        family="arcface",
        input=_input(graph, *((0.0, 1.0) if normalises_itself else (127.5, 127.5))),
        outputs={"embedding": next(iter(graph.outputs))},
        batch=_batch(max_size=32),
    )


def _common(graph: _Graph, pack: str) -> dict[str, Any]:
    with graph.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    words = re.sub(r"[^a-z0-9]+", "-", f"insightface-{pack}-{graph.path.stem}".lower())
    return {
        "id": words.strip("-")[:63],
        "licence": "InsightFace model terms",
        "terms": "research",
        "terms_note": TERMS_NOTE,
        "card": CARD,
        "sha256": digest,
        "file_bytes": graph.path.stat().st_size,
        "source": FileSource(kind="file", path=graph.path),
    }


def _input(graph: _Graph, mean: float, std: float) -> InputSpec:
    return InputSpec(
        name=graph.input_name,
        size_hw=graph.size_hw,
        colour="RGB",
        mean=(mean, mean, mean),
        scale=1.0 / std,
    )


def _batch(max_size: int) -> BatchLimits:
    one_by_one = BatchOverride(max_size=1, max_wait_ms=0.0)
    return BatchLimits(max_size=max_size, max_queue=256, providers={"cpu": one_by_one})
