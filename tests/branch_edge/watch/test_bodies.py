"""Faces are given to the bodies that they belong to; one alone stands for a body."""

import numpy as np
import pytest

from branch_edge.watch.bodies import join, stand_ins
from vision.faces import Faces
from vision.geometry import Floats
from vision.persons import Persons

SIZE_WH = (1920, 1080)


def persons(*boxes: tuple[float, ...]) -> Persons:
    return Persons(np.array(boxes, np.float32).reshape(-1, 4), np.full(len(boxes), 0.6, np.float32))


def faces(*boxes: tuple[float, ...]) -> Faces:
    rows = np.array(boxes, np.float32).reshape(-1, 4)
    points: Floats = np.zeros((len(boxes), 5, 2), np.float32)
    return Faces(rows, np.full(len(boxes), 0.9, np.float32), points)


def test_a_face_in_the_upper_part_of_a_body_is_its_face() -> None:
    bodies = join(persons((100, 100, 300, 700)), faces((160, 110, 240, 210)), SIZE_WH)
    assert bodies.face_rows.tolist() == [0]
    assert bodies.person_count == 1


def test_a_face_at_the_feet_of_a_body_is_somebody_elses() -> None:
    """A child before a grown-up, or a poster: the face is followed on its own."""
    bodies = join(persons((100, 100, 300, 700)), faces((160, 500, 240, 600)), SIZE_WH)
    assert bodies.face_rows.tolist() == [-1, 0]
    assert bodies.person_count == 1
    assert len(bodies.boxes_xyxy) == 2


def test_of_two_bodies_that_overlap_each_gets_the_face_at_its_own_head() -> None:
    two = persons((100, 100, 300, 700), (200, 180, 400, 760))
    bodies = join(two, faces((265, 190, 335, 280), (165, 110, 235, 200)), SIZE_WH)
    assert bodies.face_rows.tolist() == [1, 0]


def test_two_faces_in_one_body_are_two_people() -> None:
    bodies = join(
        persons((100, 100, 300, 700)), faces((160, 110, 240, 210), (110, 250, 160, 310)), SIZE_WH
    )
    assert bodies.face_rows.tolist() == [0, 1]
    assert bodies.person_count == 1


def test_nobody_and_no_face_is_nothing_to_follow() -> None:
    assert len(join(Persons.none(), Faces.none(), SIZE_WH).boxes_xyxy) == 0


def test_a_stand_in_begins_at_the_face_and_ends_within_the_picture() -> None:
    (box,) = stand_ins(np.array([[1800, 700, 1900, 820]], np.float32), SIZE_WH)
    assert box.tolist() == pytest.approx([1725, 700, 1920, 1080])
