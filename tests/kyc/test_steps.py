"""What each step asks for, forgives and counts."""

from dataclasses import replace

import numpy as np
import pytest

from kyc.case import CheckName, CheckOutcome, VerdictOutcome
from kyc.events import Advised, PromptKind, Side
from kyc.policy import Attempts, Question, Texts
from kyc.ports import DocumentLook
from kyc.states import Move, State
from kyc.steps.document import MAX_RETAKES
from kyc.steps.held_up import HeldUp
from media.image import ImageRGB
from tests.support.scripted_desks import (
    PICTURE,
    Later,
    ScriptedDesk,
    ScriptedFiles,
    document,
    found,
)
from tests.support.scripted_faces import Pose, person
from tests.support.scripted_interviews import PRODUCT, SPOKEN, Sitting, codes, pose_of

DONE = Move.STEP_DONE
# MediaPipe's points of the brows: no move is measured by them.
BROWS = (46, 53, 52, 65, 55, 70, 63, 105, 66, 107, 276, 283, 282, 295, 285, 300, 293, 334, 296, 336)
TWICE = replace(PRODUCT, attempts={State.LIVENESS: Attempts(2)})
ONE_SIDE = replace(PRODUCT, needs_back=False)
NOTHING = DocumentLook(found(CheckName.DOCUMENT, CheckOutcome.INCONCLUSIVE), None, None, None)


def to_capture(sitting: Sitting) -> None:
    """Play until the document is accepted."""
    sitting.start()
    sitting.play_until(lambda: sitting.reached() is State.CAPTURE)


def test_a_card_is_asked_for_on_both_sides_and_a_passport_on_one() -> None:
    card, passport = Sitting(), Sitting(desk=ScriptedDesk((document(kind="MRZ_TD3"),)))
    for sitting in (card, passport):
        to_capture(sitting)
    assert [prompt.side for prompt in card.prompts if prompt.side] == [Side.FRONT, Side.BACK]
    assert [prompt.side for prompt in passport.prompts if prompt.side] == [Side.FRONT]
    assert card.desk.asked == [False, True]


def test_a_poor_picture_is_told_and_costs_no_attempt() -> None:
    poor = document(CheckOutcome.INCONCLUSIVE, codes=("GLARE",))
    sitting = Sitting(desk=ScriptedDesk((poor, poor, document())))
    to_capture(sitting)
    assert sitting.notices == ["DOCUMENT_GLARE"] * 2
    assert sitting.recorded[-1].findings.attempts == {}


def test_a_front_that_can_be_read_is_taken_in_the_end() -> None:
    poor = document(CheckOutcome.INCONCLUSIVE, codes=("GLARE",))
    sitting = Sitting(desk=ScriptedDesk((poor, poor, poor, document())))
    to_capture(sitting)
    assert sitting.notices == ["DOCUMENT_GLARE"] * 2
    assert sitting.desk.asked == [False] * 3 + [True]


def test_pictures_that_stay_poor_cost_an_attempt_in_the_end() -> None:
    poor = document(CheckOutcome.INCONCLUSIVE, codes=("BLURRED",))
    sitting = Sitting(product=ONE_SIDE, desk=ScriptedDesk((poor,)))
    sitting.start()
    sitting.play_until(lambda: bool(sitting.recorded[-1].findings.attempts))
    assert len(sitting.desk.asked) == MAX_RETAKES + 1


@pytest.mark.parametrize(
    ("look", "code", "outcome"),
    [
        (document(CheckOutcome.FAILED), "DOCUMENT_DOUBTFUL", VerdictOutcome.REFUSED),
        (NOTHING, "DOCUMENT_UNREADABLE", VerdictOutcome.INCONCLUSIVE),
        (document(CheckOutcome.INCONCLUSIVE), "DOCUMENT_UNREADABLE", VerdictOutcome.INCONCLUSIVE),
        (document(kind="LIBRARY_CARD"), "WRONG_DOCUMENT", VerdictOutcome.INCONCLUSIVE),
    ],
    ids=["contradicts itself", "nothing", "not legible", "of another kind"],
)
def test_a_document_that_is_not_accepted_uses_up_the_attempts(
    look: DocumentLook, code: str, outcome: VerdictOutcome
) -> None:
    sitting = Sitting(product=ONE_SIDE, desk=ScriptedDesk((look,)))
    verdict = sitting.play()
    assert sitting.notices.count(code) == 3
    is_refused = outcome is VerdictOutcome.REFUSED
    assert sitting.moves == [Move.BEGIN, DONE, Move.REFUSE if is_refused else Move.LOCK_OUT]
    assert verdict.outcome is outcome


