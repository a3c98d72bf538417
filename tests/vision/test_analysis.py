"""One picture read from end to end: which face is meant, and what is said of it."""

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from base.errors import NoFaceError, SeveralFacesError
from decision.outcome import MatchOutcome
from inference.local import LocalEngine
from inference.manifest import Manifest
from media.image import ImageRGB
from media.pictures import decode_picture
from tour import photographs
from vision.analysis import Select, select_face
from vision.assembly import FacePipeline, FaceSettings, build_face_pipeline
from vision.drawing import draw_faces
from vision.faces import Faces


def faces_at(*boxes: tuple[float, float, float, float], scores: list[float]) -> Faces:
    rows = np.array(boxes, np.float32)
    return Faces(rows, np.array(scores, np.float32), np.zeros((len(rows), 5, 2), np.float32))


def test_a_person_is_like_themselves_and_unlike_others(
    pipeline: FacePipeline, portraits: Mapping[str, ImageRGB]
) -> None:
    """A re-shot photograph is easier than a real second one; strangers are real strangers."""
    images = list(portraits.values())
    vectors = [embedded(pipeline, image) for image in images]
    again = [embedded(pipeline, photographs.reshot(image)) for image in images]
    similarities = np.array(vectors) @ np.array(again).T
    assert np.diag(similarities).min() > 0.6
    assert similarities[~np.eye(6, dtype=bool)].max() < 0.35


def embedded(pipeline: FacePipeline, image: ImageRGB) -> np.ndarray:
    embedding = pipeline.analyzer.read(image).embedding
    assert embedding is not None
    assert np.linalg.norm(embedding.vector) == pytest.approx(1.0, abs=1e-5)
    return embedding.vector


def test_a_pair_reads_as_two_single_pictures_do(
    pipeline: FacePipeline, portraits: Mapping[str, ImageRGB]
) -> None:
    first, second = portraits["seat-3"], portraits["seat-6"]
    pair = pipeline.analyzer.read_pair(first, second)
    alone = pipeline.analyzer.read(first), pipeline.analyzer.read(second)
    for left, right in zip(pair, alone, strict=True):
        assert left.embedding is not None
        assert right.embedding is not None
        assert float(left.embedding.vector @ right.embedding.vector) == pytest.approx(1, abs=1e-4)
    result = pipeline.matcher.compare(*pair)
    assert result.outcome is MatchOutcome.NO_MATCH


def test_a_mirrored_pair_averages_and_is_marked(
    engine: LocalEngine, manifest: Manifest, astronaut: ImageRGB
) -> None:
    specs = manifest.model("retinaface-mnet025"), manifest.model("mobilefacenet-fr")
    mirrored = build_face_pipeline(engine, *specs, FaceSettings(mirror=True))
    aligned = mirrored.analyzer.read(astronaut).aligned
    flipped = np.ascontiguousarray(aligned[:, ::-1])
    straight, turned = mirrored.embedder.embed(aligned), mirrored.embedder.embed(flipped)
    assert float(straight.vector @ turned.vector) > 0.9999
    assert mirrored.embedding_model_id == "mobilefacenet-fr+mirror"
    assert straight.model_id == mirrored.embedding_model_id


def test_nobody_is_an_error_where_somebody_is_needed(pipeline: FacePipeline) -> None:
    with pytest.raises(NoFaceError):
        pipeline.analyzer.read(photographs.empty_room())
    with pytest.raises(NoFaceError):
        pipeline.analyzer.read_pair(photographs.astronaut(), photographs.empty_room())


def test_several_people_are_an_error_where_one_is_meant(
    pipeline: FacePipeline, table_photograph: bytes
) -> None:
    image = decode_picture(table_photograph)
    with pytest.raises(SeveralFacesError, match="6 faces"):
        pipeline.analyzer.read(image)
    assert pipeline.analyzer.read(image, Select.LARGEST).embedding is not None
    central = pipeline.analyzer.read(image, Select.CENTRAL)
    assert 705 < central.box_xyxy[0] < central.box_xyxy[2] < 910


@pytest.mark.parametrize(
    ("boxes", "scores", "several"),
    [
        pytest.param([(0, 0, 100, 100), (200, 0, 280, 80)], [0.9, 0.9], True, id="like-size"),
        pytest.param([(0, 0, 100, 100), (200, 0, 250, 50)], [0.9, 0.9], False, id="passer-by"),
        pytest.param([(0, 0, 100, 100), (200, 0, 290, 90)], [0.9, 0.6], False, id="unsure"),
        pytest.param([(200, 0, 250, 50), (0, 0, 100, 100)], [0.95, 0.9], False, id="small-surer"),
    ],
)
def test_a_second_face_counts_if_it_is_large_and_sure(
    boxes: list[tuple[float, float, float, float]], scores: list[float], several: bool
) -> None:
    faces = faces_at(*boxes, scores=scores)
    if several:
        with pytest.raises(SeveralFacesError):
            select_face(faces, Select.SINGLE, (400, 400))
    else:
        assert faces.areas_px()[select_face(faces, Select.SINGLE, (400, 400))] == 10_000


def test_a_picture_turned_on_its_side_is_not_read_as_somebody_else(
    pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    """A face on its side is found or not; what is never said is that it is another person."""
    side = np.asarray(cv2.rotate(astronaut, cv2.ROTATE_90_CLOCKWISE), np.uint8)
    try:
        pair = pipeline.analyzer.read_pair(astronaut, side)
    except NoFaceError:
        return
    assert pipeline.matcher.compare(*pair).outcome is not MatchOutcome.NO_MATCH


def test_drawing_leaves_the_picture_alone(pipeline: FacePipeline, astronaut: ImageRGB) -> None:
    before = astronaut.copy()
    drawn = draw_faces(astronaut, pipeline.analyzer.detect(astronaut))
    assert (astronaut == before).all()
    assert 200 < int((drawn != astronaut).any(axis=2).sum()) < 20_000
