"""Shares of what was answered, with intervals, and which rows are drawn together.

Intervals are percentiles of a bootstrap over clusters, since frames of one recording are not
independent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.bootstrap import CONFIDENCE, Interval, interval

Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]
REPLICATES = 500
SEED = 20_261_124
# Rows in a run, and runs at least, for there is nothing to draw from with one or two.
NEIGHBOURS, MIN_RUNS = 10, 10
INTERVAL_METHOD = (
    "percentiles of a bootstrap over recordings or runs of neighbouring rows, over sources where "
    "several are pooled; exact "
    "binomial (Clopper and Pearson) where no presentation or every one was counted"
)


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
        return Share(count, total, unanimous(count > 0, len(sizes)))
    if len(sizes) == 1:
        return Share(count, total, None)
    rng = np.random.default_rng(seed)
    shares = np.empty(replicates)
    for replicate in range(replicates):
        drawn = draw(len(sizes), rng)
        shares[replicate] = (drawn @ hits) / (drawn @ sizes)
    return Share(count, total, interval(shares))


def unanimous(is_always: bool, clusters: int) -> Interval:
    """Return the exact limits of a share of which none, or all, of some clusters were seen."""
    margin = float(((1 - CONFIDENCE) / 2) ** (1 / clusters))
    return Interval(margin, 1.0) if is_always else Interval(0.0, 1 - margin)


def draw(count: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return (count,): how often each cluster comes when as many are drawn with replacement."""
    return np.bincount(rng.integers(0, count, count), minlength=count)
