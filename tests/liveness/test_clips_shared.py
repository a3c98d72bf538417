"""Real clips through the whole engine: people who move as a challenge asks, or do not."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from liveness.assembly import Liveness
from liveness.challenges import ChallengeWatch, WatchState
from liveness.events import Challenge, ChallengeState
from liveness.outcome import LivenessOutcome
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from tests.liveness.conftest import ReadClip
from tests.support.scripted_sessions import KnownDraw
from vision.continuity.motion import measure_motion

pytestmark = pytest.mark.shared
_C = Challenge


class Part(NamedTuple):
    """A part of a clip that begins at rest. pause_s: until the prompt, which comes before the move.

    made: what the person does then. others: what they do not.
    """

    clip: str
    start_s: float
    end_s: float
    pause_s: float
    made: Challenge | None
    others: tuple[Challenge, ...]
    fps: float = 15.0


PARTS = (
    Part("talking/head_motion/d0.mp4", 0.0, 3.0, 0.0, _C.SMILE, (_C.TURN_LEFT,), 25.0),
    Part("talking/head_motion/d3.mp4", 2.3, 6.0, 0.2, _C.BLINK, (_C.SMILE, _C.LOOK_UP)),
    Part("talking/head_motion/d6.mp4", 0.0, 5.0, 0.7, _C.OPEN_MOUTH, (_C.TURN_RIGHT,)),
    Part("talking/head_motion/d13.mp4", 4.5, 7.4, 0.8, _C.SMILE, (_C.OPEN_MOUTH, _C.LOOK_DOWN)),
    Part("talking/head_motion/d18.mp4", 0.6, 3.4, 0.5, _C.OPEN_MOUTH, (_C.BLINK, _C.TURN_LEFT)),
    Part(
        "talking/interview/WDA_KatieHill_000.mp4",
        *(4.2, 6.2, 0.0, _C.LOOK_UP, (_C.LOOK_DOWN, _C.OPEN_MOUTH), 25.0),
    ),
    Part("talking/blink/0001.mp4", 1.0, 4.0, 0.0, None, (_C.BLINK, _C.OPEN_MOUTH)),
    Part("talking/grid/bbaf2n.mpg", 0.0, 2.9, 0.2, None, (_C.BLINK, _C.OPEN_MOUTH, _C.SMILE)),
    Part("pad/videos/tranvanluyt_real.mp4", 0.0, 4.0, 0.7, _C.TURN_LEFT, (_C.TURN_RIGHT,)),
)


def ask(
    run_clip: Callable[..., LivenessSession], read_clip: ReadClip, part: Part, asked: Challenge
) -> ChallengeState:
    """Return how the one challenge of a session went."""
    looks = read_clip(part.clip, part.start_s, part.end_s, part.fps)
    plan = SessionPlan(1, retry_count=0, move_limit_s=5.0)
    session = run_clip(looks, KnownDraw([asked], [part.pause_s]), plan)
    assert session.verdict is not None
    return session.verdict.challenges[0].state


# Moves that begin in the middle of others: without a rest, so by the watch alone.
TURNS = (
    ("talking/head_motion/d3.mp4", 5.6, 7.6, _C.TURN_RIGHT, _C.TURN_LEFT),
    ("talking/head_motion/d3.mp4", 7.9, 9.3, _C.TURN_LEFT, _C.TURN_RIGHT),
    ("talking/interview/WDA_KatieHill_000.mp4", 0.0, 2.2, _C.TURN_RIGHT, _C.TURN_LEFT),
    ("pad/videos/apfol_real2.webm", 0.3, 1.4, _C.TURN_LEFT, _C.TURN_RIGHT),
)


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: f"{turn[0]}-{turn[1]}")
def test_a_head_that_turns_answers_one_side_and_fails_the_other(
    read_clip: ReadClip, turn: tuple[str, float, float, Challenge, Challenge]
) -> None:
    clip, start_s, end_s, made, other = turn
    motions = [
        measure_motion(look.mesh, look.frame.received_monotonic_s)
        for look in read_clip(clip, start_s, end_s)
        if look.mesh is not None
    ]
    for asked, state in ((made, WatchState.PASSED), (other, WatchState.WRONG_MOVE)):
        watch = ChallengeWatch(asked, motions[0], motions[0].time_s, 5.0)
        for motion in motions:
            watch.push(motion)
        assert watch.state is state


@pytest.mark.parametrize("part", [p for p in PARTS if p.made], ids=lambda p: f"{p.clip}-{p.made}")
def test_a_move_that_is_made_passes(
    run_clip: Callable[..., LivenessSession], read_clip: ReadClip, part: Part
) -> None:
    assert part.made is not None
    assert ask(run_clip, read_clip, part, part.made) is ChallengeState.PASSED


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.clip)
def test_a_move_that_is_not_made_does_not_pass(
    run_clip: Callable[..., LivenessSession], read_clip: ReadClip, part: Part
) -> None:
    for asked in part.others:
        assert ask(run_clip, read_clip, part, asked) is not ChallengeState.PASSED


def test_a_person_who_answers_a_whole_session_is_live(real: Liveness, read_clip: ReadClip) -> None:
    """Everything real but the draw, which asks for what the person is about to do."""
    draw = KnownDraw([_C.TURN_LEFT, _C.TURN_RIGHT], [0.9, 0.5])
    session = real.open_session(SessionPlan(2), draw)
    session.start(0.0)
    for look in read_clip("pad/videos/tranvanluyt_real.mp4", 0.0, 11.6):
        session.push(look, look.frame.received_monotonic_s)
    assert session.verdict is not None
    assert session.verdict.result.outcome is LivenessOutcome.LIVE
    assert [record.state for record in session.verdict.challenges] == [ChallengeState.PASSED] * 2
