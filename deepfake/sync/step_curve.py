"""How well lips and sound go together if one is shifted against the other.

Both are compared by how fast they change and not by where they stand: neighbouring instants of a
mouth are alike, so that two unrelated ones agree by chance for long; of their changes that holds
much less.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepfake.sync.lips import GAP, JAW, PUCKER, ROLL, SPREAD, Bools
from deepfake.sync.spoken_mouth import CLOSURE, LOUDNESS, OPENING, STEP_S, WIDTH
from vision.geometry import Floats

MAX_LAG = 60
"""In steps of 20 ms: sound is looked for from 1.2 s before the lips to 1.2 s behind them."""
# What of the sound goes with what of the lips, and which way, in three groups of which each counts
# only where it goes the right way: one face shows its vowels in the gap, another in the corners.
# Set from what the parts are, not fitted to anybody's face.
_Pair = tuple[int, int, int]
_GROUPS: tuple[tuple[float, tuple[_Pair, ...]], ...] = (
    (1.5, ((OPENING, GAP, 1), (OPENING, JAW, 1), (LOUDNESS, GAP, 1))),
    (1.0, ((CLOSURE, GAP, -1), (CLOSURE, ROLL, 1))),
    (1.0, ((WIDTH, SPREAD, 1), (WIDTH, PUCKER, -1))),
)
# Width of the smoothing and of the kernel that does it, in steps.
_SMOOTHING, _REACH = 1.5, 6
# Fewer steps with speech and lips say nothing of one shift.
MIN_STEPS = 40


@dataclass(frozen=True, slots=True, eq=False)
class StepCurve:
    """Agreement by lag, and of how many seconds of speech it was taken.

    agreement: (121,) float32 in [0, 1], NaN where too little overlaps; place 60 is no shift, and
    behind it sound is late.
    """

    agreement: Floats
    speech_s: float

    @classmethod
    def joined(cls, curves: "Sequence[StepCurve]") -> "StepCurve":
        """Return the mean of one or more, each as heavy as it is long."""
        agreements = np.stack([curve.agreement for curve in curves])
        weights = np.array([[curve.speech_s] for curve in curves]) * np.isfinite(agreements)
        total = weights.sum(axis=0)
        mean = (np.nan_to_num(agreements) * weights).sum(axis=0) / np.where(
            total > 0, total, np.nan
        )
        return cls(mean.astype(np.float32), sum(curve.speech_s for curve in curves))


def compare(lips: Floats, is_seen: Bools, mouth: Floats, is_spoken: Bools) -> StepCurve:
    """Return how well lips agree with sound, shift by shift.

    lips: (T, 5), is_seen: (T,). mouth: (T + 120, 4), is_spoken: (T + 120,): of the sound, which
    begins 60 steps before the lips and ends 60 behind them.
    """
    lips_speed, mouth_speed = speed(lips), speed(mouth)
    agreement = np.full(2 * MAX_LAG + 1, np.nan, np.float32)
    for place in range(2 * MAX_LAG + 1):
        here = is_seen & is_spoken[place : place + len(lips)]
        if here.sum() >= MIN_STEPS:
            said = mouth_speed[place : place + len(lips)][here]
            agreement[place] = _agreement(lips_speed[here], said)
    middle = is_seen & is_spoken[MAX_LAG : MAX_LAG + len(lips)]
    return StepCurve(agreement, float(middle.sum()) * STEP_S)


def _agreement(lips: Floats, said: Floats) -> float:
    """Return the root of the groups' mean square, in [0, 1]."""
    correlations = _standardised(said).T @ _standardised(lips) / len(lips)
    squares = total = 0.0
    for weight, pairs in _GROUPS:
        mean = sum(sign * float(correlations[s, v]) for s, v, sign in pairs) / len(pairs)
        squares += weight * max(mean, 0.0) ** 2
        total += weight
    return math.sqrt(squares / total)


def _standardised(values: Floats) -> Floats:
    values = values - values.mean(axis=0)
    return np.asarray(values / (np.sqrt((values**2).mean(axis=0)) + 1e-6), np.float32)


def speed(values: Floats) -> Floats:
    """Return the slope of every column, smoothed; its unit does not matter."""
    places = np.arange(-_REACH, _REACH + 1)
    kernel = places * np.exp(-0.5 * (places / _SMOOTHING) ** 2)
    padded = np.pad(values, ((_REACH, _REACH), (0, 0)), mode="edge")
    columns = [np.convolve(column, kernel, "valid") for column in padded.T]
    return np.stack(columns, axis=1).astype(np.float32)