def test_a_second_try_may_succeed() -> None:
    sitting = Sitting(product=ONE_SIDE, desk=ScriptedDesk((NOTHING, document())))
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.PASSED
    assert sitting.recorded[-1].findings.attempts == {State.DOCUMENT: 1}


def test_a_document_that_is_read_whole_and_in_doubt_is_for_a_person_and_costs_nothing() -> None:
    doubtful = document(CheckOutcome.INCONCLUSIVE, is_whole=True)
    sitting = Sitting(desk=ScriptedDesk((doubtful,)))
    to_capture(sitting)
    assert sitting.desk.asked == [False, True]
    findings = sitting.recorded[-1].findings
    assert findings.attempts == {}
    check = findings.check(CheckName.DOCUMENT)
    assert check is not None
    assert check.outcome is CheckOutcome.INCONCLUSIVE


def test_one_picture_is_read_at_a_time() -> None:
    background = Later()
    sitting = Sitting(background=background, shows=False)
    sitting.play_to(PromptKind.SHOW_DOCUMENT)
    for _ in range(3):
        sitting.hear(sitting.attendance.show(Side.FRONT, PICTURE, 1, sitting.now_s))
    assert len(background.waiting) == 1
    assert sitting.notices == ["TOO_MUCH_AT_ONCE"] * 2


def test_the_other_side_is_not_taken_for_the_one_that_is_asked_for() -> None:
    sitting = Sitting(shows=False)
    sitting.play_to(PromptKind.SHOW_DOCUMENT)
    sitting.hear(sitting.attendance.show(Side.BACK, PICTURE, 1, sitting.now_s))
    assert sitting.notices == ["NOT_NOW"]
    assert sitting.desk.asked == []


def print_like(shift_px: int = 0) -> ImageRGB:
    """Return a picture full of edges, moved aside."""
    picture = np.full((240, 320, 3), 200, np.uint8)
    picture[:, ::8] = 20
    picture[::12] = 20
    return np.roll(picture, shift_px, axis=1)


def test_frames_are_read_that_are_still_and_sharp_and_not_too_often() -> None:
    held = HeldUp()
    assert not held.is_due(print_like(), 0.0)
    assert held.is_due(print_like(), 0.1)
    assert not held.is_due(print_like(), 0.2)
    assert held.is_due(print_like(), 1.2)
    assert not held.is_due(print_like(4), 2.5)
    flat = np.full((240, 320, 3), 128, np.uint8)
    assert not any(held.is_due(flat, 4.0 + number) for number in range(5))


def test_a_document_may_be_held_up_to_the_camera() -> None:
    poor = document(CheckOutcome.INCONCLUSIVE, codes=("GLARE",))
    desk = ScriptedDesk((NOTHING, poor, document(), document()))
    sitting = Sitting(desk=desk, document_by_camera=True, shows=False)

    def hold_up(run: Sitting) -> object:
        look = run.camera.shoot(pose_of(run))
        return replace(look, frame=replace(look.frame, image=print_like()))

    sitting.play_to(PromptKind.SHOW_DOCUMENT)
    sitting.events = [one for one in sitting.events if not isinstance(one, Advised)]
    sitting.shoot = hold_up  # type: ignore[assignment]
    sitting.play_until(lambda: sitting.reached() is State.CAPTURE)
    assert sitting.advice[:2] == ["DOCUMENT_NOT_FOUND", "DOCUMENT_GLARE"]
    assert sitting.desk.asked == [False] * 3 + [True]
    assert sitting.recorded[-1].findings.attempts == {}
    names = [picture.name for picture in sitting.snapshots]
    assert names == ["document_front", "document_back", "portrait"]


def test_the_captured_face_is_the_best_of_a_few() -> None:
    files = ScriptedFiles()
    sitting = Sitting(files=files)
    to_capture(sitting)
    qualities = iter([60.0, 95.0, 70.0, *[80.0] * 400])

    def shoot(run: Sitting) -> object:
        if run.camera.index % 4 == 0:
            run.camera.quality = next(qualities)
        return run.camera.shoot(pose_of(run))

    sitting.shoot = shoot  # type: ignore[assignment]
    sitting.play_until(lambda: sitting.reached() is State.LIVENESS)
    assert files.asked[0].quality.score == 95.0
    assert files.asked[0].embedding is not None


