"""Many are followed: a number at once, kept through gaps, given to nobody else."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from vision.crowd_tracking import MAX_LOST_S, START_SCORE, SURE_SCORE, CrowdTracker
from vision.geometry import Floats

STEP_S = 0.2  # Five frames a second, the usual rate of a box.


def body(x: float, y: float = 300.0, height: float = 200.0) -> list[float]:
    """A standing body whose feet are at x, y."""
    return [x - height / 5, y - height, x + height / 5, y]


def boxes(*bodies: Sequence[float]) -> Floats:
    return np.array(bodies, np.float32).reshape(-1, 4)


def numbers(
    tracker: CrowdTracker, at_s: float, *bodies: Sequence[float], score: float = 0.6
) -> list[int]:
    """Show one frame; the number of each body, -1 for none."""
    found = [-1] * len(bodies)
    for followed in tracker.update(boxes(*bodies), np.full(len(bodies), score, np.float32), at_s):
        found[followed.row] = followed.track_id
    return found


def test_who_comes_in_has_a_number_at_once_and_keeps_it() -> None:
    tracker = CrowdTracker()
    first = numbers(tracker, 0.0, body(100))
    assert first != [-1]
    for frame in range(1, 20):
        assert numbers(tracker, frame * STEP_S, body(100 + 12 * frame)) == first


def test_two_who_pass_each_other_keep_their_numbers() -> None:
    tracker = CrowdTracker()
    first = numbers(tracker, 0.0, body(100, 300), body(900, 350))
    assert len(set(first)) == 2
    for frame in range(1, 20):
        seen = numbers(tracker, frame * STEP_S, body(100 + 40 * frame), body(900 - 40 * frame, 350))
        assert seen == first


@pytest.mark.parametrize("rate_fps", [2.0, 5.0, 12.5])
def test_a_walker_is_one_track_at_any_rate(rate_fps: float) -> None:
    """A metre and a half a second, with a body of 1.7 m that is 200 pixels high."""
    tracker = CrowdTracker()
    step_px = 1.5 / 1.7 * 200 / rate_fps
    seen = {
        numbers(tracker, frame / rate_fps, body(50 + step_px * frame))[0]
        for frame in range(round(6 * rate_fps))
    }
    assert len(seen) == 1


def test_who_stood_for_long_and_starts_to_walk_is_the_same() -> None:
    """Boxes of a person who turned and left a table, as a detector saw them: one edge jumped, the
    filter took it for speed, and the next box was somebody else.
    """
    tracker = CrowdTracker()
    leaving = [
        [386, 9, 524, 383],
        [395, 17, 546, 396],
        [390, 16, 584, 404],
        [486, 22, 614, 392],
        [495, 20, 643, 399],
        [490, 13, 698, 400],
        [557, 10, 751, 388],
    ]
    seen = [
        numbers(tracker, frame * STEP_S, box)[0]
        for frame, box in enumerate([[383, 13, 522, 373]] * 100 + leaving)
    ]
    assert len(set(seen)) == 1


def test_who_is_hidden_for_a_second_is_the_same_and_after_the_limit_another() -> None:
    tracker = CrowdTracker()
    (first,) = numbers(tracker, 0.0, body(400))
    for frame in range(1, 6):
        assert numbers(tracker, frame * STEP_S) == []
    assert numbers(tracker, 1.2, body(405)) == [first]
    assert numbers(tracker, 1.4 + MAX_LOST_S, body(405)) != [first]


def test_a_weak_box_continues_a_track_and_starts_none() -> None:
    tracker = CrowdTracker()
    (first,) = numbers(tracker, 0.0, body(400))
    assert numbers(tracker, 0.2, body(404), body(900), score=SURE_SCORE - 0.02) == [first, -1]
    assert numbers(tracker, 0.4, body(408), body(900), score=START_SCORE - 0.02) == [first, -1]


def test_nobody_at_all_is_no_trouble() -> None:
    tracker = CrowdTracker()
    assert [numbers(tracker, at_s) for at_s in (0.0, 0.2, 0.4)] == [[], [], []]


def test_frames_of_the_same_moment_are_no_trouble() -> None:
    tracker = CrowdTracker()
    assert numbers(tracker, 1.0, body(100)) == numbers(tracker, 1.0, body(101))


def test_a_number_is_never_given_again() -> None:
    tracker, seen = CrowdTracker(), set[int]()
    for visit in range(5):
        found = numbers(tracker, visit * 10.0, body(100))
        assert not seen & set(found)
        seen |= set(found)


def test_the_library_is_not_imported_before_somebody_is_followed(root: Path) -> None:
    look = (
        "import sys, vision.crowd_tracking; print({'trackers', 'supervision'} & set(sys.modules))"
    )
    run = [sys.executable, "-c", look]
    assert subprocess.check_output(run, cwd=root, text=True).strip() == "set()"
