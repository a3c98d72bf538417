"""Agreement with the insightface package's own wrappers, on the same weights."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from insightface.model_zoo.arcface_onnx import ArcFaceONNX  # type: ignore[import-untyped]
from insightface.model_zoo.scrfd import SCRFD  # type: ignore[import-untyped]
from onnx import TensorProto, helper, numpy_helper

from inference.local import LocalEngine
from inference.manifest import Manifest
from inference.packs import load_pack
from inference.store import ModelStore
from media.image import ImageRGB
from vision.alignment import align_face
from vision.assembly import FacePipeline, build_face_pipeline
from vision.geometry import Floats
from vision.network import DetectorNetwork

STRIDES = (8, 16, 32)


def write_scrfd(path: Path, *, has_batch: bool) -> None:
    """Write a network with SCRFD's inputs and outputs and random weights."""
    rng = np.random.default_rng(5)
    nodes, constants, outputs = [], [], []
    for kind, values in (("scores", 1), ("boxes", 4), ("landmarks", 10)):
        for stride in STRIDES:
            name = f"{kind}{stride}"
            weight = rng.normal(0, 2, (2 * values, 3, 1, 1)).astype(np.float32)
            target = np.array([0, -1, values] if has_batch else [-1, values], np.int64)
            constants += [
                numpy_helper.from_array(weight, f"{name}_w"),
                numpy_helper.from_array(target, f"{name}_s"),
            ]
            side = [stride, stride]
            last = [f"{name}_r"] if kind == "scores" else [name]
            nodes += [
                helper.make_node(
                    "AveragePool", ["input"], [f"{name}_p"], kernel_shape=side, strides=side
                ),
                helper.make_node("Conv", [f"{name}_p", f"{name}_w"], [f"{name}_c"]),
                helper.make_node("Transpose", [f"{name}_c"], [f"{name}_t"], perm=[0, 2, 3, 1]),
                helper.make_node("Reshape", [f"{name}_t", f"{name}_s"], last),
            ]
            if kind == "scores":
                nodes.append(helper.make_node("Sigmoid", last, [name]))
            shape: list[str | int | None] = ["n", "a", values] if has_batch else ["a", values]
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 3, "h", "w"])]
    graph = helper.make_graph(nodes, "scrfd", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))


@pytest.fixture
def pack_folder(tmp_path: Path, manifest: Manifest, store: ModelStore) -> Path:
    folder = tmp_path / "small_pack"
    folder.mkdir()
    write_scrfd(folder / "det.onnx", has_batch=True)
    (folder / "w600k.onnx").write_bytes(store.path("mobilefacenet-fr").read_bytes())
    return folder


def ordered(boxes: Floats, scores: Floats, points: Floats) -> Floats:
    rows = np.hstack([scores.reshape(-1, 1), boxes, points.reshape(len(boxes), -1)])
    return rows[np.lexsort(rows.T[::-1])]


@pytest.mark.parametrize("has_batch", [True, False])
def test_scrfd_candidates_are_those_of_insightface(
    tmp_path: Path, store: ModelStore, manifest: Manifest, astronaut: ImageRGB, has_batch: bool
) -> None:
    write_scrfd(tmp_path / "det.onnx", has_batch=has_batch)
    (tmp_path / "w600k.onnx").write_bytes(store.path("mobilefacenet-fr").read_bytes())
    spec = load_pack(tmp_path).detector
    picture = np.ascontiguousarray(astronaut[:320, 64:384])
    theirs = SCRFD(model_file=str(tmp_path / "det.onnx"))
    scores, boxes, points = theirs.forward(picture[:, :, ::-1], 0.7)
    expected = ordered(np.vstack(boxes), np.vstack(scores), np.vstack(points))
    assert len(expected) > 50
    with LocalEngine([spec], ModelStore(manifest.with_models([spec]), tmp_path)) as engine:
        network = DetectorNetwork(engine, spec, max_overlap=1.0)
        (ours,) = network.look(picture, 320, 0.7).result()
    found = ordered(ours.boxes_xyxy, ours.scores, ours.landmarks)
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-2)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_embeddings_are_those_of_insightface(
    pipeline: FacePipeline, store: ModelStore, astronaut: ImageRGB
) -> None:
    """Their wrapper divides by 127.5 where these weights were trained with 128."""
    faces = pipeline.detector.detect(astronaut)
    aligned = align_face(astronaut, faces.landmarks[0])
    theirs = ArcFaceONNX(model_file=str(store.path("mobilefacenet-fr")))
    theirs.input_std = 128.0
    vector = theirs.get_feat(aligned[:, :, ::-1]).ravel()
    ours = pipeline.embedder.embed(aligned)
    assert ours.raw_length == pytest.approx(np.linalg.norm(vector), rel=1e-3)
    assert float(ours.vector @ vector) / np.linalg.norm(vector) > 0.9999


def test_a_pack_takes_the_place_of_detector_and_embedder(
    pack_folder: Path, manifest: Manifest, astronaut: ImageRGB
) -> None:
    pack = load_pack(pack_folder)
    specs = [pack.detector, pack.embedder]
    with LocalEngine(specs, ModelStore(manifest.with_models(specs), pack_folder)) as engine:
        pipeline = build_face_pipeline(engine, pack.detector, pack.embedder)
        readings = pipeline.analyzer.detect(astronaut)
        assert pipeline.embedding_model_id == pack.embedder.id
        assert isinstance(readings, tuple)
