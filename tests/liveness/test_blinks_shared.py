"""How eyes close by themselves: for how long, and how fast; -s prints the figures."""

from dataclasses import replace

import pytest

from liveness.events import Challenge
from liveness.moves import MOVES, extent
from tests.liveness.conftest import ReadClip
from vision.continuity.blinks import MIN_BLINKS, REVERSED_BELOW, BlinkWatch
from vision.continuity.motion import FaceMotion, measure_motion

pytestmark = pytest.mark.shared
BLINKS = (
    ("talking/blink/0001.mp4", 2.0, 3.0),
    ("talking/head_motion/d0.mp4", 2.3, 3.1),
    ("talking/head_motion/d13.mp4", 1.1, 3.9),
    ("talking/head_motion/d18.mp4", 2.9, 3.5),
    ("talking/grid/bbaf2n.mpg", 1.5, 2.4),
    ("talking/interview/WDA_KatieHill_000.mp4", 6.5, 7.3),
)


def longest_closure_s(motions: list[FaceMotion]) -> float:
    """Return for how long the eyes stay as closed as a challenge asks."""
    rest = max(motions, key=lambda motion: motion.eye_opening)
    longest_s, since_s = 0.0, None
    for motion in motions:
        is_closed = extent(Challenge.BLINK, motion, rest) >= 1.0
        since_s = (since_s if since_s is not None else motion.time_s) if is_closed else None
        longest_s = max(longest_s, motion.time_s - since_s if since_s is not None else 0.0)
    return longest_s


@pytest.mark.parametrize(("clip", "start_s", "end_s"), BLINKS)
def test_a_blink_that_comes_by_itself_is_too_short_for_an_answer(
    read_clip: ReadClip, clip: str, start_s: float, end_s: float
) -> None:
    looks = read_clip(clip, start_s, end_s, 30.0)
    motions = [
        measure_motion(look.mesh, look.frame.received_monotonic_s) for look in looks if look.mesh
    ]
    closed_s = longest_closure_s(motions)
    print(f"\n{clip}: closed for {closed_s:.2f} s")
    assert 0 <= closed_s < MOVES[Challenge.BLINK].hold_s


SEVERAL = (
    pytest.param("talking/head_motion/d13.mp4", 15.0, marks=pytest.mark.slow),
    ("talking/grid/bbaf2n.mpg", 30.0),
    ("talking/interview/WDA_KatieHill_000.mp4", 15.0),
    pytest.param("pad/videos/apfol_real2.webm", 15.0, marks=pytest.mark.slow),
)


@pytest.mark.parametrize(("clip", "fps"), SEVERAL)
def test_lids_fall_faster_than_they_rise(read_clip: ReadClip, clip: str, fps: float) -> None:
    motions = [
        measure_motion(look.mesh, look.frame.received_monotonic_s)
        for look in read_clip(clip, fps=fps)
        if look.mesh is not None
    ]
    forwards, backwards = BlinkWatch(), BlinkWatch()
    found = [forwards.push(motion, 0) for motion in motions]
    for motion in reversed(motions):
        backwards.push(replace(motion, time_s=motions[-1].time_s - motion.time_s), 0)
    print(
        f"\n{clip}: {forwards.count} blinks, sum {forwards.log_ratio_sum:.2f}; "
        f"backwards {backwards.count}, {backwards.log_ratio_sum:.2f}"
    )
    assert not any(found)
    assert forwards.log_ratio_sum > backwards.log_ratio_sum
    if min(forwards.count, backwards.count) >= MIN_BLINKS:
        assert backwards.log_ratio_sum <= REVERSED_BELOW
