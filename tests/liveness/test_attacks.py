"""Attacks on a session: none is LIVE, and each is refused for the reason that belongs to it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from liveness.draw import SecretDraw
from liveness.events import Challenge, ChallengeState, NoticeEvent, PromptEvent, VerdictEvent
from liveness.outcome import LivenessOutcome
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from tests.support.scripted_faces import Pose, ScriptedCamera, ScriptedLook, person
from tests.support.scripted_sessions import Actor, KnownDraw, Run, scripted_session

THREE = (Challenge.TURN_LEFT, Challenge.OPEN_MOUTH, Challenge.LOOK_UP)


def codes(verdict: VerdictEvent) -> list[str]:
    return [reason.code for reason in verdict.result.decision.reasons]


def record(draw: Sequence[Challenge] = THREE) -> list[ScriptedLook]:
    """Return the looks of a session that a person passes."""
    looks: list[ScriptedLook] = []

    def shoot(run: Run) -> ScriptedLook:
        looks.append(run.camera.shoot(run.actor.pose(run.camera.time_s)))
        return looks[-1]

    run = Run(scripted_session(KnownDraw(draw, [0.8, 1.7, 1.1])), shoot=shoot)
    assert run.play().result.outcome is LivenessOutcome.LIVE
    return looks


def replay(session: LivenessSession, looks: Sequence[ScriptedLook], fps: float = 15.0) -> Run:
    """Play recorded looks into another session, over and over, until it ends."""
    camera = ScriptedCamera(fps=fps)

    def shoot(run: Run) -> ScriptedLook:
        fresh = camera.shoot(Pose())
        return replace(looks[fresh.frame.index % len(looks)], frame=fresh.frame)

    run = Run(session, camera=camera, shoot=shoot)
    run.play()
    return run


def verdict_of(run: Run) -> VerdictEvent:
    assert run.session.verdict is not None
    return run.session.verdict


def test_a_still_picture_is_not_live() -> None:
    actor = Actor(answer=lambda _: None, blinks=False)
    run = Run(scripted_session(KnownDraw(THREE)), ScriptedCamera(depth=0.0), actor)
    verdict = run.play()
    assert verdict.result.outcome is not LivenessOutcome.LIVE
    assert codes(verdict)[0] == "FACE_STILL"


def test_a_picture_that_is_tilted_for_a_nod_is_found_flat() -> None:
    camera = ScriptedCamera(depth=0.0)
    session = scripted_session(KnownDraw([Challenge.LOOK_DOWN]), SessionPlan(1, retry_count=1))
    verdict = Run(session, camera).play()
    assert verdict.result.outcome is LivenessOutcome.SPOOF
    assert codes(verdict)[0] == "FACE_FLAT"


def test_a_frozen_frame_is_not_live() -> None:
    verdict = verdict_of(replay(scripted_session(KnownDraw(THREE)), record()[:1]))
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "FRAMES_REPEATED"


@pytest.mark.parametrize("fps", [15.0, 10.0])
def test_a_looped_clip_is_refused(fps: float) -> None:
    looks = record()[:45]
    verdict = verdict_of(replay(scripted_session(KnownDraw(THREE)), looks, fps))
    assert verdict.result.outcome is LivenessOutcome.SPOOF
    assert codes(verdict)[0] == "CLIP_LOOPED"


def test_a_clip_that_is_played_forwards_and_backwards_is_refused() -> None:
    looks = record()[:60]
    swung = [*looks, *looks[::-1]]
    verdict = verdict_of(replay(scripted_session(KnownDraw(THREE)), swung))
    assert verdict.result.outcome is LivenessOutcome.SPOOF
    assert codes(verdict)[0] == "CLIP_LOOPED"


def test_a_reversed_clip_answers_nothing_in_time() -> None:
    draw = KnownDraw(THREE, [0.8, 1.7, 1.1])
    verdict = verdict_of(replay(scripted_session(draw), record()[::-1]))
    assert verdict.result.outcome is not LivenessOutcome.LIVE
    assert codes(verdict)[0] in ("CHALLENGE_MISSED", "CHALLENGE_FAILED", "CLIP_LOOPED")
    assert ChallengeState.FAILED in [entry.state for entry in verdict.challenges]


def test_a_recording_that_answers_another_draw_fails() -> None:
    looks = record((Challenge.SMILE, Challenge.TURN_RIGHT, Challenge.BLINK))
    verdict = verdict_of(replay(scripted_session(KnownDraw(THREE)), looks))
    assert verdict.result.outcome is not LivenessOutcome.LIVE
    assert ChallengeState.FAILED in [entry.state for entry in verdict.challenges]


def test_the_right_moves_at_another_draws_times_fail() -> None:
    looks = record()
    draw = KnownDraw(THREE, [2.2, 2.2, 2.2])
    run = replay(scripted_session(draw, SessionPlan(retry_count=0)), looks)
    assert verdict_of(run).result.outcome is LivenessOutcome.SPOOF
    assert [event.code for event in run.events if isinstance(event, NoticeEvent)] == [
        "CHALLENGE_TOO_EARLY"
    ]


@pytest.mark.parametrize("moment", ["rest", "challenge"])
def test_another_person_in_the_middle_is_noticed(moment: str) -> None:
    def shoot(run: Run) -> ScriptedLook:
        asked = [event for event in run.events if isinstance(event, PromptEvent)]
        is_their_turn = len(asked) == (3 if moment == "rest" else 4)
        run.camera.embedding = person(2 if is_their_turn else 1)
        return run.camera.shoot(run.actor.pose(run.camera.time_s))

    run = Run(scripted_session(KnownDraw(THREE)), shoot=shoot)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.SPOOF
    assert codes(verdict)[0] == "FACE_CHANGED"


def test_a_cut_to_another_scene_is_noticed() -> None:
    run = Run(scripted_session(KnownDraw(THREE)))
    run.start()
    for _ in range(40):
        run.step()
    run.camera.scene = 2
    run.step()
    assert codes(verdict_of(run))[0] == "VIDEO_CUT"
    assert verdict_of(run).result.outcome is LivenessOutcome.SPOOF


def test_a_face_that_jumps_further_than_a_head_can_is_noticed() -> None:
    def shoot(run: Run) -> ScriptedLook:
        pose = run.actor.pose(run.camera.time_s)
        is_away = run.camera.index // 10 % 2
        return run.camera.shoot(replace(pose, yaw_deg=pose.yaw_deg + 60 * is_away))

    run = Run(scripted_session(KnownDraw(THREE)), shoot=shoot)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "VIDEO_JUMP"


def test_a_screen_that_shows_the_right_moves_is_refused_by_its_looks() -> None:
    verdict = Run(scripted_session(SecretDraw("0f", b"k" * 16), logit=-4.0)).play()
    assert verdict.result.outcome is LivenessOutcome.SPOOF
    assert codes(verdict)[0] == "LOOKS_LIKE_ATTACK"


@pytest.mark.parametrize("logit", np.linspace(-6, 6, 13))
def test_no_look_alone_makes_a_session_live(logit: float) -> None:
    actor = Actor(answer=lambda _: None)
    verdict = Run(scripted_session(KnownDraw(THREE), logit=float(logit)), actor=actor).play()
    assert verdict.result.outcome is not LivenessOutcome.LIVE
