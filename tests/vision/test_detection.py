"""Detection: one person, a table of six, and small faces in crowds."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from base.errors import UnknownModelError
from inference.local import LocalEngine
from inference.manifest import Manifest
from media.image import ImageRGB
from media.pictures import decode_picture
from vision.assembly import FacePipeline
from vision.detection import FaceDetector, Profile
from vision.faces import Faces
from vision.geometry import Floats, interocular_px, non_maximum_suppression, overlaps

# Boxes as a person drew them around the astronaut's face and eyes.
ASTRONAUT_XYXY = np.array([177, 60, 272, 178], np.float32)
ASTRONAUT_EYES = np.array([[204, 107], [245, 110]], np.float32)


def on_larger(image: ImageRGB, width: int, height: int) -> ImageRGB:
    """The picture in the lower right corner of a grey one."""
    canvas = np.full((height, width, 3), 128, np.uint8)
    canvas[height - image.shape[0] :, width - image.shape[1] :] = image
    return canvas


def shrunk(image: ImageRGB, share: float) -> ImageRGB:
    small = cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


@pytest.mark.parametrize("profile", Profile)
def test_the_astronaut_is_found_where_she_is(
    pipeline: FacePipeline, astronaut: ImageRGB, profile: Profile
) -> None:
    faces = pipeline.detector.detect(astronaut, profile)
    assert len(faces) == 1
    assert overlaps(ASTRONAUT_XYXY, faces.boxes_xyxy)[0] > 0.7
    assert np.abs(faces.landmarks[0, :2] - ASTRONAUT_EYES).max() < 8
    assert faces.scores[0] > 0.9


@pytest.mark.parametrize("profile", Profile)
def test_six_people_at_a_table_are_six(
    pipeline: FacePipeline, table_photograph: bytes, profile: Profile
) -> None:
    faces = pipeline.detector.detect(decode_picture(table_photograph), profile)
    sure = faces.take(np.flatnonzero(faces.scores > 0.8))
    assert len(sure) == 6
    assert (np.diff(faces.scores) <= 0).all()


def test_landmarks_are_listed_image_left_first(
    pipeline: FacePipeline, portraits: Mapping[str, ImageRGB]
) -> None:
    for image in portraits.values():
        eye, other_eye, nose, mouth, other_mouth = pipeline.detector.detect(image).landmarks[0]
        assert eye[0] < other_eye[0]
        assert mouth[0] < other_mouth[0]
        assert max(eye[1], other_eye[1]) < nose[1] < max(mouth[1], other_mouth[1])


def test_a_small_face_gets_nearly_the_landmarks_of_a_large_one(
    pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    """At the first look the face is 12 pixels wide; the closer look makes up for it."""
    wide = on_larger(astronaut, 2000, 1400)
    alone, among = (pipeline.detector.detect(image) for image in (astronaut, wide))
    assert len(among) == 1
    drift = among.landmarks[0] - alone.landmarks[0] - [2000 - 512, 1400 - 512]
    assert np.abs(drift).max() < 0.15 * interocular_px(alone.landmarks[0])


def test_a_face_too_small_for_the_first_look_is_found_by_a_larger_one(
    pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    wide = on_larger(shrunk(astronaut, 0.4), 1600, 1200)
    faces = pipeline.detector.detect(wide)
    assert len(faces) == 1
    assert 25 < faces.boxes_xyxy[0, 2] - faces.boxes_xyxy[0, 0] < 50


def test_nobody_is_an_empty_answer(pipeline: FacePipeline) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3)).astype(np.uint8)
    for image in (np.zeros((200, 300, 3), np.uint8), noise):
        for profile in Profile:
            assert len(pipeline.detector.detect(image, profile)) == 0


@pytest.mark.parametrize("shape_hw", [(32, 32), (32, 1200), (1200, 32), (33, 57)])
def test_odd_shapes_are_looked_at_too(pipeline: FacePipeline, shape_hw: tuple[int, int]) -> None:
    for profile in Profile:
        assert len(pipeline.detector.detect(np.zeros((*shape_hw, 3), np.uint8), profile)) == 0


def test_colour_order_matters(pipeline: FacePipeline, astronaut: ImageRGB) -> None:
    """The networks see the colours they were trained on: swapped ones must look different."""
    swapped = np.ascontiguousarray(astronaut[:, :, ::-1])
    readings = [pipeline.analyzer.read(image) for image in (astronaut, swapped)]
    vectors = [reading.embedding.vector for reading in readings if reading.embedding]
    assert float(vectors[0] @ vectors[1]) < 0.98


def test_a_model_of_another_family_is_no_detector(engine: LocalEngine, manifest: Manifest) -> None:
    with pytest.raises(UnknownModelError, match="family"):
        FaceDetector(engine, manifest.model("mobilefacenet-fr"))


def test_suppression_keeps_the_surest_of_those_that_overlap() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 0, 30, 10]], np.float32)
    scores = np.array([0.7, 0.9, 0.8], np.float32)
    assert non_maximum_suppression(boxes, scores, 0.4).tolist() == [1, 2]
    assert non_maximum_suppression(boxes[:0], scores[:0], 0.4).tolist() == []


def labelled_faces(folder: Path) -> dict[str, Floats]:
    """Boxes by file name, (N, 4), from dlib's two lists."""
    boxes = {}
    for name in ("training.xml", "testing.xml"):
        text = re.sub(r"<\?xml-stylesheet.*?\?>", "", (folder / name).read_text("latin-1"))
        for image in ET.fromstring(text).iter("image"):
            corners = [
                [int(box.get(key, "")) for key in ("left", "top", "width", "height")]
                for box in image.findall("box")
            ]
            rows = np.array(corners, np.float32).reshape(-1, 4)
            rows[:, 2:] += rows[:, :2]
            boxes[image.get("file", "")] = rows
    return boxes


def found_count(truth: Floats, faces: Faces, min_overlap: float) -> int:
    if not len(faces):
        return 0
    return sum(overlaps(box, faces.boxes_xyxy).max() >= min_overlap for box in truth)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("profile", "min_overlap", "floor"),
    [(Profile.CROWD, 0.4, 0.97), (Profile.CROWD, 0.5, 0.97), (Profile.PORTRAIT, 0.5, 0.93)],
)
def test_labelled_faces_in_group_photographs_are_found(
    pipeline: FacePipeline, shared_data: Path, profile: Profile, min_overlap: float, floor: float
) -> None:
    folder = shared_data / "faces" / "dlib"
    found = labelled = 0
    for name, truth in labelled_faces(folder).items():
        faces = pipeline.detector.detect(decode_picture((folder / name).read_bytes()), profile)
        found += found_count(truth, faces, min_overlap)
        labelled += len(truth)
    assert labelled == 43
    assert found / labelled >= floor


@pytest.mark.shared
def test_a_crowd_shows_many_more_faces_than_a_portrait_look(
    pipeline: FacePipeline, shared_data: Path
) -> None:
    image = decode_picture((shared_data / "faces" / "crowd" / "25.jpg").read_bytes())
    few = pipeline.detector.detect(image, Profile.PORTRAIT)
    many = pipeline.detector.detect(image, Profile.CROWD)
    assert len(many) > 300
    assert len(many) > 3 * len(few)