@pytest.mark.parametrize(
    ("pose", "people", "quality", "advice"),
    [
        (None, 1, 80.0, "SHOW_FACE"),
        (Pose(), 2, 80.0, "ONE_PERSON_ONLY"),
        (Pose(size=0.3), 1, 80.0, "MOVE_CLOSER"),
        (Pose(yaw_deg=35), 1, 80.0, "LOOK_STRAIGHT"),
        (Pose(), 1, 20.0, "MORE_LIGHT"),
    ],
    ids=["nobody", "two", "far away", "turned aside", "dark"],
)
def test_a_poor_picture_is_advised_about_at_once_and_captures_nothing(
    pose: Pose | None, people: int, quality: float, advice: str
) -> None:
    sitting = Sitting()
    to_capture(sitting)
    camera = sitting.camera
    camera.people, camera.quality = people, quality
    since_s = sitting.now_s
    sitting.shoot = lambda run: run.camera.shoot(pose)
    sitting.play_until(lambda: bool(sitting.advice))
    assert sitting.advice == [advice]
    assert sitting.now_s - since_s < 0.3
    sitting.play_until(lambda: sitting.now_s - since_s > 3)
    assert sitting.reached() is State.CAPTURE
    assert sitting.advice == [advice]
    camera.people, camera.quality = 1, 80.0
    sitting.shoot = None
    sitting.play_until(lambda: sitting.reached() is State.LIVENESS)
    assert sitting.advice[:2] == [advice, None]


def test_advice_comes_as_soon_in_a_liveness_session_and_goes_with_the_next_prompt() -> None:
    sitting = Sitting()
    sitting.play_to(PromptKind.DO_CHALLENGE)
    since_s, before = sitting.now_s, len(sitting.advice)
    sitting.shoot = lambda run: run.camera.shoot(None)
    sitting.play_until(lambda: len(sitting.advice) > before)
    assert sitting.advice[-1] == "SHOW_FACE"
    assert sitting.now_s - since_s < 0.3
    sitting.shoot = None
    count = len(sitting.prompts)
    sitting.play_until(lambda: len(sitting.prompts) > count)
    assert sitting.advice[-1] is None


