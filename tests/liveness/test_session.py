"""What a session promises whoever answers it."""

from dataclasses import replace

import pytest

from base.errors import InvalidArgumentError
from liveness.draw import SecretDraw
from liveness.events import (
    Challenge,
    ChallengeState,
    NoticeEvent,
    ProgressEvent,
    PromptEvent,
    VerdictEvent,
)
from liveness.outcome import LivenessOutcome
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from liveness.watch import ClipWatch
from tests.support.scripted_faces import ScriptedCamera, ScriptedPassive, person
from tests.support.scripted_sessions import (
    POLICY,
    TABLE,
    Actor,
    KnownDraw,
    Run,
    scripted_session,
)

THREE = (Challenge.TURN_LEFT, Challenge.OPEN_MOUTH, Challenge.BLINK)
EVERY = tuple(challenge for challenge in Challenge if challenge is not Challenge.LOOK_STRAIGHT)


def codes(verdict: VerdictEvent) -> list[str]:
    return [reason.code for reason in verdict.result.decision.reasons]


def notices(run: Run) -> list[str]:
    return [event.code for event in run.events if isinstance(event, NoticeEvent)]


def prompts(run: Run) -> list[PromptEvent]:
    return [event for event in run.events if isinstance(event, PromptEvent)]


@pytest.mark.parametrize("seed", range(6))
def test_a_person_who_does_what_is_asked_is_live(seed: int) -> None:
    run = Run(scripted_session(SecretDraw(f"{seed:032x}", b"k" * 16)))
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.LIVE
    assert codes(verdict) == ["LOOKS_LIVE", "CHALLENGES_PASSED"]
    assert [record.state for record in verdict.challenges] == [ChallengeState.PASSED] * 3


@pytest.mark.parametrize("challenge", EVERY)
def test_every_challenge_can_be_passed(challenge: Challenge) -> None:
    run = Run(scripted_session(KnownDraw([challenge]), SessionPlan(1)))
    assert run.play().result.outcome is LivenessOutcome.LIVE


@pytest.mark.parametrize("asked", EVERY)
@pytest.mark.parametrize("made", [*EVERY, None])
def test_only_the_move_that_was_asked_for_passes(asked: Challenge, made: Challenge | None) -> None:
    if made is asked:
        return
    draw, actor = KnownDraw([asked]), Actor(answer=lambda _: made)
    run = Run(scripted_session(draw, SessionPlan(1, retry_count=0)), actor=actor)
    verdict = run.play()
    assert verdict.result.outcome is not LivenessOutcome.LIVE
    assert [record.state for record in verdict.challenges] == [ChallengeState.FAILED]
    assert codes(verdict)[0] in ("CHALLENGE_MISSED", "CHALLENGE_FAILED")


def test_turning_the_other_way_is_refused_by_rule() -> None:
    actor = Actor(answer=lambda _: Challenge.TURN_RIGHT)
    run = Run(scripted_session(KnownDraw([Challenge.TURN_LEFT])), actor=actor)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.SPOOF
    assert codes(verdict)[0] == "CHALLENGE_FAILED"
    assert "CHALLENGE_WRONG_MOVE" in notices(run)


def test_who_never_moves_is_not_accused() -> None:
    run = Run(scripted_session(KnownDraw(THREE)), actor=Actor(answer=lambda _: None))
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "CHALLENGE_MISSED"
    assert notices(run) == ["CHALLENGE_MISSED"] * 3


def test_a_right_move_before_its_prompt_fails() -> None:
    draw = KnownDraw([Challenge.TURN_LEFT], pauses_s=[2.0])
    run = Run(scripted_session(draw, SessionPlan(1, retry_count=0)))
    run.actor.answer = lambda _: None
    run.actor.make(Challenge.TURN_LEFT, run.camera.time_s + 1.2)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.SPOOF
    assert notices(run) == ["CHALLENGE_TOO_EARLY"]


def test_a_move_sooner_than_a_person_can_answer_fails() -> None:
    draw = KnownDraw([Challenge.TURN_LEFT])
    run = Run(scripted_session(draw, SessionPlan(1, retry_count=0)), actor=Actor(delay_s=-0.02))
    run.actor.stay_s = 1.5
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.SPOOF
    assert notices(run) == ["CHALLENGE_TOO_EARLY"]


