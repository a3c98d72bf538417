"""The person detector on photographs that packages ship."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from base.errors import UnknownModelError
from inference.local import LocalEngine
from inference.manifest import Manifest
from inference.store import ModelStore
from media.image import ImageRGB
from media.pictures import decode_picture
from tour.photographs import SEATS_XYXY, empty_room
from vision.geometry import overlaps
from vision.person_detection import PersonDetector


@pytest.fixture(scope="module")
def detector(manifest: Manifest, store: ModelStore) -> Iterator[PersonDetector]:
    spec = manifest.model("person-centernet")
    with LocalEngine([spec], store) as engine:
        yield PersonDetector(engine, spec)


@pytest.fixture(scope="module")
def table(table_photograph: bytes) -> ImageRGB:
    return decode_picture(table_photograph)


def test_each_of_six_people_at_a_table_is_found(detector: PersonDetector, table: ImageRGB) -> None:
    persons = detector.detect(table, min_score=0.3)
    assert len(persons) == 6
    for left, top, right, bottom in SEATS_XYXY.values():
        x, y = (left + right) / 2, (top + bottom) / 2
        x1, y1, x2, y2 = persons.boxes_xyxy.T
        assert ((x1 < x) & (x < x2) & (y1 < y) & (y < y2)).any()


def test_an_empty_room_holds_nobody(detector: PersonDetector) -> None:
    assert len(detector.detect(empty_room())) == 0


def test_boxes_are_in_pixels_of_the_picture_and_within_it(
    detector: PersonDetector, table: ImageRGB
) -> None:
    half = np.asarray(cv2.resize(table, None, fx=0.5, fy=0.5), np.uint8)
    whole, small = detector.detect(table, min_score=0.3), detector.detect(half, min_score=0.3)
    height, width = table.shape[:2]
    assert (whole.boxes_xyxy >= 0).all()
    assert (whole.boxes_xyxy <= [width, height, width, height]).all()
    for box in small.boxes_xyxy * 2:
        assert overlaps(box, whole.boxes_xyxy).max() > 0.7


def test_persons_who_stand_on_their_head_or_are_blue_are_less_sure(
    detector: PersonDetector, table: ImageRGB
) -> None:
    """A channel or an axis in the wrong order would go unnoticed where boxes are still found."""
    best = detector.detect(table).scores[:6].sum()
    for damaged in (table[::-1], table[:, :, ::-1]):
        picture = np.ascontiguousarray(damaged)
        assert detector.detect(picture, min_score=0.05).scores[:6].sum() < best


def test_a_model_of_another_family_is_refused(engine: LocalEngine, manifest: Manifest) -> None:
    with pytest.raises(UnknownModelError, match="centernet-persons"):
        PersonDetector(engine, manifest.model("retinaface-mnet025"))
