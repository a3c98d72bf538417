"""Scores of sources that the model scoring them has not seen, and rates that nobody chose for them.

`unseen` scores each source by a model of all the others. What is decided about a source is
nested once more: calibration and operating point come from the other sources' scores, each by a
model that saw neither it nor the source that is judged.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from decision.calibration import Calibration, LabelledScores, fit_calibration
from decision.fusion import OperatingPoint
from training.pad_fit import Column, Flags, LinearHead, Names, Table, balance

Fit = Callable[[Flags], LinearHead]
"""From the rows that may be learned from, (N,) bool, to a head."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """What is known of (N,) rows."""

    is_live: Flags
    sources: Names

    @property
    def names(self) -> tuple[str, ...]:
        """The sources in order."""
        return tuple(str(name) for name in np.unique(self.sources))

    def of(self, source: str) -> Flags:
        """Return the rows of a source."""
        return np.asarray(self.sources == source, np.bool_)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operating point may cost on the sources that it is chosen on.

    max_apcer: share of attacks accepted. max_bpcer: share of live ones rejected.
    """

    max_apcer: float
    max_bpcer: float


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """Logits by models without one source, and without two.

    single: (N,), each row by the model of the other sources. paired: by (scored, also left
    out), the logits of the scored source's rows.
    """

    single: Column
    paired: Mapping[tuple[str, str], Column]


def score_left_out(labelled: Labelled, judged: Table, fit: Fit) -> Column:
    """Fit without each source, and score it; (N,) log-odds."""
    logits = np.empty(len(labelled.is_live))
    for source in labelled.names:
        own = labelled.of(source)
        logits[own] = fit(~own).logits(judged[own])
    return logits


def score_unseen(labelled: Labelled, judged: Table, fit: Fit) -> Unseen:
    """Fit without each source and without each two, and score what was left out."""
    single = score_left_out(labelled, judged, fit)
    paired: dict[tuple[str, str], Column] = {}
    for one, other in itertools.combinations(labelled.names, 2):
        head = fit(~labelled.of(one) & ~labelled.of(other))
        for scored, also in ((one, other), (other, one)):
            paired[scored, also] = head.logits(judged[labelled.of(scored)])
    return Unseen(single, paired)


def calibrate(labelled: Labelled, logits: Column, data: str) -> Calibration:
    """Fit on scores by models that had not seen their sources."""
    scores = LabelledScores(logits, labelled.is_live, [str(name) for name in labelled.sources])
    return fit_calibration(scores, data)


def choose_point(labelled: Labelled, llrs: Column, limits: Limits) -> OperatingPoint:
    """Return the point that keeps both limits, every source counting the same.

    Where the limits would cross, everything is decided, half way between them.
    """
    weights = balance(labelled.is_live, labelled.sources)
    live = labelled.is_live
    accept = weighted_quantile(llrs[~live], weights[~live], 1 - limits.max_apcer)
    reject = weighted_quantile(llrs[live], weights[live], limits.max_bpcer)
    if reject > accept:
        accept = reject = (accept + reject) / 2
    return OperatingPoint(accept, reject)


def weighted_quantile(values: Column, weights: Column, share: float) -> float:
    """Return the value below which this share of the weight lies."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    place = min(int(np.searchsorted(reached, share)), len(values) - 1)
    return float(values[order][place])


@dataclass(frozen=True, slots=True)
class NestedRule:
    """How one source is decided by what the other sources taught."""

    calibration: Calibration
    point: OperatingPoint


def nested_rule(labelled: Labelled, unseen: Unseen, source: str, limits: Limits) -> NestedRule:
    """Return calibration and point for `source`, from scores of models that never saw it."""
    others = ~labelled.of(source)
    rest = Labelled(labelled.is_live[others], labelled.sources[others])
    logits = np.empty(len(labelled.is_live))
    for name in rest.names:
        logits[labelled.of(name)] = unseen.paired[name, source]
    calibration = calibrate(rest, logits[others], f"all sources but {source}")
    llrs = llrs_of(calibration, logits[others])
    return NestedRule(calibration, choose_point(rest, llrs, limits))


def llrs_of(calibration: Calibration, logits: Sequence[float] | Column) -> Column:
    """Return the calibrated log-likelihood ratios."""
    return np.array([calibration.llr(float(logit)) for logit in logits], np.float64)