def test_a_move_after_its_time_fails() -> None:
    draw, actor = KnownDraw([Challenge.TURN_LEFT]), Actor(delay_s=5.1)
    run = Run(scripted_session(draw, SessionPlan(1, retry_count=0)), actor=actor)
    assert run.play().result.outcome is LivenessOutcome.INCONCLUSIVE
    assert notices(run) == ["CHALLENGE_MISSED"]


def test_a_failed_challenge_may_be_tried_again_as_another_draw() -> None:
    draw = KnownDraw([Challenge.SMILE, Challenge.TURN_LEFT, Challenge.BLINK, Challenge.LOOK_UP])
    actor = Actor(answer=lambda asked: None if asked is Challenge.SMILE else asked)
    run = Run(scripted_session(draw, SessionPlan(2)), actor=actor)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.LIVE
    assert [(record.challenge, record.state) for record in verdict.challenges] == [
        (Challenge.SMILE, ChallengeState.FAILED),
        (Challenge.TURN_LEFT, ChallengeState.PASSED),
        (Challenge.BLINK, ChallengeState.PASSED),
        (Challenge.LOOK_UP, ChallengeState.PASSED),
    ]
    told = [event.challenge_count for event in run.events if isinstance(event, ProgressEvent)]
    assert (told[0], told[-1]) == (2, 3)


def test_the_response_is_measured_from_prompt_to_move() -> None:
    run = Run(scripted_session(KnownDraw([Challenge.TURN_LEFT]), SessionPlan(1)))
    response_s = run.play().challenges[0].response_s
    assert response_s == pytest.approx(run.actor.delay_s + run.actor.ramp_s / 2, abs=0.15)


def test_a_screen_that_answers_everything_is_still_a_screen() -> None:
    run = Run(scripted_session(KnownDraw(THREE), logit=-5.0))
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.SPOOF
    assert codes(verdict)[0] == "LOOKS_LIKE_ATTACK"


def test_passed_challenges_do_not_make_up_for_a_doubtful_look() -> None:
    run = Run(scripted_session(KnownDraw(THREE), logit=0.5))
    assert run.play().result.outcome is LivenessOutcome.INCONCLUSIVE


def test_prompts_are_numbered_and_progress_never_falls_back() -> None:
    run = Run(scripted_session(KnownDraw(THREE)))
    run.play()
    assert [prompt.number for prompt in prompts(run)] == list(range(1, 8))
    assert [prompt.challenge for prompt in prompts(run)][1::2] == list(THREE)
    passed = [event.passed_count for event in run.events if isinstance(event, ProgressEvent)]
    assert passed == sorted(passed)
    assert passed[-1] == 3


def test_the_verdict_is_the_last_event_and_comes_once() -> None:
    run = Run(scripted_session(KnownDraw(THREE)))
    verdict = run.play()
    assert run.events[-1] is verdict
    now_s = run.camera.time_s
    assert run.session.push(run.camera.shoot(run.actor.pose(now_s)), now_s) == ()
    assert run.session.tick(now_s + 999) == ()
    assert run.session.close(now_s, "SESSION_ABANDONED") == ()


@pytest.mark.parametrize("count", [0, 7, -1])
def test_a_session_asks_for_one_to_six_challenges(count: int) -> None:
    with pytest.raises(InvalidArgumentError, match="1 to 6"):
        SessionPlan(count)


def test_the_accessible_plan_asks_for_no_head_moves_and_gives_more_time() -> None:
    plan = SessionPlan(accessible=True)
    assert set(plan.choices) == {Challenge.BLINK, Challenge.OPEN_MOUTH, Challenge.SMILE}
    assert plan.challenge_limit_s > SessionPlan().challenge_limit_s
    draw = SecretDraw("ab", b"k" * 16)
    run = Run(scripted_session(draw, plan), actor=Actor(delay_s=6.0, ramp_s=0.8))
    assert run.play().result.outcome is LivenessOutcome.LIVE


