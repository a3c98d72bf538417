"""What goes wrong in front of a camera or on the way: a clear reason for each."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from liveness.events import AdviceEvent, Challenge, NoticeEvent, PromptEvent, VerdictEvent
from liveness.outcome import LivenessOutcome
from tests.support.scripted_faces import ScriptedCamera, ScriptedLook
from tests.support.scripted_sessions import KnownDraw, Run, scripted_session

THREE = (Challenge.TURN_LEFT, Challenge.OPEN_MOUTH, Challenge.LOOK_UP)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def codes(verdict: VerdictEvent) -> list[str]:
    return [reason.code for reason in verdict.result.decision.reasons]


def notices(run: Run) -> list[str]:
    return [event.code for event in run.events if isinstance(event, NoticeEvent)]


def advice(run: Run) -> list[str | None]:
    return [event.code for event in run.events if isinstance(event, AdviceEvent)]


def run_with(camera: ScriptedCamera, shoot: Callable[[Run], ScriptedLook | None]) -> Run:
    return Run(scripted_session(KnownDraw(THREE)), camera=camera, shoot=shoot)


def shoot_as_usual(run: Run) -> ScriptedLook:
    return run.camera.shoot(run.actor.pose(run.camera.time_s))


def shoot_nobody(run: Run) -> ScriptedLook:
    return run.camera.shoot(None)


def asked_count(run: Run) -> int:
    return sum(isinstance(event, PromptEvent) for event in run.events)


@pytest.mark.parametrize(
    ("level", "code"), [(None, "NO_FACE"), (3, "MORE_LIGHT"), (252, "LESS_LIGHT")]
)
def test_nobody_in_the_picture_is_inconclusive_and_says_why(level: int | None, code: str) -> None:
    camera = ScriptedCamera()
    run = run_with(camera, lambda run: with_level(shoot_nobody(run), level))
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == code
    assert verdict.result.live_score is None
    assert advice(run) == ["SHOW_FACE" if level is None else code]


def with_level(look: ScriptedLook, level: int | None) -> ScriptedLook:
    if level is not None:
        look.grid[:] = level
    return look


def test_two_faces_are_one_too_many() -> None:
    run = run_with(ScriptedCamera(people=2), shoot_as_usual)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "ONE_PERSON_ONLY"
    assert asked_count(run) == 1


def test_a_second_face_breaks_a_challenge_off() -> None:
    def shoot(run: Run) -> ScriptedLook:
        run.camera.people = 2 if asked_count(run) == 2 else 1
        return shoot_as_usual(run)

    run = run_with(ScriptedCamera(), shoot)
    verdict = run.play()
    assert "SECOND_FACE" in notices(run)
    assert verdict.challenges[0].state.value == "INTERRUPTED"


def test_a_passer_by_for_a_moment_breaks_nothing_off() -> None:
    def shoot(run: Run) -> ScriptedLook:
        run.camera.people = 2 if run.camera.index % 40 < 3 else 1
        return shoot_as_usual(run)

    assert run_with(ScriptedCamera(), shoot).play().result.outcome is LivenessOutcome.LIVE


def test_a_face_that_leaves_breaks_a_challenge_off_and_may_come_back() -> None:
    def shoot(run: Run) -> ScriptedLook:
        return shoot_nobody(run) if 40 <= run.camera.index < 55 else shoot_as_usual(run)

    run = run_with(ScriptedCamera(), shoot)
    verdict = run.play()
    assert "FACE_LOST" in notices(run)
    assert verdict.result.outcome is LivenessOutcome.LIVE


def test_a_face_that_stays_away_ends_the_session() -> None:
    run = run_with(
        ScriptedCamera(),
        lambda run: (shoot_nobody if run.camera.index > 30 else shoot_as_usual)(run),
    )
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "SHOW_FACE"


def test_a_poor_picture_says_what_would_mend_it() -> None:
    run = run_with(ScriptedCamera(quality=10.0), shoot_as_usual)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert advice(run)
    assert codes(verdict)[0] == advice(run)[0]


@pytest.mark.parametrize("fps", [1.0, 2.0, 4.0])
def test_too_few_frames_decide_nothing(fps: float) -> None:
    run = run_with(ScriptedCamera(fps=fps), shoot_as_usual)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "TOO_FEW_FRAMES"
    assert "SEND_MORE_FRAMES" in advice(run)


@pytest.mark.parametrize("fps", [6.0, 8.0, 30.0])
def test_other_rates_are_as_good(fps: float) -> None:
    assert run_with(ScriptedCamera(fps=fps), shoot_as_usual).play().result.outcome is (
        LivenessOutcome.LIVE
    )


def test_frames_out_of_order_are_left_out_and_too_many_hold_the_decision() -> None:
    camera = ScriptedCamera(
        pts_of=lambda time_s: time_s - (0.5 if int(time_s * 15) % 4 == 0 else 0)
    )
    run = run_with(camera, shoot_as_usual)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "FRAMES_OUT_OF_ORDER"


def test_one_frame_that_overtook_another_changes_nothing() -> None:
    camera = ScriptedCamera()
    camera.pts_of = lambda time_s: time_s - (0.2 if camera.index == 30 else 0)
    run = run_with(camera, shoot_as_usual)
    assert run.play().result.outcome is LivenessOutcome.LIVE
    assert notices(run) == ["FRAMES_OUT_OF_ORDER"]


def test_frames_that_are_sent_twice_are_noticed() -> None:
    camera = ScriptedCamera(pts_of=lambda time_s: round(time_s * 5) / 5)
    run = run_with(camera, shoot_as_usual)
    assert codes(run.play())[0] == "FRAMES_SENT_TWICE"


def test_a_clock_that_goes_backwards_is_noticed_and_not_trusted() -> None:
    camera = ScriptedCamera(capture_of=lambda time_s: START - timedelta(seconds=time_s))
    run = run_with(camera, shoot_as_usual)
    verdict = run.play()
    assert verdict.result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "CLOCK_BACKWARDS"


def test_a_clock_that_is_set_back_once_changes_nothing() -> None:
    camera = ScriptedCamera(
        capture_of=lambda time_s: START + timedelta(seconds=time_s - (3600 if time_s > 4 else 0))
    )
    run = run_with(camera, shoot_as_usual)
    assert run.play().result.outcome is LivenessOutcome.LIVE
    assert notices(run) == ["CLOCK_BACKWARDS"]


def test_a_gap_in_the_middle_of_a_challenge_breaks_it_off() -> None:
    def shoot(run: Run) -> ScriptedLook | None:
        if 40 <= run.camera.index and run.camera.time_s < run.camera.start_s + 4.0:
            return None
        return shoot_as_usual(run)

    run = run_with(ScriptedCamera(), shoot)
    verdict = run.play()
    assert "FRAMES_MISSING" in notices(run)
    assert verdict.result.outcome is LivenessOutcome.LIVE


def test_nothing_waits_for_ever() -> None:
    session = scripted_session(KnownDraw(THREE))
    session.start(0.0)
    events = [event for second in range(0, 100) for event in session.tick(float(second))]
    assert isinstance(events[-1], VerdictEvent)
    assert session.tick(1000.0) == ()
