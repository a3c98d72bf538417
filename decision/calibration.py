"""From a score to a natural-log likelihood ratio, fitted on labelled scores.

Logistic regression of the label on one score (Platt, "Probabilistic outputs for support vector
machines", 1999), weighted to equal priors, so that what is left is the evidence alone and no
share of the training data (Bruemmer and du Preez, "Application-independent evaluation of
speaker detection", Computer Speech & Language 20, 2006). Cllr is theirs as well.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from base.errors import InvalidArgumentError

FloatArray = npt.NDArray[np.float64]

MIN_SOURCES = 2
# On scores scaled to unit spread; keeps the slope finite where the classes do not overlap.
_RIDGE = 1e-3
_MAX_STEPS = 100
_STEP_TOLERANCE = 1e-10
_MAX_EXPONENT = 500.0


@dataclass(frozen=True, slots=True, eq=False)
class LabelledScores:
    """Scores of which it is known what they are.

    scores: (N,) float64, finite. is_claim: (N,) bool, True where the claim holds.
    sources: (N,) names of the data set or device that each came from.
    """

    scores: FloatArray
    is_claim: npt.NDArray[np.bool_]
    sources: Sequence[str]

    def __post_init__(self) -> None:
        if self.scores.ndim != 1 or self.is_claim.shape != self.scores.shape:
            raise ValueError(
                f"expected two columns of one length, got {self.scores.shape} scores and "
                f"{self.is_claim.shape} labels"
            )
        if len(self.sources) != len(self.scores) or not np.isfinite(self.scores).all():
            raise ValueError("every score must be finite and have a source")


@dataclass(frozen=True, slots=True)
class Calibration:
    """llr = slope * score + offset, held within what the data can vouch for.

    min_llr, max_llr: nothing beyond these is ever claimed (negative, positive).
    provenance: the data and counts behind it, for the record.
    """

    slope: float
    offset: float
    min_llr: float
    max_llr: float
    provenance: str

    def __post_init__(self) -> None:
        numbers = (self.slope, self.offset, self.min_llr, self.max_llr)
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"a calibration must be finite, got {numbers}")
        if not self.min_llr <= 0 <= self.max_llr:
            raise ValueError(f"limits must enclose 0, got {self.min_llr} and {self.max_llr}")

    def llr(self, score: float) -> float:
        """Return the natural-log likelihood ratio of a finite score; 0 says nothing."""
        return min(max(self.slope * score + self.offset, self.min_llr), self.max_llr)

    def to_plain(self) -> dict[str, float | str]:
        """Return what `from_plain` reads, ready for JSON or TOML."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_plain(cls, plain: Mapping[str, float | str]) -> Self:
        """Read what `to_plain` returned. Raises InvalidArgumentError."""
        if set(plain) != set(cls.__dataclass_fields__):
            raise InvalidArgumentError(
                f"a calibration has the fields {', '.join(cls.__dataclass_fields__)}; "
                f"got {', '.join(sorted(plain))}",
                field="calibration",
            )
        try:
            numbers = {key: float(value) for key, value in plain.items() if key != "provenance"}
            return cls(**numbers, provenance=str(plain["provenance"]))
        except ValueError as error:
            raise InvalidArgumentError(
                "a calibration's limits must be finite numbers that enclose 0",
                field="calibration",
            ) from error


def fit_calibration(labelled: LabelledScores, data: str) -> Calibration:
    """Fit slope, offset and limits; every source counts the same within its class.

    data: what was scored and by which model, the beginning of the provenance.
    Raises InvalidArgumentError unless both classes come from at least two sources each: with
    one source a score may tell sources apart and nothing else.
    """
    _check_sources(labelled)
    scores = labelled.scores
    centre, spread = float(scores.mean()), float(scores.std()) or 1.0
    slope, offset = _fit_logistic(
        (scores - centre) / spread, labelled.is_claim.astype(np.float64), _weights(labelled)
    )
    claims = int(labelled.is_claim.sum())
    others = len(scores) - claims
    return Calibration(
        slope=slope / spread,
        offset=offset - slope * centre / spread,
        # With n of the other class seen and none of them here, the rate of such a score among
        # them is not known to be below 1 / (n + 1).
        min_llr=-math.log(claims + 1),
        max_llr=math.log(others + 1),
        provenance=f"{data}: {claims} for and {others} against, "
        f"{len(set(labelled.sources))} sources",
    )


