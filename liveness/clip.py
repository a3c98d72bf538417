"""One clip that nobody was guided through, judged by what it looks like and by every rule."""

from collections.abc import Iterable

from liveness.decision import LivenessPolicy
from liveness.look import FrameLook
from liveness.outcome import LivenessResult
from liveness.verdict import conclude
from liveness.watch import ClipWatch
from vision.continuity.holding import Holding
from vision.continuity.order import MIN_FPS

# Somebody else in the picture for longer than this leaves open who is meant.
MAX_COMPANY_S = 0.5


def judge_clip(
    looks: Iterable[FrameLook], watch: ClipWatch, policy: LivenessPolicy
) -> LivenessResult:
    """Return the decision on a whole clip."""
    company, has_company, advice = Holding(), False, None
    for look in looks:
        seen = watch.push(look)
        is_crowd = seen.presence.is_face and not seen.presence.is_alone
        has_company |= company.update(is_crowd, seen.time_s) >= MAX_COMPANY_S
        advice = seen.advice if seen.is_next else advice
    return conclude(policy, watch, _why_not(watch, has_company, advice))


def _why_not(watch: ClipWatch, has_company: bool, advice: str | None) -> str | None:
    """Return why the clip cannot be accepted, by the code of the reason; None if it can."""
    if has_company:
        return "SECOND_FACE"
    if not watch.face_count:
        return advice if advice in ("MORE_LIGHT", "LESS_LIGHT") else "NO_FACE"
    # Cuts and repetitions hide between frames that are far apart.
    return "TOO_FEW_FRAMES" if watch.order.mean_fps < MIN_FPS else None