def test_advice_does_not_flicker() -> None:
    sitting = Sitting()
    to_capture(sitting)
    poses = [Pose(yaw_deg=35), Pose(size=0.3)]
    sitting.shoot = lambda run: run.camera.shoot(poses[run.camera.index // 2 % 2])
    until_s = sitting.now_s + 5
    sitting.play_until(lambda: sitting.now_s > until_s)
    assert len(sitting.advice) == 1


def test_another_face_than_the_documents_uses_up_attempts_and_is_refused() -> None:
    sitting = Sitting(desk=ScriptedDesk((document(template=person(9)),)))
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.REFUSED
    assert codes(verdict) == ["SIMILARITY_TOO_LOW"]
    assert sitting.notices.count("FACE_NOT_MATCHED") == 3
    assert sitting.moves[-1] is Move.REFUSE
    assert not sitting.files.asked


def test_two_people_by_turns_are_no_captured_face() -> None:
    product = replace(PRODUCT, attempts={State.CAPTURE: Attempts(1, 10.0)})
    sitting = Sitting(product=product)

    def shoot(run: Sitting) -> object:
        run.camera.embedding = person(1 + run.camera.index // 4 % 2)
        return run.camera.shoot(pose_of(run))

    sitting.shoot = shoot  # type: ignore[assignment]
    assert sitting.play().outcome is VerdictOutcome.INCONCLUSIVE
    assert "FACE_UNSTEADY" in sitting.notices
    assert sitting.moves[-1] is Move.LOCK_OUT


def test_a_document_without_a_portrait_leaves_the_match_open_and_costs_nothing() -> None:
    look = replace(document(), portrait=None, template=None)
    sitting = Sitting(desk=ScriptedDesk((look,)))
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict) == ["NO_PORTRAIT"]


def test_a_screen_is_refused_at_once() -> None:
    sitting = Sitting(logit=-5.0)
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.REFUSED
    assert codes(verdict) == ["LOOKS_LIKE_ATTACK"]
    assert sitting.moves == [Move.BEGIN, DONE, DONE, DONE, Move.REFUSE]


def alive(sitting: Sitting) -> object:
    """Return a face whose brows are never quite still, as those of the living are."""
    look = sitting.camera.shoot(pose_of(sitting))
    assert look.mesh is not None
    points = look.mesh.points.copy()
    points[list(BROWS)] += np.random.default_rng(look.frame.index).normal(0, 1.5, (len(BROWS), 3))
    return replace(look, mesh=replace(look.mesh, points=points))


def test_who_makes_no_move_gets_a_fresh_session_for_each_attempt() -> None:
    sitting = Sitting(product=TWICE)
    sitting.actor.answer = lambda asked: None
    sitting.shoot = alive  # type: ignore[assignment]
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict) == ["LOCKED_OUT", "CHALLENGE_MISSED"]
    assert sitting._draws == 2
    assert sitting.moves[-1] is Move.LOCK_OUT


def test_a_face_that_never_moves_is_refused_for_that() -> None:
    sitting = Sitting(product=TWICE)
    sitting.actor.answer = lambda asked: None
    sitting.actor.blinks = False
    sitting.camera.depth = 0.0
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.REFUSED
    assert codes(verdict)[0] == "FACE_STILL"
    assert sitting.moves[-1] is Move.REFUSE


def test_the_face_of_a_later_step_has_to_be_seen_to_be_the_captured_one() -> None:
    sitting = Sitting(answers={})
    sitting.play_to(PromptKind.ANSWER_QUESTION)
    sitting.camera.embedding = person(1)
    sitting.camera.quality = 20.0
    sitting.shoot = lambda run: replace(run.camera.shoot(pose_of(run)), embedding=None)
    sitting.hear(sitting.attendance.answer("purpose", "Yes", sitting.now_s))
    sitting.step()
    sitting.hear(sitting.attendance.answer("income", "1", sitting.now_s))
    verdict = sitting.go_on()
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict) == ["FACE_NOT_CONFIRMED_LATER"]


def test_a_tapped_answer_has_to_be_one_of_the_choices() -> None:
    sitting = Sitting(answers={})
    sitting.play_to(PromptKind.ANSWER_QUESTION)
    for text, notices in (("Maybe", 1), ("", 2), ("否", 2)):
        sitting.hear(sitting.attendance.answer("purpose", text, sitting.now_s))
        assert sitting.notices.count("ANSWER_NOT_A_CHOICE") == notices
    assert sitting.prompts[-1].question == "income"
    kept = sitting.recorded[-1].findings.answers
    assert [(one.question, one.answer, one.voice_at_prompt) for one in kept] == [
        ("purpose", "否", None)
    ]


def test_a_question_that_is_not_answered_costs_an_attempt() -> None:
    quick = replace(PRODUCT, questions=(replace(PRODUCT.questions[1], limit_s=3.0),))
    sitting = Sitting(product=quick, answers={})
    verdict = sitting.play()
    assert sitting.notices.count("QUESTION_UNANSWERED") == 3
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE


def test_whoever_needs_it_has_twice_the_time() -> None:
    for accessible, factor in ((False, 1), (True, 2)):
        sitting = Sitting(accessible=accessible)
        sitting.play_to(PromptKind.SHOW_DOCUMENT)
        limit_s = PRODUCT.attempts_of(State.DOCUMENT).limit_s
        assert sitting.prompts[-1].limit_s == factor * limit_s


def test_a_spoken_answer_that_nobody_can_hear_is_taken_and_leaves_it_open() -> None:
    spoken = replace(PRODUCT, questions=(SPOKEN,), severities={})
    sitting = Sitting(product=spoken)
    verdict = sitting.play()
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict) == ["VOICE_NOT_MEASURED"]


def test_sound_that_does_not_come_is_missed() -> None:
    asked = Question("amount", Texts("Say it", "请说"), limit_s=8.0)
    sitting = Sitting(product=replace(PRODUCT, questions=(asked,)), answers={})
    sitting.play_to(PromptKind.ANSWER_QUESTION)
    until_s = sitting.now_s + 6
    sitting.play_until(lambda: sitting.now_s > until_s)
    assert "SOUND_MISSING" in sitting.notices
