"""One decision from the passive model's evidence and from the rules that were kept or broken."""

from collections.abc import Sequence
from dataclasses import dataclass

from decision.calibration import Calibration
from decision.fusion import OperatingPoint, Verdict, fuse_signals
from decision.log_odds import share_of
from decision.outcome import Decision, Reason
from decision.signal import Signal
from liveness.outcome import LivenessOutcome, LivenessResult, TargetRates
from liveness.texts import reason

PASSIVE_SIGNAL = "passive_texture"
_OUTCOMES = {
    Verdict.ACCEPT: LivenessOutcome.LIVE,
    Verdict.REJECT: LivenessOutcome.SPOOF,
    Verdict.UNSURE: LivenessOutcome.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True)
class LivenessPolicy:
    """How evidence is weighed. model_ids: of what the calibration was fitted for."""

    calibration: Calibration
    point: OperatingPoint
    target: TargetRates
    model_ids: tuple[str, ...]

    def explain(self, signal: Signal) -> Reason:
        """Return which of the two outcomes a signal is nearer to."""
        middle = (self.point.accept_llr + self.point.reject_llr) / 2
        return reason("LOOKS_LIVE" if (signal.llr or 0.0) >= middle else "LOOKS_LIKE_ATTACK")


@dataclass(frozen=True, slots=True)
class Rules:
    """What rules say, the weightiest first. They refuse or hold; none speaks for a person.

    broken: why it is refused. held: why it cannot be accepted. kept: what was asked for and
    done, said where it is accepted. signals: what rules measured.
    """

    broken: tuple[Reason, ...] = ()
    held: tuple[Reason, ...] = ()
    kept: tuple[Reason, ...] = ()
    signals: tuple[Signal, ...] = ()


def decide(policy: LivenessPolicy, logit: float | None, rules: Rules) -> LivenessResult:
    """Return the decision: LIVE only where the evidence accepts and no rule objects.

    logit: the passive model's, of a picture or a whole clip; None if it saw nothing fit to use.
    """
    fused = fuse_signals([_passive(policy, logit)], policy.point, _OUTCOMES, policy.explain)
    outcome = fused.outcome
    if rules.broken:
        outcome = LivenessOutcome.SPOOF
    elif rules.held and outcome is LivenessOutcome.LIVE:
        outcome = LivenessOutcome.INCONCLUSIVE
    reasons = _rank(outcome, rules, fused.reasons)
    return LivenessResult(
        decision=Decision(outcome, reasons, (*fused.signals, *rules.signals)),
        live_score=None if logit is None else share_of(logit),
        target=policy.target,
        model_ids=policy.model_ids,
    )


def _rank(outcome: LivenessOutcome, rules: Rules, evidence: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return all reasons, those first that made the outcome."""
    if rules.broken:
        return (*rules.broken, *rules.held, *evidence)
    if outcome is LivenessOutcome.INCONCLUSIVE:
        return (*(rules.held or (reason("EVIDENCE_WEAK"),)), *evidence)
    if outcome is LivenessOutcome.LIVE:
        return (*evidence, *rules.kept)
    return (*evidence, *rules.held)


def _passive(policy: LivenessPolicy, logit: float | None) -> Signal:
    if logit is None:
        return Signal(PASSIVE_SIGNAL, None, group="passive")
    calibration = policy.calibration
    return Signal(
        name=PASSIVE_SIGNAL,
        score=share_of(logit),
        llr=calibration.llr(logit),
        group="passive",
        calibration=calibration.provenance,
    )
