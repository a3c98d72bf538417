"""How long eyes close by themselves; -s prints the figures."""

import pytest

from liveness.events import Challenge
from liveness.motion import FaceMotion, measure_motion
from liveness.moves import MOVES, extent
from tests.liveness.conftest import ReadClip

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
