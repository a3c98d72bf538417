"""What a curve of agreement means: in step, shifted, of somebody else, or not to be told."""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from deepfake.sync.spoken_mouth import STEP_S
from deepfake.sync.step_curve import MAX_LAG, StepCurve
from vision.geometry import Floats

# Recordings and links delay sound; in the development clips it comes 0 to 180 ms behind the lips.
NEAR_S = 0.3
# Less speech before moving lips says nothing.
MIN_SPEECH_S = 1.2
# Shifts between the two are neither likely nor out of the question.
FAR_S = 0.44
# From here on a shift is the one: agreement times the root of the seconds, and how much worse every
# other is. They are low, and give no pass; docs/deepfake-sound.md says what clips show.
CLEAR_EVIDENCE, CLEAR_LEAD = 0.5, 0.02
# A peak at the end of what is searched goes on rising outside of it.
_RIM = 3
# Shifts that are nearer to the best one than this are the same peak.
_PEAK_S = 0.14


class Step(Enum):
    """How sound and lips go together."""

    TOGETHER = "TOGETHER"
    SHIFTED = "SHIFTED"
    ANOTHER = "ANOTHER"  # They agree as well where they cannot: it is not this mouth.
    UNCLEAR = "UNCLEAR"


@dataclass(frozen=True, slots=True)
class StepVerdict:
    """What was found.

    offset_s: how much later than the lips sound is where they agree best: any shift that was
    searched if SHIFTED, else a small one. agreement: there, in [0, 1]. lead: by how much any
    other shift is worse. evidence: agreement times the root of the seconds of speech.
    """

    step: Step
    offset_s: float
    agreement: float
    lead: float
    evidence: float


def judge(curve: StepCurve) -> StepVerdict | None:
    """Return what a curve means; None where too little was spoken by lips in view."""
    agreement = curve.agreement
    reach = round(NEAR_S / STEP_S)
    near = agreement[MAX_LAG - reach : MAX_LAG + reach + 1]
    if curve.speech_s < MIN_SPEECH_S or not np.isfinite(near).any():
        return None
    best = int(np.nanargmax(agreement))
    nearest = MAX_LAG - reach + int(np.nanargmax(near))
    lag = abs(best - MAX_LAG)
    is_shifted = reach < lag <= MAX_LAG - _RIM and _is_clear(curve, best)
    place = best if is_shifted else nearest
    step = Step.UNCLEAR
    if is_shifted:
        step = Step.SHIFTED
    elif float(agreement[nearest]) < _far(agreement):
        step = Step.ANOTHER
    elif _is_clear(curve, nearest):
        step = Step.TOGETHER
    value = float(agreement[place])
    return StepVerdict(
        step=step,
        offset_s=_refined(curve, place),
        agreement=value,
        lead=_lead(curve, place),
        evidence=_evidence(curve, place),
    )


def _evidence(curve: StepCurve, place: int) -> float:
    return float(curve.agreement[place]) * math.sqrt(curve.speech_s)


def _is_clear(curve: StepCurve, place: int) -> bool:
    return _evidence(curve, place) >= CLEAR_EVIDENCE and _lead(curve, place) >= CLEAR_LEAD


def _far(agreement: Floats) -> float:
    """Return the best agreement at a shift that no link has."""
    lags_s = np.abs(np.arange(len(agreement)) - MAX_LAG) * STEP_S
    far = agreement[(lags_s > FAR_S) & np.isfinite(agreement)]
    return float(far.max()) if len(far) else 0.0


def _lead(curve: StepCurve, place: int) -> float:
    """Return by how much a shift is better than every one that is not of its peak."""
    apart = np.abs(np.arange(len(curve.agreement)) - place) * STEP_S > _PEAK_S
    others = curve.agreement[apart & np.isfinite(curve.agreement)]
    return float(curve.agreement[place] - others.max()) if len(others) else 0.0


def _refined(curve: StepCurve, place: int) -> float:
    """Return the top of the parabola through a peak and its neighbours, in seconds."""
    offset = 0.0
    if 0 < place < len(curve.agreement) - 1:
        before, peak, after = (float(value) for value in curve.agreement[place - 1 : place + 2])
        bend = before - 2 * peak + after
        if math.isfinite(bend) and bend < 0:
            offset = min(max(0.5 * (before - after) / bend, -0.5), 0.5)
    return (place - MAX_LAG + offset) * STEP_S
