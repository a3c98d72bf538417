"""What an attendance promises whoever comes, and the bank."""

from dataclasses import replace
from typing import Any, cast

import pytest

from base.errors import InvalidArgumentError
from deepfake.outcome import ForgeryOutcome
from kyc.case import CheckName, CheckOutcome, Severity, VerdictOutcome
from kyc.events import Concluded, Progressed, PromptKind, Side
from kyc.policy import Attempts
from kyc.states import STEPS, Move, State
from tests.support.scripted_desks import PICTURE, Later, ScriptedFiles
from tests.support.scripted_faces import ScriptedLook, person
from tests.support.scripted_interviews import PRODUCT, Sitting, codes, pose_of

DONE = Move.STEP_DONE


def is_waiting_for_the_verdict(sitting: Sitting) -> bool:
    return sitting.prompts[-1].kind is PromptKind.WAIT and sitting.reached() is STEPS[-1]


def test_who_does_what_is_asked_passes_every_step_in_order() -> None:
    sitting = Sitting()
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.PASSED
    assert codes(verdict) == ["EVERY_CHECK_PASSED"]
    assert sitting.moves == [Move.BEGIN, DONE, DONE, DONE, DONE, DONE]
    told = [event.state for event in sitting.events if isinstance(event, Progressed)]
    assert list(dict.fromkeys(told)) == list(STEPS)
    made = {check.name: check.outcome for check in sitting.recorded[-1].findings.checks}
    passed = {name for name, outcome in made.items() if outcome is CheckOutcome.PASSED}
    assert passed == set(made) - {CheckName.AUTHORITY}


def test_the_verdict_comes_once_and_last() -> None:
    sitting = Sitting()
    sitting.play()
    count = len(sitting.events)
    assert isinstance(sitting.events[-1], Concluded)
    for _ in range(5):
        sitting.step()
    sitting.hear(sitting.attendance.resume(sitting.now_s))
    sitting.hear(sitting.attendance.close(sitting.now_s, "SESSION_ABANDONED"))
    assert len(sitting.events) == count


def test_what_is_said_behind_a_record_is_said_after_it() -> None:
    sitting = Sitting()
    sitting.play()
    end = sitting.recorded[-1]
    assert sitting.events[-2] is end
    assert end.findings.verdict is not None
    assert [move for move, _ in end.moves] == [DONE]


def test_prompts_are_numbered() -> None:
    sitting = Sitting()
    sitting.play()
    numbers = [prompt.number for prompt in sitting.prompts]
    assert numbers == list(range(1, len(numbers) + 1))


def test_pictures_of_document_portrait_and_face_are_kept() -> None:
    sitting = Sitting()
    sitting.play()
    assert [picture.name for picture in sitting.snapshots] == [
        *("document_front", "document_back", "portrait", "face")
    ]
    assert all(picture.jpeg.startswith(b"\xff\xd8") for picture in sitting.snapshots)


def test_who_declines_is_asked_nothing_more() -> None:
    sitting = Sitting(accepts=False)
    verdict = sitting.play()
    assert codes(verdict) == ["CONSENT_DECLINED"]
    assert verdict.outcome is VerdictOutcome.REFUSED
    assert sitting.moves == [Move.BEGIN, Move.DECLINE]


def test_who_declines_faces_goes_on_without_and_a_person_decides() -> None:
    sitting = Sitting(accepts_face=False)
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "FACE_CONSENT_DECLINED"
    assert sitting.moves == [Move.BEGIN, DONE, DONE, Move.HAND_OVER]
    assert not sitting.forgeries
    assert not sitting.files.asked
    assert sitting.outcome(CheckName.FACE_MATCH) is None


class Guarded:
    """A look that notes when somebody compares the face."""

    def __init__(self, look: ScriptedLook, asked: list[float]) -> None:
        self._look = look
        self._asked = asked

    def __getattr__(self, name: str) -> object:
        if name == "embedding":
            self._asked.append(self._look.frame.received_monotonic_s)
        return getattr(self._look, name)


def test_no_face_is_compared_before_the_consent() -> None:
    asked: list[float] = []
    sitting = Sitting(accepts_face=False)
    sitting.shoot = lambda run: cast(ScriptedLook, Guarded(run.camera.shoot(pose_of(run)), asked))
    sitting.play()
    assert asked == []


