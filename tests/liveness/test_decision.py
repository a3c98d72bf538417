"""No way leads to LIVE but good evidence with every rule kept."""

import itertools
import math

import pytest

from decision.calibration import Calibration
from decision.fusion import OperatingPoint
from liveness.decision import LivenessPolicy, Rules, decide
from liveness.outcome import LivenessOutcome, LivenessResult, TargetRates
from liveness.texts import reason
from tests.support.scripted_sessions import POLICY

BROKEN, HELD, KEPT = reason("CLIP_LOOPED"), reason("MORE_LIGHT"), reason("CHALLENGES_PASSED")
LOGITS = (None, -5.0, -1.0, 0.0, 1.0, 5.0)


def codes(result: LivenessResult) -> list[str]:
    return [entry.code for entry in result.decision.reasons]


@pytest.mark.parametrize(
    ("logit", "is_broken", "is_held"),
    list(itertools.product(LOGITS, (False, True), (False, True))),
)
def test_live_needs_evidence_and_every_rule(
    logit: float | None, is_broken: bool, is_held: bool
) -> None:
    rules = Rules(broken=(BROKEN,) * is_broken, held=(HELD,) * is_held, kept=(KEPT,))
    result = decide(POLICY, logit, rules)
    is_accepted = logit is not None and logit >= POLICY.point.accept_llr
    is_live = is_accepted and not is_broken and not is_held
    assert (result.outcome is LivenessOutcome.LIVE) is is_live
    assert ("CHALLENGES_PASSED" in codes(result)) is is_live
    if is_broken:
        assert result.outcome is LivenessOutcome.SPOOF
        assert codes(result)[0] == "CLIP_LOOPED"


def test_evidence_that_was_not_measured_decides_nothing() -> None:
    result = decide(POLICY, None, Rules())
    assert result.outcome is LivenessOutcome.INCONCLUSIVE
    assert result.live_score is None
    assert codes(result) == ["EVIDENCE_WEAK", "SIGNAL_NOT_MEASURED"]


def test_a_rule_that_holds_does_not_save_what_looks_like_an_attack() -> None:
    result = decide(POLICY, -5.0, Rules(held=(HELD,)))
    assert result.outcome is LivenessOutcome.SPOOF
    assert codes(result) == ["LOOKS_LIKE_ATTACK", "MORE_LIGHT"]


@pytest.mark.parametrize("accept_llr", [-1.0, 0.0, 3.0])
def test_the_reason_agrees_with_the_outcome_wherever_the_point_lies(accept_llr: float) -> None:
    policy = LivenessPolicy(
        Calibration(1.0, 0.0, -9.0, 9.0, "script"),
        OperatingPoint(accept_llr, accept_llr - 0.5),
        TargetRates(0.1, 0.1, "script"),
        ("scripted",),
    )
    live = decide(policy, accept_llr, Rules())
    spoof = decide(policy, accept_llr - 0.5, Rules())
    assert (live.outcome, codes(live)) == (LivenessOutcome.LIVE, ["LOOKS_LIVE"])
    assert (spoof.outcome, codes(spoof)) == (LivenessOutcome.SPOOF, ["LOOKS_LIKE_ATTACK"])


def test_the_score_and_its_worth_are_given() -> None:
    signal = decide(POLICY, 1.5, Rules()).decision.signals[0]
    assert signal.name == "passive_texture"
    assert signal.score == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert signal.llr == pytest.approx(1.5)
    assert signal.calibration == POLICY.calibration.provenance
