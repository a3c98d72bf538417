"""What an attendance comes to: a pass only where everything that is required passed."""

from datetime import datetime

from decision.outcome import Reason
from kyc.case import Check, CheckName, CheckOutcome, Findings, Severity, Verdict, VerdictOutcome
from kyc.policy import Product
from kyc.states import State
from kyc.words import reason

# What is refused when it fails. The rest is rated by its events.
REFUSING = (
    CheckName.LIVENESS,
    CheckName.DEEPFAKE,
    CheckName.FACE_MATCH,
    CheckName.WATCHLIST,
    CheckName.OTHER_PARTICIPANTS,
    CheckName.PAST_CASES,
    CheckName.AUTHORITY,
    CheckName.DOCUMENT,
)
# The steps without which a check cannot be made.
_NEEDS: dict[str, tuple[State, ...]] = {
    CheckName.DOCUMENT: (State.DOCUMENT,),
    CheckName.FACE_MATCH: (State.DOCUMENT, State.CAPTURE),
    CheckName.AUTHORITY: (State.DOCUMENT, State.CAPTURE),
    CheckName.WATCHLIST: (State.CAPTURE,),
    CheckName.PAST_CASES: (State.CAPTURE,),
    CheckName.OTHER_PARTICIPANTS: (State.CAPTURE,),
    CheckName.LIVENESS: (State.LIVENESS,),
    CheckName.ANSWERS: (State.QUESTIONS,),
}
_FACE_STEPS = (State.CAPTURE, State.LIVENESS, State.QUESTIONS)


def required_checks(product: Product, steps: tuple[State, ...]) -> tuple[str, ...]:
    """Return what has to pass: what the policy names, or all that its steps can show.

    What hangs on a step that the policy spares this role is not asked of it.
    """
    named = product.required_checks or _derived(product)
    asked = [name for name in named if set(_NEEDS.get(name, ())) <= set(steps)]
    if CheckName.DEEPFAKE in asked and not set(_FACE_STEPS) & set(steps):
        asked.remove(CheckName.DEEPFAKE)
    return tuple(asked)


def judge(
    findings: Findings,
    product: Product,
    steps: tuple[State, ...],
    at: datetime,
    ended_by: str | None = None,
) -> Verdict:
    """Return the verdict with its reasons, the weightiest first; of each check, the first one.

    ended_by: code of what ended the attendance before its last step, if anything did.
    """
    broken = _broken(findings)
    if broken:
        return Verdict(VerdictOutcome.REFUSED, _distinct(broken), at)
    open_ = [] if ended_by is None else [reason(ended_by)]
    made = {check.name for check in findings.checks}
    # What ends early has not come to every check, and says why.
    wanted = required_checks(product, steps)
    open_ += _open(findings, tuple(one for one in wanted if ended_by is None or one in made))
    if open_:
        return Verdict(VerdictOutcome.INCONCLUSIVE, _distinct(open_), at)
    return Verdict(VerdictOutcome.PASSED, (reason("EVERY_CHECK_PASSED"),), at)


def _derived(product: Product) -> tuple[str, ...]:
    names = [
        *(CheckName.DOCUMENT, CheckName.FACE_MATCH, CheckName.LIVENESS, CheckName.DEEPFAKE),
        *(CheckName.OTHER_PARTICIPANTS, CheckName.CONDUCT, CheckName.ANSWERS),
    ]
    names += [CheckName.WATCHLIST] if product.watchlists else []
    names += [CheckName.PAST_CASES] if product.past_cases else []
    names += [CheckName.POSITION] if product.fence is not None else []
    return tuple(names)


def _broken(findings: Findings) -> list[Reason]:
    """Return why it is refused: events that the policy calls critical, then checks that failed."""
    reasons = [
        Reason(event.code, event.text)
        for event in findings.events
        if event.severity is Severity.CRITICAL
    ]
    for name in REFUSING:
        check = findings.check(name)
        if check is not None and check.outcome is CheckOutcome.FAILED:
            reasons += check.reasons[:1]
    return reasons


def _open(findings: Findings, required: tuple[str, ...]) -> list[Reason]:
    """Return why it cannot be passed: what is required, then what a person has to look at."""
    reasons: list[Reason] = []
    for name in required:
        check = findings.check(name)
        if check is None:
            reasons.append(Reason("CHECK_MISSING", f"{reason('CHECK_MISSING').text[:-1]}: {name}."))
        elif check.outcome is not CheckOutcome.PASSED:
            reasons += check.reasons[:1]
    reasons += _failed_otherwise(findings)
    reasons += [
        Reason(event.code, event.text)
        for event in findings.events
        if event.severity is Severity.WARNING
    ]
    return reasons


def _failed_otherwise(findings: Findings) -> list[Reason]:
    """Return why checks failed that do not refuse by themselves."""
    checks: list[Check | None] = [
        findings.check(name) for name in (CheckName.POSITION, CheckName.CONDUCT, CheckName.ANSWERS)
    ]
    failed = [one for one in checks if one is not None and one.outcome is CheckOutcome.FAILED]
    return [check.reasons[0] for check in failed]


def _distinct(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Return each code once; a check that is missing has its name in the text."""
    first: dict[tuple[str, str], Reason] = {}
    for entry in reasons:
        key = (entry.code, entry.text if entry.code == "CHECK_MISSING" else "")
        first.setdefault(key, entry)
    return tuple(first.values())
