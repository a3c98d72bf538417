"""Checks that sum up a whole attendance: conduct, position, answers, one person throughout."""

from dataclasses import replace

from decision.outcome import Reason
from kyc.case import Answer, Check, CheckName, CheckOutcome, Severity
from kyc.conduct.position import Place, place_of
from kyc.ledger import Ledger
from kyc.policy import Question
from kyc.states import State
from kyc.words import reason
from liveness.relief import STILL

# Codes of liveness that say that nothing moved, or nothing but the whole picture.
STILL_CODES = frozenset({STILL, "FRAMES_REPEATED"})
MIN_STILL_ATTEMPTS = 2
_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def conduct_check(ledger: Ledger) -> Check:
    """Return what the events come to, by their severity."""
    events = sorted(ledger.findings.events, key=lambda event: _RANK[event.severity])
    reasons = {event.code: Reason(event.code, event.text) for event in events}
    worst = events[0].severity if events else None
    outcome = {
        Severity.CRITICAL: CheckOutcome.FAILED,
        Severity.WARNING: CheckOutcome.INCONCLUSIVE,
        Severity.NOTE: CheckOutcome.PASSED,
        None: CheckOutcome.PASSED,
    }[worst]
    if worst is None:
        return ledger.check(CheckName.CONDUCT, outcome, ("CONDUCT_CLEAR",))
    head = (reason("CONDUCT_NOTED"),) if outcome is CheckOutcome.PASSED else ()
    return ledger.check_with(CheckName.CONDUCT, outcome, (*head, *reasons.values()))


def position_check(ledger: Ledger) -> Check | None:
    """Return where the client was; None where the policy has no fence."""
    fence, position = ledger.plan.product.fence, ledger.findings.position
    if fence is None:
        return None
    name = CheckName.POSITION
    if any(event.code == Place.OUTSIDE.value for event in ledger.findings.events):
        return ledger.check(name, CheckOutcome.FAILED, (Place.OUTSIDE.value,))
    if position is None:
        return ledger.check(name, CheckOutcome.INCONCLUSIVE, ("POSITION_MISSING",))
    place = place_of(position, fence)
    outcome = CheckOutcome.PASSED if place is Place.INSIDE else CheckOutcome.INCONCLUSIVE
    return ledger.check(name, outcome, (place.value,))


def answers_check(ledger: Ledger) -> Check | None:
    """Return whether everything was answered by this participant; None without that step."""
    if State.QUESTIONS not in ledger.steps:
        return None
    questions = ledger.plan.product.questions
    if not questions:
        return ledger.check(CheckName.ANSWERS, CheckOutcome.PASSED, ("NOTHING_ASKED",))
    given = {one.question: one for one in ledger.findings.answers}
    codes = [_answer_code(question, given.get(question.id)) for question in questions]
    for code in ("QUESTIONS_OPEN", "VOICE_NOT_AT_PROMPT", "VOICE_NOT_MEASURED"):
        if code in codes:
            return ledger.check(CheckName.ANSWERS, CheckOutcome.INCONCLUSIVE, (code,))
    kept = tuple(dict.fromkeys(code for code in codes if code))
    return ledger.check(CheckName.ANSWERS, CheckOutcome.PASSED, ("QUESTIONS_ANSWERED", *kept))


def _answer_code(question: Question, answer: Answer | None) -> str | None:
    """Return what an answer comes to; None for one that was typed or tapped."""
    if answer is None:
        return "QUESTIONS_OPEN"
    if answer.voice_at_prompt is False:
        return "VOICE_NOT_AT_PROMPT"
    if not question.is_spoken or answer.answer:
        return None
    return "VOICE_AT_PROMPT" if answer.voice_at_prompt else "VOICE_NOT_MEASURED"


def still_check(ledger: Ledger, is_motionless: bool) -> Check | None:
    """Return that liveness failed where no attempt showed a face that moves; None else.

    One attempt may catch somebody who sits very still; who is asked to move, again and again, and
    does not even blink, is a picture.
    """
    made = [one for one in ledger.findings.checks if one.name == CheckName.LIVENESS]
    still = [one for one in made if STILL_CODES & {reason.code for reason in one.reasons}]
    if not made or not (is_motionless or (len(still) == len(made) >= MIN_STILL_ATTEMPTS)):
        return None
    others = tuple(one for one in made[-1].reasons if one.code != STILL)
    reasons = (reason(STILL), *others)
    return replace(made[-1], outcome=CheckOutcome.FAILED, reasons=reasons, decided_at=ledger.now)


def not_confirmed(ledger: Ledger) -> Check | None:
    """Return the face match as it stands when a later step did not show the same person.

    None where there is nothing to take back: no match that passed.
    """
    match = ledger.findings.check(CheckName.FACE_MATCH)
    if match is None or match.outcome is not CheckOutcome.PASSED:
        return None
    reasons = (reason("FACE_NOT_CONFIRMED_LATER"), *match.reasons)
    return replace(match, outcome=CheckOutcome.INCONCLUSIVE, reasons=reasons, decided_at=ledger.now)