def test_an_interrupted_challenge_is_drawn_anew_and_finished_ones_stay() -> None:
    run = Run(scripted_session(KnownDraw(THREE), SessionPlan(2)))
    run.start()
    while len(prompts(run)) < 4:
        run.step()
    run._hear(run.session.interrupt(run.camera.time_s))
    run.camera.time_s += 8
    run._hear(run.session.resume(run.camera.time_s))
    assert isinstance(run.events[-2], ProgressEvent)
    assert run.events[-2].passed_count == 1
    while run.session.verdict is None:
        run.step()
    assert [(record.challenge, record.state) for record in run.session.verdict.challenges] == [
        (Challenge.TURN_LEFT, ChallengeState.PASSED),
        (Challenge.OPEN_MOUTH, ChallengeState.INTERRUPTED),
        (Challenge.BLINK, ChallengeState.PASSED),
        (Challenge.TURN_LEFT, ChallengeState.PASSED),
    ]
    assert run.session.verdict.result.outcome is LivenessOutcome.LIVE


def test_interruptions_do_not_buy_endless_draws() -> None:
    run = Run(scripted_session(KnownDraw(THREE)))
    run.start()
    for _ in range(3):
        run._hear(run.session.interrupt(run.camera.time_s))
        run._hear(run.session.resume(run.camera.time_s))
        assert run.session.verdict is None
    run._hear(run.session.interrupt(run.camera.time_s))
    assert run.session.verdict is not None
    assert codes(run.session.verdict)[0] == "INTERRUPTED_TOO_OFTEN"


def test_the_person_who_returns_must_be_the_one_who_left() -> None:
    run = Run(scripted_session(KnownDraw(THREE)))
    run.start()
    while len(prompts(run)) < 4:
        run.step()
    run._hear(run.session.interrupt(run.camera.time_s))
    run.camera.embedding = person(2)
    run._hear(run.session.resume(run.camera.time_s))
    while run.session.verdict is None:
        run.step()
    assert run.session.verdict.result.outcome is LivenessOutcome.SPOOF
    assert codes(run.session.verdict)[0] == "FACE_CHANGED"


def test_a_session_that_is_left_is_closed_with_a_reason() -> None:
    run = Run(scripted_session(KnownDraw(THREE)))
    run.start()
    for _ in range(40):
        run.step()
    verdict = run.session.close(run.camera.time_s, "SESSION_ABANDONED")[-1]
    assert isinstance(verdict, VerdictEvent)
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "SESSION_ABANDONED"


def test_time_runs_out_without_frames() -> None:
    session = scripted_session(KnownDraw(THREE))
    session.start(0.0)
    assert session.tick(10.0) == ()
    verdict = session.tick(17.0)[-1]
    assert isinstance(verdict, VerdictEvent)
    assert codes(verdict)[0] == "NO_FACE"


def test_a_slow_camera_is_told_so_and_decides_nothing() -> None:
    run = Run(scripted_session(KnownDraw(THREE)), camera=ScriptedCamera(fps=2.0))
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert "TOO_FEW_FRAMES" in codes(verdict)


def test_who_sat_there_before_the_session_began_is_of_no_interest() -> None:
    """A colleague who made room for the customer was taken for an attack."""
    run = Run(scripted_session(KnownDraw(THREE)))
    run.start()
    run.camera.embedding = person(2)
    for _ in range(10):
        pose = run.actor.pose(run.camera.time_s)
        run._hear(run.session.push(run.camera.shoot(replace(pose, yaw_deg=25)), run.camera.time_s))
    run.camera.embedding, run.camera.scene, run.camera.track_id = person(1), 2, 2
    while run.session.verdict is None:
        run.step()
    assert run.session.verdict.result.outcome is LivenessOutcome.LIVE


def test_a_living_face_before_the_session_lends_a_screen_no_evidence() -> None:
    model = ScriptedPassive(6.0)
    session = LivenessSession(SessionPlan(), KnownDraw(THREE), ClipWatch(model, TABLE), POLICY)
    run = Run(session)
    run.start()
    for _ in range(150):
        pose = replace(run.actor.pose(run.camera.time_s), yaw_deg=17)
        run._hear(session.push(run.camera.shoot(pose), run.camera.time_s))
    model.logit = -3.0
    while session.verdict is None:
        run.step()
    assert session.verdict.result.outcome is LivenessOutcome.SPOOF