@pytest.mark.parametrize("missing", ["open_forgery", "document", "faces"])
def test_a_pass_needs_every_part(missing: str) -> None:
    nothing: dict[str, Any] = {missing: None}
    verdict = Sitting(parts_changed=lambda parts: replace(parts, **nothing)).play()
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("forgery", "outcome"),
    [
        (ForgeryOutcome.FAKE, VerdictOutcome.REFUSED),
        (ForgeryOutcome.INCONCLUSIVE, VerdictOutcome.INCONCLUSIVE),
    ],
)
def test_what_looks_forged_is_not_passed(forgery: ForgeryOutcome, outcome: VerdictOutcome) -> None:
    sitting = Sitting(forgery=forgery)
    verdict = sitting.play()
    assert verdict.outcome is outcome
    assert codes(verdict)[0] == f"SCRIPTED_{forgery.value}"
    assert sitting.moves[-1] is (Move.REFUSE if outcome is VerdictOutcome.REFUSED else DONE)


@pytest.mark.parametrize(
    "name", [CheckName.WATCHLIST, CheckName.PAST_CASES, CheckName.OTHER_PARTICIPANTS]
)
def test_a_face_that_is_known_from_elsewhere_is_refused(name: str) -> None:
    sitting = Sitting(files=ScriptedFiles({name: CheckOutcome.FAILED}))
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.REFUSED
    assert codes(verdict) == ["SCRIPTED"]
    assert sitting.moves == [Move.BEGIN, DONE, DONE, DONE, DONE, Move.REFUSE]


def test_a_slow_search_delays_no_prompt_and_is_waited_for_at_the_end() -> None:
    background = Later()
    sitting = Sitting(background=background, product=replace(PRODUCT, needs_back=False))
    sitting.start()
    sitting.play_until(lambda: bool(background.waiting))
    background.run()
    sitting.play_until(lambda: sitting.prompts[-1].kind is PromptKind.DO_CHALLENGE)
    assert background.waiting
    sitting.play_until(lambda: is_waiting_for_the_verdict(sitting))
    assert not sitting.attendance.is_finished
    background.run()
    assert sitting.go_on().outcome is VerdictOutcome.PASSED


def test_a_search_that_never_ends_passes_nobody_and_holds_nobody_up() -> None:
    background = Later()
    sitting = Sitting(background=background, product=replace(PRODUCT, needs_back=False))
    sitting.start()
    sitting.play_until(lambda: bool(background.waiting))
    background.run()
    sitting.play_until(
        lambda: sitting.prompts[-1].kind is PromptKind.WAIT and bool(sitting.reached() is STEPS[-1])
    )
    waited_s = sitting.now_s
    verdict = sitting.go_on()
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "LOOK_UP_FAILED"
    assert sitting.now_s - waited_s < 3


def test_a_person_may_be_asked_for_at_any_time() -> None:
    for kind in (PromptKind.GIVE_CONSENT, PromptKind.SHOW_DOCUMENT, PromptKind.ANSWER_QUESTION):
        sitting = Sitting()
        sitting.play_to(kind)
        sitting.hear(sitting.attendance.ask_for_person("I cannot hear", sitting.now_s))
        assert sitting.attendance.is_finished
        assert sitting.moves[-1] is Move.HAND_OVER
        end = sitting.events[-1]
        assert isinstance(end, Concluded)
        assert codes(end.verdict)[0] == "ASKED_FOR_PERSON"
        assert end.verdict.reasons[0].text.endswith("I cannot hear")


def test_what_is_not_asked_for_now_changes_nothing() -> None:
    sitting = Sitting()
    sitting.start()
    attendance, now_s = sitting.attendance, sitting.now_s
    for said in (
        attendance.answer("purpose", "Yes", now_s),
        attendance.show(Side.FRONT, PICTURE, 1, now_s),
        attendance.resume(now_s),
    ):
        sitting.hear(said)
    assert sitting.notices == ["NOT_NOW", "NOT_NOW"]
    assert sitting.moves == [Move.BEGIN]


def test_an_answer_to_another_text_is_no_consent() -> None:
    sitting = Sitting(accepts=True)
    sitting.start()
    sitting.hear(sitting.attendance.consent(True, True, "6", sitting.now_s))
    assert sitting.notices == ["CONSENT_OUTDATED"]
    assert [prompt.kind for prompt in sitting.prompts] == [PromptKind.GIVE_CONSENT] * 2
    assert sitting.recorded[-1].findings.consents == ()


def test_who_never_answers_is_locked_out() -> None:
    quick = {step: Attempts(2, 5.0) for step in STEPS}
    sitting = Sitting(product=replace(PRODUCT, attempts=quick), shows=False)
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict)[0] == "LOCKED_OUT"
    assert sitting.moves == [Move.BEGIN, DONE, Move.LOCK_OUT]
    assert sitting.notices.count("STEP_TIMED_OUT") == 2


def test_a_broken_rule_of_conduct_ends_it_at_once() -> None:
    product = replace(PRODUCT, severities={"SECOND_FACE": Severity.CRITICAL})
    sitting = Sitting(product=product)
    sitting.play_to(PromptKind.DO_CHALLENGE)
    sitting.camera.people = 2
    verdict = sitting.go_on()
    assert verdict.outcome is VerdictOutcome.REFUSED
    assert codes(verdict)[0] == "SECOND_FACE"
    assert sitting.moves[-1] is Move.REFUSE


