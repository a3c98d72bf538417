"""A folder of ONNX files is understood as InsightFace's own wrappers understand it."""

from pathlib import Path

import numpy as np
import pytest

from base.errors import ModelCorruptError, SettingsError
from inference.local import LocalEngine
from inference.packs import load_pack
from inference.store import ModelStore
from tests.support.models import store_of
from tests.support.onnx_models import arcface_model, doubling_model, scrfd_model

FIVE_STRIDES = (8, 16, 32, 64, 128)


def pack(folder: Path, **files: bytes) -> Path:
    """Write a pack folder, like one that InsightFace unpacks."""
    path = folder / "buffalo_t"
    path.mkdir()
    for stem, content in files.items():
        (path / f"{stem}.onnx").write_bytes(content)
    return path


@pytest.fixture
def small_pack(tmp_path: Path) -> Path:
    return pack(
        tmp_path,
        det_10g=scrfd_model(batched=False),
        w600k_r50=arcface_model(),
        genderage=arcface_model(size=96),
    )


def test_detector_and_embedder_are_found_whatever_their_names(tmp_path: Path) -> None:
    folder = pack(tmp_path, one=arcface_model(), two=scrfd_model(batched=True))
    found = load_pack(folder)
    assert (found.detector.family, found.detector.task) == ("scrfd", "face_detection")
    assert (found.embedder.family, found.embedder.task) == ("arcface", "face_embedding")
    assert found.detector.id == "insightface-buffalo-t-two"
    assert found.embedder.outputs == {"embedding": "683"}


def test_a_pack_is_research_and_carries_the_hash_of_each_file(small_pack: Path) -> None:
    found = load_pack(small_pack)
    for spec in (found.detector, found.embedder):
        assert spec.terms == "research"
        assert ModelStore(store_of(small_pack, spec).manifest, small_pack).pull(spec.id).is_file()


def test_outputs_are_named_by_meaning_and_stride(small_pack: Path) -> None:
    outputs = load_pack(small_pack).detector.outputs
    assert list(outputs) == [
        f"{meaning}_{stride}"
        for meaning in ("scores", "boxes", "landmarks")
        for stride in (8, 16, 32)
    ]
    assert outputs["boxes_16"] == "bbox_16"


def test_five_strides_are_understood(tmp_path: Path) -> None:
    content = scrfd_model(batched=True, strides=FIVE_STRIDES)
    found = load_pack(pack(tmp_path, det=content, rec=arcface_model()))
    assert len(found.detector.outputs) == 15
    assert "landmarks_128" in found.detector.outputs


def test_pixels_are_normalised_as_insightface_does_it(tmp_path: Path, small_pack: Path) -> None:
    plain = load_pack(small_pack)
    assert (plain.detector.input.mean[0], plain.detector.input.scale) == (127.5, 1 / 128)
    assert (plain.embedder.input.mean[0], plain.embedder.input.scale) == (127.5, 1 / 127.5)
    assert plain.embedder.input.colour == plain.detector.input.colour == "RGB"
    second = tmp_path / "second"
    second.mkdir()
    files = {"det": scrfd_model(batched=True), "rec": arcface_model(normalises_itself=True)}
    embedder = load_pack(pack(second, **files)).embedder
    assert (embedder.input.mean[0], embedder.input.scale) == (0.0, 1.0)


@pytest.mark.parametrize("normalises_itself", [False, True])
def test_an_embedding_is_that_of_insightfaces_own_wrapper(
    tmp_path: Path, normalises_itself: bool
) -> None:
    from insightface.model_zoo.arcface_onnx import ArcFaceONNX  # type: ignore[import-untyped]

    recogniser = arcface_model(normalises_itself=normalises_itself)
    folder = pack(tmp_path, det=scrfd_model(batched=True), rec=recogniser)
    spec = load_pack(folder).embedder
    image_rgb = np.random.default_rng(4).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    theirs = ArcFaceONNX(str(folder / "rec.onnx")).get_feat(image_rgb[:, :, ::-1].copy())
    x = (image_rgb.astype(np.float32) - spec.input.mean[0]) * spec.input.scale
    with LocalEngine([spec], store_of(tmp_path, spec)) as engine:
        tensor = np.ascontiguousarray(x.transpose(2, 0, 1)[None], np.float32)
        ours = engine.submit(spec.id, {spec.input.name: tensor}).result()["683"]
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("batched", [False, True], ids=["of one picture", "of many"])
def test_both_exports_of_a_detector_answer_with_a_batch_axis(tmp_path: Path, batched: bool) -> None:
    folder = pack(tmp_path, det=scrfd_model(batched=batched), rec=arcface_model())
    spec = load_pack(folder).detector
    x = np.random.default_rng(6).normal(size=(3, 3, 64, 96)).astype(np.float32)
    with LocalEngine([spec], store_of(tmp_path, spec)) as engine:
        engine.warm_up()
        answer = engine.submit(spec.id, {"input.1": x}).result()
    assert answer[spec.outputs["landmarks_8"]].shape == (3, 2 * 8 * 12, 10)
    assert answer[spec.outputs["scores_32"]].shape == (3, 2 * 2 * 3, 1)


def test_a_folder_without_models_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no \.onnx files"):
        load_pack(tmp_path / "absent")


def test_a_pack_without_a_detector_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="exactly one detector with landmarks, found none"):
        load_pack(pack(tmp_path, rec=arcface_model(), other=doubling_model()))


def test_a_pack_of_two_embedders_is_told(tmp_path: Path) -> None:
    files = {"det": scrfd_model(batched=True), "a": arcface_model(), "b": arcface_model()}
    with pytest.raises(SettingsError, match=r"found a\.onnx, b\.onnx"):
        load_pack(pack(tmp_path, **files))


def test_a_detector_without_landmarks_is_told(tmp_path: Path) -> None:
    import onnx

    model = onnx.load_model_from_string(scrfd_model(batched=True))
    del model.graph.output[6:]
    with pytest.raises(SettingsError, match="without landmarks"):
        load_pack(pack(tmp_path, det=model.SerializeToString(), rec=arcface_model()))


@pytest.mark.parametrize("content", [b"", b"no model at all"], ids=["empty", "text"])
def test_a_broken_file_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ModelCorruptError, match=r"det\.onnx"):
        load_pack(pack(tmp_path, det=content, rec=arcface_model()))
