"""Everybody before a camera: counted when certain, forgotten when gone, and nothing piles up."""

from datetime import timedelta

import numpy as np

from branch_edge.watch.bodies import join
from branch_edge.watch.flow import FlowCounter
from branch_edge.watch.people import Crowd, Someone
from tests.branch_edge.watch.conftest import BEGUN_AT
from vision.crowd_tracking import MAX_LOST_S
from vision.faces import Faces
from vision.persons import Persons
from vision.scene import CameraScene, CountingLine, Zone, ZoneKind

SIZE_WH = (1000, 600)
STEP_S = 0.2
FACE = np.array([[485, 210, 515, 245]], np.float32)


def body(x: float) -> Persons:
    return Persons(np.array([[x - 40, 200, x + 40, 560]], np.float32), np.full(1, 0.6, np.float32))


def face() -> Faces:
    return Faces(FACE, np.full(1, 0.9, np.float32), np.zeros((1, 5, 2), np.float32))


def show(crowd: Crowd, persons: Persons, faces: Faces, at_s: float) -> tuple[Someone, ...]:
    """One frame; those who have gone."""
    return crowd.update(join(persons, faces, SIZE_WH), BEGUN_AT + timedelta(seconds=at_s), at_s)


def test_a_person_is_certain_with_the_second_frame() -> None:
    crowd = Crowd()
    show(crowd, body(500), Faces.none(), 0.0)
    assert [one.is_counted for one in crowd.people] == [False]
    show(crowd, body(500), Faces.none(), 0.2)
    assert [one.is_counted for one in crowd.people] == [True]


def test_a_face_without_a_body_is_followed_and_not_counted() -> None:
    crowd = Crowd()
    for frame in range(5):
        show(crowd, Persons.none(), face(), frame * STEP_S)
    (one,) = crowd.people
    assert (one.is_counted, one.face_row) == (False, 0)


def test_a_face_whose_body_is_missed_for_a_frame_is_still_the_same_person() -> None:
    crowd = Crowd()
    for frame in range(9):
        persons = body(500) if frame % 3 else Persons.none()
        show(crowd, persons, face(), frame * STEP_S)
    assert len(crowd) == 1


def test_who_is_not_seen_any_more_has_gone_with_the_time_of_the_last_frame() -> None:
    crowd = Crowd()
    show(crowd, body(500), Faces.none(), 0.0)
    show(crowd, body(500), Faces.none(), 0.2)
    frames = [show(crowd, Persons.none(), Faces.none(), 0.4 + n * STEP_S) for n in range(12)]
    gone = [one for frame in frames for one in frame]
    assert [one.last_seen_s for one in gone] == [0.2]
    assert gone[0].unseen_s > MAX_LOST_S
    assert len(crowd) == 0


def test_a_day_of_visitors_leaves_nothing_behind() -> None:
    whole = Zone("room", ZoneKind.AREA, ((0, 0), (1, 0), (1, 1), (0, 1)))
    door = CountingLine("door", (0.5, 1), (0.5, 0))
    crowd, flow = Crowd(), FlowCounter(CameraScene(zones=(whole,), lines=(door,)))
    at_s, came = 0.0, 0
    for _ in range(40):
        for step in range(24):
            persons = body(100 + 70 * step) if step < 12 else Persons.none()
            show(crowd, persons, Faces.none(), at_s)
            flow.see(crowd.people, SIZE_WH, BEGUN_AT + timedelta(seconds=at_s), at_s)
            at_s += STEP_S
        news = flow.tally()
        assert news is not None
        came += news.lines[0].in_count
    assert came == 40
    assert len(crowd) == 0
    assert not crowd._tracker._tracker.tracks
    assert not flow._books[0]._stays
    assert len(flow._floor._lines[0].crossing_state_history) <= 1
