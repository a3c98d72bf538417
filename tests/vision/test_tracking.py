"""The main face stays the main face until it has left, jumped, or been pushed aside."""

import numpy as np
import pytest

from vision.faces import Faces
from vision.tracking import MAX_GAP_S, RIVAL_PATIENCE_S, FaceTracker

Box = tuple[float, float, float, float]
HERE: Box = (100, 100, 200, 220)
STEP_S = 1 / 15


def faces(*boxes: Box) -> Faces:
    count = len(boxes)
    return Faces(
        np.array(boxes, np.float32).reshape(count, 4),
        np.linspace(0.99, 0.9, count, dtype=np.float32),
        np.zeros((count, 5, 2), np.float32),
    )


def moved(box: Box, right: float = 0.0, down: float = 0.0, scale: float = 1.0) -> Box:
    x1, y1, x2, y2 = box
    x, y = (x1 + x2) / 2 + right, (y1 + y2) / 2 + down
    half_w, half_h = (x2 - x1) / 2 * scale, (y2 - y1) / 2 * scale
    return (x - half_w, y - half_h, x + half_w, y + half_h)


def ids(*frames: Faces, step_s: float = STEP_S) -> list[int | None]:
    tracker = FaceTracker()
    tracked = [tracker.update(frame, index * step_s) for index, frame in enumerate(frames)]
    return [None if face is None else face.track_id for face in tracked]


def test_a_face_that_moves_is_one_track() -> None:
    assert ids(*(faces(moved(HERE, right=30 * step)) for step in range(6))) == [1] * 6


def test_a_quick_turn_of_the_head_is_one_track() -> None:
    assert ids(faces(HERE), faces(moved(HERE, right=80, scale=0.8))) == [1, 1]


def test_coming_closer_is_one_track() -> None:
    assert ids(*(faces(moved(HERE, scale=1.1**step)) for step in range(8))) == [1] * 8


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(moved(HERE, right=250), id="to the side"),
        pytest.param(moved(HERE, down=-200), id="up"),
        pytest.param(moved(HERE, scale=2.5), id="suddenly near"),
        pytest.param(moved(HERE, scale=0.4), id="suddenly far"),
    ],
)
def test_a_jump_is_another_track(elsewhere: Box) -> None:
    assert ids(faces(HERE), faces(elsewhere)) == [1, 2]


def test_a_short_gap_is_survived_and_a_long_one_is_not() -> None:
    nobody = Faces.none()
    assert ids(faces(HERE), nobody, nobody, nobody, faces(HERE)) == [1, None, None, None, 1]
    gap = [nobody] * (round(MAX_GAP_S / STEP_S) + 1)
    assert ids(faces(HERE), *gap, faces(HERE))[-1] == 2


def test_two_frames_a_second_with_one_missed_are_one_track() -> None:
    assert ids(faces(HERE), Faces.none(), faces(HERE), step_s=0.5) == [1, None, 1]


def test_the_largest_face_is_the_main_one_at_first() -> None:
    small, large = moved(HERE, scale=0.5), moved(HERE, right=300)
    face = FaceTracker().update(faces(small, large), 0.0)
    assert face is not None
    assert face.row == 1
    assert face.box_xyxy.tolist() == list(large)


def test_the_main_face_stays_when_a_somewhat_larger_one_comes() -> None:
    rival = moved(HERE, right=300, scale=1.2)
    assert ids(faces(HERE), *[faces(rival, HERE)] * 40) == [1] * 41


def test_a_passer_by_close_to_the_camera_does_not_take_over() -> None:
    rival = moved(HERE, right=300, scale=2)
    assert ids(faces(HERE), *[faces(rival, HERE)] * 8, faces(HERE)) == [1] * 10


def test_someone_who_sits_down_in_front_becomes_the_main_face() -> None:
    rival = moved(HERE, right=300, scale=2)
    frames = [faces(rival, HERE)] * (round(RIVAL_PATIENCE_S / STEP_S) + 2)
    seen = ids(faces(HERE), *frames)
    assert seen[-1] == 2
    assert seen.index(2) > RIVAL_PATIENCE_S / STEP_S


def test_the_nearest_of_several_continues_the_track() -> None:
    tracker = FaceTracker()
    tracker.update(faces(HERE), 0.0)
    face = tracker.update(faces(moved(HERE, right=60), moved(HERE, right=5)), STEP_S)
    assert face is not None
    assert (face.track_id, face.row) == (1, 1)
