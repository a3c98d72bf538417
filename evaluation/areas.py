"""How well a score tells two classes apart: area under the ROC curve, both errors at each score.

Positives are those whose score should be high: living people of a live score, forgeries of a fake
score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.bootstrap import Interval, interval
from evaluation.shares import REPLICATES, SEED, Flags, Indices, draw, unanimous

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AucResult:
    """Area under the ROC curve, with what each replicate gave, (B,)."""

    value: float
    interval: Interval
    replicates: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Both error rates at every threshold between the scores, from the lowest to the highest.

    false_positives: share of negatives at or above it. false_negatives: of positives below it.
    """

    false_positives: Floats
    false_negatives: Floats


def auc_of(
    positives: Floats,
    negatives: Floats,
    positive_clusters: Indices,
    negative_clusters: Indices,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> AucResult:
    """Return how often a positive's score is above a negative's, ties counted half.

    Both classes are drawn apart, cluster by cluster; where no pair is in the wrong order, or none
    in the right one, the limit is the exact one for as many pairs as the smaller class has
    clusters. Raises ValueError if a class is empty.
    """
    if not len(positives) or not len(negatives):
        raise ValueError("an area under the curve needs both classes")
    order = np.argsort(np.concatenate([positives, negatives]), kind="stable")
    scores = np.concatenate([positives, negatives])[order]
    # Rows of one score share a level, from which ties are counted half.
    levels = np.concatenate([[0], np.cumsum(np.diff(scores) > 0)]).astype(np.intp)
    is_positive = (np.arange(len(scores)) < len(positives))[order]
    sides = [
        np.unique(clusters, return_inverse=True)[1]
        for clusters in (positive_clusters, negative_clusters)
    ]
    rng = np.random.default_rng(seed)
    areas = np.empty(replicates)
    for replicate in range(replicates):
        drawn = np.concatenate([draw(int(side.max()) + 1, rng)[side] for side in sides])[order]
        areas[replicate] = _area(levels, is_positive, drawn.astype(np.float64))
    value = _area(levels, is_positive, np.ones(len(scores)))
    if value in (0.0, 1.0):
        clusters = min(int(side.max()) + 1 for side in sides)
        return AucResult(value, unanimous(value > 0, clusters), areas)
    return AucResult(value, interval(areas), areas)


def mean_auc(aucs: Sequence[AucResult], seed: int = SEED) -> tuple[float, Interval] | None:
    """Return the mean over sources, with sources drawn as well as what lies in them.

    None without a source that has both classes.
    """
    if not aucs:
        return None
    rng = np.random.default_rng(seed)
    table = np.stack([auc.replicates for auc in aucs])
    rows = rng.integers(0, len(aucs), (table.shape[1], len(aucs)))
    means = table[rows, np.arange(table.shape[1])[:, None]].mean(axis=1)
    return float(np.mean([auc.value for auc in aucs])), interval(means)


def error_curve(positives: Floats, negatives: Floats) -> Curve:
    """Return both error rates at each score that occurs, and above the highest one."""
    thresholds = np.append(np.unique(np.concatenate([positives, negatives])), np.inf)
    below_negative = np.searchsorted(np.sort(negatives), thresholds, side="left")
    below_positive = np.searchsorted(np.sort(positives), thresholds, side="left")
    return Curve(1 - below_negative / len(negatives), below_positive / len(positives))


def equal_error(curve: Curve) -> float:
    """Return the rate at which both errors are nearest to each other."""
    nearest = int(np.argmin(np.abs(curve.false_positives - curve.false_negatives)))
    return float((curve.false_positives[nearest] + curve.false_negatives[nearest]) / 2)


def _area(levels: Indices, is_positive: Flags, weights: Floats) -> float:
    positives = np.bincount(levels, weights * is_positive)
    negatives = np.bincount(levels, weights * ~is_positive)
    below = np.cumsum(negatives) - negatives
    return float((positives * (below + negatives / 2)).sum() / (positives.sum() * negatives.sum()))
