"""One decision from calibrated evidence and from what was noticed on the way."""

from collections.abc import Sequence

from decision.findings import Weight
from decision.fusion import UNMEASURED, Verdict, fuse_signals, sum_evidence
from decision.log_odds import share_of
from decision.outcome import Decision, Reason
from decision.signal import Signal
from deepfake.frames import FrameFindings
from deepfake.outcome import ForgeryOutcome, ForgeryResult, Moment
from deepfake.policy import ForgeryPolicy
from deepfake.texts import reason, reason_at_most, reason_of
from deepfake.windows import MAX_UNFIT_VIEWS, Window, multiplicity_llr

FRAME_SIGNAL = "frame_forgery"
FORGED_IN_PART, DOUBTFUL_IN_PART = "LOOKS_FORGED_IN_PART", "DOUBTFUL_IN_PART"
UNJUDGED_IN_PART = "UNJUDGED_IN_PART"
_OUTCOMES = {
    Verdict.ACCEPT: ForgeryOutcome.FAKE,
    Verdict.REJECT: ForgeryOutcome.GENUINE,
    Verdict.UNSURE: ForgeryOutcome.INCONCLUSIVE,
}
LOOKS_FORGED = "LOOKS_FORGED"
_LOOKS = {
    Verdict.ACCEPT: LOOKS_FORGED,
    Verdict.REJECT: "LOOKS_GENUINE",
    Verdict.UNSURE: "LOOKS_UNCLEAR",
}


def decide(
    policy: ForgeryPolicy,
    frames: FrameFindings,
    moments: Sequence[Moment] = (),
    signals: Sequence[Signal] = (),
    held: Sequence[str] = (),
    model_ids: tuple[str, ...] = (),
) -> ForgeryResult:
    """Return the decision: GENUINE only where the frame model says so and nothing objects.

    held: codes of what keeps it from being GENUINE and has no place in time.
    """
    calibrated = [_frame_signal(policy, frames)]
    calibrated += [signal for signal in signals if signal.llr is not None]
    fused = fuse_signals(
        calibrated, policy.point, _OUTCOMES, lambda signal: _explain(policy, frames.worst, signal)
    )
    breaks = _reasons(moments, Weight.BREAKS)
    holds = [*(reason(code) for code in held), *_reasons(moments, Weight.HOLDS)]
    outcome = fused.outcome
    is_measured = calibrated[0].llr is not None
    if breaks:
        outcome = ForgeryOutcome.FAKE
    elif outcome is ForgeryOutcome.GENUINE and (holds or not is_measured):
        outcome = ForgeryOutcome.INCONCLUSIVE
    ranked = _rank(outcome, breaks, holds, [_in_words(one) for one in fused.reasons])
    reasons = _distinct([*ranked, *_reasons(moments, Weight.NOTE)])
    uncalibrated = tuple(signal for signal in signals if signal.llr is None)
    return ForgeryResult(
        decision=Decision(outcome, reasons, (*fused.signals, *uncalibrated)),
        fake_score=_fake_score(policy, frames, calibrated),
        target=policy.target,
        model_ids=(*policy.model_ids, *model_ids),
        moments=tuple(moments),
        heat=frames.heat,
    )


def moment_of_part(policy: ForgeryPolicy, frames: FrameFindings) -> Moment | None:
    """Return that a part looks forged of a clip that does not as a whole.

    It holds, or refuses if it shows enough: one of K parts, K times what the whole would need.
    """
    worst, llr = frames.worst, policy.calibration.llr
    if worst is None or frames.logit is None or not frames.is_enough:
        return None
    limit = policy.point.accept_llr
    if llr(frames.logit) >= limit or llr(worst.logit) < limit:
        return None
    is_sure = llr(worst.logit) - limit >= multiplicity_llr(frames.window_count)
    code, weight = (FORGED_IN_PART, Weight.BREAKS) if is_sure else (DOUBTFUL_IN_PART, Weight.HOLDS)
    return Moment(code, weight, FRAME_SIGNAL, worst.start_s, worst.end_s)


def moment_of_blind_part(frames: FrameFindings) -> Moment | None:
    """Return that the face could not be judged for so long that a forgery may hide there."""
    part = frames.unjudged
    if part is None or not frames.is_enough or part.view_count < MAX_UNFIT_VIEWS:
        return None
    return Moment(UNJUDGED_IN_PART, Weight.HOLDS, FRAME_SIGNAL, part.start_s, part.end_s)


def _frame_signal(policy: ForgeryPolicy, frames: FrameFindings) -> Signal:
    if frames.logit is None:
        return Signal(FRAME_SIGNAL, None, group="frame")
    calibration = policy.calibration
    return Signal(
        name=FRAME_SIGNAL,
        score=share_of(frames.logit),
        llr=calibration.llr(frames.logit) if frames.is_enough else None,
        group="frame",
        calibration=calibration.provenance if frames.is_enough else None,
    )


def _fake_score(
    policy: ForgeryPolicy, frames: FrameFindings, calibrated: Sequence[Signal]
) -> float | None:
    """Return how forged it looks, also where too little was seen to decide by it."""
    measured = [signal for signal in calibrated if signal.llr is not None]
    if frames.logit is None:
        return share_of(sum_evidence(measured)) if measured else None
    unweighed = 0.0 if frames.is_enough else policy.calibration.llr(frames.logit)
    return share_of(sum_evidence(measured) + unweighed)


def _explain(policy: ForgeryPolicy, worst: Window | None, signal: Signal) -> Reason:
    """Return what a signal says by itself, and of a face that looks forged when it does most."""
    if signal.name != FRAME_SIGNAL:
        return reason("SIGNAL_MEASURED", signal.name)
    verdict = policy.point.verdict(signal.llr or 0.0)
    if verdict is Verdict.ACCEPT and worst is not None:
        return reason_at_most(LOOKS_FORGED, worst.start_s, worst.end_s)
    return reason(_LOOKS[verdict])


def _in_words(said: Reason) -> Reason:
    """Return a reason of the fusion as a person may read it: only the look of the face is asked."""
    return reason(UNMEASURED) if said.code == UNMEASURED else said


def _reasons(moments: Sequence[Moment], weight: Weight) -> list[Reason]:
    """Return one reason for each code of a weight, in order of time."""
    by_code: dict[str, list[Moment]] = {}
    for moment in moments:
        if moment.weight is weight:
            by_code.setdefault(moment.code, []).append(moment)
    return [reason_of(same) for same in by_code.values()]


def _rank(
    outcome: ForgeryOutcome,
    breaks: Sequence[Reason],
    holds: Sequence[Reason],
    evidence: Sequence[Reason],
) -> list[Reason]:
    """Return all reasons, those first that made the outcome."""
    if breaks or outcome is not ForgeryOutcome.INCONCLUSIVE:
        return [*breaks, *evidence, *holds]
    return [*(holds or [reason("EVIDENCE_WEAK")]), *evidence]


def _distinct(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return the reasons without those whose code was given before."""
    first: dict[str, Reason] = {}
    for entry in reasons:
        first.setdefault(entry.code, entry)
    return tuple(first.values())
