"""What checks and events come to."""

from dataclasses import replace

import pytest

from kyc.case import CheckName, CheckOutcome, ConductEvent, Findings, Severity, VerdictOutcome
from kyc.policy import Fence, Product
from kyc.states import STEPS, State
from kyc.verdict import REFUSING, judge, required_checks
from tests.support.scripted_desks import WHEN, found
from tests.support.scripted_interviews import codes

PRODUCT = Product("loan", watchlists=("galleries/blocked",))
NAMES = sorted(name for code, name in vars(CheckName).items() if code.isupper())
REQUIRED = required_checks(PRODUCT, STEPS)


def findings(**outcomes: CheckOutcome) -> Findings:
    """Return findings in which everything required passed, but for what is given."""
    made = {name: CheckOutcome.PASSED for name in REQUIRED} | outcomes
    return Findings(tuple(found(name, made[name], name.upper()) for name in made))


def event(severity: Severity) -> ConductEvent:
    return ConductEvent(1, "SECOND_FACE", severity, "Somebody else.", WHEN)


def test_only_a_pass_of_everything_required_passes() -> None:
    verdict = judge(findings(), PRODUCT, STEPS, WHEN)
    assert verdict.outcome is VerdictOutcome.PASSED


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_required_and_missing_leaves_it_open(name: str) -> None:
    kept = tuple(check for check in findings().checks if check.name != name)
    verdict = judge(Findings(kept), PRODUCT, STEPS, WHEN)
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict) == ["CHECK_MISSING"]
    assert name in verdict.reasons[0].text


@pytest.mark.parametrize("name", REQUIRED)
def test_what_cannot_be_told_leaves_it_open(name: str) -> None:
    verdict = judge(findings(**{name: CheckOutcome.INCONCLUSIVE}), PRODUCT, STEPS, WHEN)
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict) == [name.upper()]


@pytest.mark.parametrize(
    "name", sorted(vars(CheckName)[one] for one in vars(CheckName) if one.isupper())
)
def test_what_failed_never_passes_and_most_of_it_refuses(name: str) -> None:
    verdict = judge(findings(**{name: CheckOutcome.FAILED}), PRODUCT, STEPS, WHEN)
    refused = VerdictOutcome.REFUSED if name in REFUSING else VerdictOutcome.INCONCLUSIVE
    assert verdict.outcome is refused
    assert codes(verdict)[0] == name.upper()


@pytest.mark.parametrize(
    ("severity", "outcome"),
    [
        (Severity.NOTE, VerdictOutcome.PASSED),
        (Severity.WARNING, VerdictOutcome.INCONCLUSIVE),
        (Severity.CRITICAL, VerdictOutcome.REFUSED),
    ],
)
def test_events_weigh_what_the_policy_says(severity: Severity, outcome: VerdictOutcome) -> None:
    noticed = replace(findings(), events=(event(severity),))
    assert judge(noticed, PRODUCT, STEPS, WHEN).outcome is outcome


def test_what_ended_it_early_comes_first_and_never_passes() -> None:
    verdict = judge(findings(), PRODUCT, STEPS, WHEN, "ASKED_FOR_PERSON")
    assert verdict.outcome is VerdictOutcome.INCONCLUSIVE
    assert codes(verdict) == ["ASKED_FOR_PERSON"]


def test_the_last_check_of_a_name_counts() -> None:
    again = found(CheckName.LIVENESS, CheckOutcome.INCONCLUSIVE, "BEFORE")
    before = Findings((again, *findings().checks))
    assert judge(before, PRODUCT, STEPS, WHEN).outcome is VerdictOutcome.PASSED


def test_a_role_is_not_asked_for_what_its_steps_cannot_show() -> None:
    steps = (State.CONSENT, State.CAPTURE, State.LIVENESS)
    asked = required_checks(PRODUCT, steps)
    assert CheckName.DOCUMENT not in asked
    assert CheckName.FACE_MATCH not in asked
    assert CheckName.ANSWERS not in asked
    assert {CheckName.LIVENESS, CheckName.DEEPFAKE, CheckName.WATCHLIST} <= set(asked)
    assert required_checks(PRODUCT, (State.CONSENT,)) == (CheckName.CONDUCT,)


def test_a_fence_and_the_policys_own_list_are_asked_for() -> None:
    fenced = replace(PRODUCT, fence=Fence(0, 0, 1))
    assert CheckName.POSITION in required_checks(fenced, STEPS)
    named = replace(PRODUCT, required_checks=(CheckName.AUTHORITY, CheckName.DOCUMENT))
    assert required_checks(named, STEPS) == (CheckName.AUTHORITY, CheckName.DOCUMENT)