@pytest.mark.parametrize("step", list(STEPS))
def test_a_killed_server_goes_on_at_the_step_that_was_reached(step: State) -> None:
    before = Sitting()
    before.start()
    before.play_until(lambda: before.reached() is step)
    after = before.after_restart()
    verdict = after.play()
    assert verdict.outcome is VerdictOutcome.PASSED
    assert before.moves[1:] + after.moves == [DONE] * 5
    kinds = {prompt.kind for prompt in after.prompts}
    assert (PromptKind.SHOW_DOCUMENT in kinds) == (STEPS.index(step) <= 1)
    assert (PromptKind.DO_CHALLENGE in kinds) == (STEPS.index(step) <= 3)


def test_an_answered_question_is_not_asked_again_after_a_restart() -> None:
    before = Sitting()
    before.play_to(PromptKind.ANSWER_QUESTION, 2)
    after = before.after_restart()
    after.play()
    assert [prompt.question for prompt in after.prompts if prompt.question] == ["income"]


def test_a_restart_before_the_verdict_repeats_no_step() -> None:
    background = Later()
    before = Sitting(background=background, product=replace(PRODUCT, needs_back=False))
    before.start()
    before.play_until(lambda: bool(background.waiting))
    background.run()
    before.play_until(
        lambda: before.prompts[-1].kind is PromptKind.WAIT and before.reached() is STEPS[-1]
    )
    after = before.after_restart()
    verdict = after.play()
    assert after.prompts == []
    assert after.moves == [DONE]
    assert "CHECK_MISSING" in codes(verdict)


def test_a_restart_says_what_evidence_it_cost() -> None:
    before = Sitting()
    before.play_to(PromptKind.ANSWER_QUESTION)
    after = before.after_restart()
    after.play()
    check = after.recorded[-1].findings.check(CheckName.DEEPFAKE)
    assert check is not None
    assert check.reasons[-1].code == "DEEPFAKE_EVIDENCE_RESTARTED"


def test_another_person_after_a_restart_is_noticed() -> None:
    product = replace(PRODUCT, severities={"FACE_SWAPPED": Severity.CRITICAL})
    before = Sitting(product=product)
    before.play_to(PromptKind.ANSWER_QUESTION)
    after = before.after_restart()
    after.camera.embedding = person(2)
    verdict = after.play()
    assert verdict.outcome is VerdictOutcome.REFUSED
    assert codes(verdict)[0] == "FACE_SWAPPED"


def test_an_interruption_keeps_what_is_done() -> None:
    sitting = Sitting()
    sitting.play_to(PromptKind.DO_CHALLENGE)
    sitting.hear(sitting.attendance.interrupt(sitting.now_s))
    before = len(sitting.events)
    sitting.step()
    assert len(sitting.events) == before
    sitting.camera.time_s += 8
    sitting.hear(sitting.attendance.resume(sitting.now_s))
    assert sitting.go_on().outcome is VerdictOutcome.PASSED
    assert len(sitting.forgeries) == 2


def test_who_leaves_in_a_liveness_session_has_used_an_attempt() -> None:
    sitting = Sitting()
    sitting.play_to(PromptKind.DO_CHALLENGE)
    sitting.hear(sitting.attendance.close(sitting.now_s, "SESSION_ABANDONED"))
    assert not sitting.attendance.is_finished
    assert sitting.recorded[-1].findings.attempts == {State.LIVENESS: 1}
    assert sitting.recorded[-1].findings.verdict is None
    assert sitting.after_restart().play().outcome is VerdictOutcome.PASSED


def test_who_leaves_every_liveness_session_is_locked_out() -> None:
    sitting = Sitting()
    sitting.play_to(PromptKind.DO_CHALLENGE)
    for _ in range(2):
        sitting.hear(sitting.attendance.close(sitting.now_s, "SESSION_ABANDONED"))
        sitting = sitting.after_restart()
        sitting.play_to(PromptKind.DO_CHALLENGE)
    sitting.hear(sitting.attendance.close(sitting.now_s, "SESSION_ABANDONED"))
    assert sitting.attendance.is_finished
    assert sitting.moves == [Move.LOCK_OUT]


def test_a_server_that_stops_costs_nobody_an_attempt() -> None:
    sitting = Sitting()
    sitting.play_to(PromptKind.DO_CHALLENGE)
    sitting.hear(sitting.attendance.close(sitting.now_s, "SERVER_STOPPING"))
    assert sitting.recorded[-1].findings.attempts == {}


def test_carried_bytes_of_another_kind_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="invited anew"):
        Sitting(sealed=b"[]")
