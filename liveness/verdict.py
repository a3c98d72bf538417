"""What a session or clip comes to, from everything that was found about it."""

from decision.findings import Weight
from liveness.decision import LivenessPolicy, Rules, decide
from liveness.outcome import LivenessResult
from liveness.texts import reason
from liveness.watch import ClipWatch

# Fewer views than this are a snapshot and no clip.
MIN_VIEWS = 3
# Ends that refuse: the challenges were answered, and not as they were asked.
_BREAKING_ENDS = frozenset({"CHALLENGE_FAILED", "FACE_FLAT"})


def conclude(
    policy: LivenessPolicy, watch: ClipWatch, ended_by: str | None, kept: tuple[str, ...] = ()
) -> LivenessResult:
    """Return the decision.

    ended_by: code of what ended it before its time, None if nothing did. kept: codes of what was
    asked for and done.
    """
    logit = watch.passive.mean_logit()
    broken = [found.code for found in watch.findings.of(Weight.BREAKS)]
    held = [found.code for found in watch.findings.of(Weight.HOLDS)]
    if ended_by is not None and ended_by not in (*broken, *held):
        (broken if ended_by in _BREAKING_ENDS else held).append(ended_by)
    if watch.passive.usable_count < MIN_VIEWS:
        held.append("TOO_FEW_VIEWS")
    rules = Rules(
        broken=tuple(reason(code) for code in broken),
        held=tuple(reason(code) for code in held),
        kept=tuple(reason(code) for code in kept),
    )
    return decide(policy, logit, rules)
