"""Rates of attack detection in the terms of ISO/IEC 30107-3, with intervals.

A presentation is answered LIVE, SPOOF or INCONCLUSIVE, or gets no response. Rates of the first
three are shares of what was answered; non-response is a rate of its own. Intervals are
percentiles of a bootstrap over clusters, since frames of one recording are not independent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.bootstrap import CONFIDENCE, Interval, interval

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]
REPLICATES = 500
SEED = 20_261_124
# Rows in a run, and runs at least, for there is nothing to draw from with one or two.
NEIGHBOURS, MIN_RUNS = 10, 10


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with the interval of the share; None where nothing was counted."""

    count: int
    total: int
    interval: Interval | None

    @property
    def value(self) -> float | None:
        """The share itself, None where nothing was counted."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True, eq=False)
class AucResult:
    """Area under the ROC curve, with what each replicate gave, (B,)."""

    value: float
    interval: Interval
    replicates: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Both error rates at every threshold between the scores, from the lowest to the highest.

    apcers: share of attacks at or above it. bpcers: share of live ones below it.
    """

    apcers: Floats
    bpcers: Floats


def clusters_of(clips: Sequence[str], groups: Sequence[str]) -> Indices:
    """Return (N,) numbers from 0; rows of one number are drawn together.

    clips: the recording of each row. Of rows without one, runs of neighbours within a group,
    such as a source and class, count as one: lists of frames keep their order, and where they
    do not, drawing strangers together changes nothing.
    """
    numbers: dict[tuple[str, str, int], int] = {}
    lone = Counter(group for clip, group in zip(clips, groups, strict=True) if not clip)
    seen: Counter[str] = Counter()
    rows = []
    for clip, group in zip(clips, groups, strict=True):
        run = seen[group] // max(1, min(NEIGHBOURS, lone[group] // MIN_RUNS)) if not clip else 0
        seen[group] += not clip
        rows.append(numbers.setdefault((group, clip, run), len(numbers)))
    return np.array(rows, np.intp)


def share_of(
    is_counted: Flags, clusters: Indices, replicates: int = REPLICATES, seed: int = SEED
) -> Share:
    """Return the share of (N,) rows that are counted; without an interval if one cluster is all.

    Where none or all are, drawing again shows nothing: the limit is then the exact binomial one
    (Clopper and Pearson, 1934) for as many presentations as there are clusters.
    """
    total, count = len(is_counted), int(is_counted.sum())
    if not total:
        return Share(0, 0, None)
    compact = np.unique(clusters, return_inverse=True)[1]
    hits = np.bincount(compact, is_counted)
    sizes = np.bincount(compact)
    if count in (0, total):
        return Share(count, total, _unanimous(count > 0, len(sizes)))
    if len(sizes) == 1:
        return Share(count, total, None)
    rng = np.random.default_rng(seed)
    shares = np.empty(replicates)
    for replicate in range(replicates):
        drawn = _draw(len(sizes), rng)
        shares[replicate] = (drawn @ hits) / (drawn @ sizes)
    return Share(count, total, interval(shares))


def auc_of(
    live: Floats,
    attacks: Floats,
    live_clusters: Indices,
    attack_clusters: Indices,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> AucResult:
    """Return how often a live score is above an attack's, ties counted half.

    Both classes are drawn apart, cluster by cluster; where no pair is in the wrong order, or none
    in the right one, the limit is the exact one for as many pairs as the smaller class has
    clusters. Raises ValueError if a class is empty.
    """
    if not len(live) or not len(attacks):
        raise ValueError("an area under the curve needs both classes")
    order = np.argsort(np.concatenate([live, attacks]), kind="stable")
    scores = np.concatenate([live, attacks])[order]
    # Rows of one score share a level, from which ties are counted half.
    levels = np.concatenate([[0], np.cumsum(np.diff(scores) > 0)]).astype(np.intp)
    is_live = (np.arange(len(scores)) < len(live))[order]
    sides = [
        np.unique(clusters, return_inverse=True)[1] for clusters in (live_clusters, attack_clusters)
    ]
    rng = np.random.default_rng(seed)
    areas = np.empty(replicates)
    for replicate in range(replicates):
        drawn = np.concatenate([_draw(int(side.max()) + 1, rng)[side] for side in sides])[order]
        areas[replicate] = _area(levels, is_live, drawn.astype(np.float64))
    value = _area(levels, is_live, np.ones(len(scores)))
    if value in (0.0, 1.0):
        clusters = min(int(side.max()) + 1 for side in sides)
        return AucResult(value, _unanimous(value > 0, clusters), areas)
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


def error_curve(live: Floats, attacks: Floats) -> Curve:
    """Return both error rates at each score that occurs, and above the highest one."""
    thresholds = np.append(np.unique(np.concatenate([live, attacks])), np.inf)
    below_attacks = np.searchsorted(np.sort(attacks), thresholds, side="left")
    below_live = np.searchsorted(np.sort(live), thresholds, side="left")
    return Curve(1 - below_attacks / len(attacks), below_live / len(live))


def equal_error(curve: Curve) -> float:
    """Return the rate at which both errors are nearest to each other."""
    nearest = int(np.argmin(np.abs(curve.apcers - curve.bpcers)))
    return float((curve.apcers[nearest] + curve.bpcers[nearest]) / 2)


def _unanimous(is_always: bool, clusters: int) -> Interval:
    """Return the exact limits of a share of which none, or all, of some clusters were seen."""
    margin = float(((1 - CONFIDENCE) / 2) ** (1 / clusters))
    return Interval(margin, 1.0) if is_always else Interval(0.0, 1 - margin)


def _draw(count: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return (count,): how often each cluster comes when as many are drawn with replacement."""
    return np.bincount(rng.integers(0, count, count), minlength=count)


def _area(levels: Indices, is_live: Flags, weights: Floats) -> float:
    live = np.bincount(levels, weights * is_live)
    attacks = np.bincount(levels, weights * ~is_live)
    below = np.cumsum(attacks) - attacks
    return float((live * (below + attacks / 2)).sum() / (live.sum() * attacks.sum()))