def cllr(llrs: FloatArray, is_claim: npt.NDArray[np.bool_]) -> float:
    """Return the cost of a set of likelihood ratios in bits; 0 is perfect, 1 says nothing.

    Raises InvalidArgumentError if a class is missing.
    """
    if is_claim.all() or not is_claim.any():
        raise InvalidArgumentError("Cllr needs both classes", field="is_claim")
    misses = np.logaddexp(0.0, -llrs[is_claim]).mean()
    false_alarms = np.logaddexp(0.0, llrs[~is_claim]).mean()
    return float((misses + false_alarms) / (2 * math.log(2)))


def _sources_of(labelled: LabelledScores, claim: bool) -> set[str]:
    pairs = zip(labelled.sources, labelled.is_claim, strict=True)
    return {source for source, is_claim in pairs if bool(is_claim) is claim}


def _check_sources(labelled: LabelledScores) -> None:
    for claim in (True, False):
        found = len(_sources_of(labelled, claim))
        if found < MIN_SOURCES:
            raise InvalidArgumentError(
                f"scores {'for' if claim else 'against'} the claim come from {found} source(s); "
                f"a calibration needs both classes from at least {MIN_SOURCES}",
                field="sources",
                sources=found,
            )


def _weights(labelled: LabelledScores) -> FloatArray:
    """Return (N,) weights: each class sums to 1/2, each source to its equal share of that."""
    names = np.asarray(labelled.sources)
    weights = np.zeros(len(names))
    for claim in (True, False):
        sources = _sources_of(labelled, claim)
        for source in sources:
            rows = (names == source) & (labelled.is_claim == claim)
            weights[rows] = 0.5 / len(sources) / rows.sum()
    return weights


def _fit_logistic(x: FloatArray, y: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Return slope and offset by Newton's method with step halving, the slope ridged."""
    beta = np.zeros(2)
    design = np.column_stack([x, np.ones_like(x)])
    ridge = np.diag([_RIDGE, 0.0])
    loss = _loss(design, y, weights, beta)
    for _ in range(_MAX_STEPS):
        share = _sigmoid(design @ beta)
        gradient = design.T @ (weights * (share - y)) + ridge @ beta
        curvature = design.T @ (design * (weights * share * (1 - share))[:, None]) + ridge
        # A flat direction (all weight on certain rows) must not make the system singular.
        step = np.linalg.solve(curvature + 1e-12 * np.eye(2), gradient)
        new_loss = _loss(design, y, weights, beta - step)
        while new_loss > loss and np.abs(step).max() > _STEP_TOLERANCE:
            step = step / 2
            new_loss = _loss(design, y, weights, beta - step)
        beta, loss = beta - step, new_loss
        if np.abs(step).max() <= _STEP_TOLERANCE:
            break
    return float(beta[0]), float(beta[1])


def _loss(design: FloatArray, y: FloatArray, weights: FloatArray, beta: FloatArray) -> float:
    margins = (2 * y - 1) * (design @ beta)
    return float(weights @ np.logaddexp(0.0, -margins) + 0.5 * _RIDGE * beta[0] ** 2)


def _sigmoid(x: FloatArray) -> FloatArray:
    bounded = np.clip(x, -_MAX_EXPONENT, _MAX_EXPONENT)
    return np.asarray(1.0 / (1.0 + np.exp(-bounded)), np.float64)
