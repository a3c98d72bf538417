"""Scores of sources that the model scoring them has not seen, and rates that nobody chose for them.

`leave_out` makes a model of all other sources for each. What is decided about a source is
nested once more: calibration and operating point come from the other sources' scores, each by a
model that saw neither it nor the source that is judged.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from base.errors import InvalidArgumentError
from decision.calibration import Calibration, LabelledScores, fit_calibration
from decision.fusion import OperatingPoint
from training.pad_fit import Column, Flags, LinearHead, Names, Table, balance

MIN_SOURCES = 4
"""What is decided about one rests on models without two, which need both classes of two more."""
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


def check_sources(labelled: Labelled) -> None:
    """Refuse pictures that nobody can learn from source by source.

    Raises InvalidArgumentError unless four sources or more have live pictures and attacks each.
    """
    names = labelled.names
    lone = [name for name in names if len(set(labelled.is_live[labelled.of(name)].tolist())) < 2]
    if lone or len(names) < MIN_SOURCES:
        raise InvalidArgumentError(
            f"expected at least {MIN_SOURCES} sources with live pictures and attacks each; got "
            f"{len(names)}, of one class only: {', '.join(lone) or 'none'}",
            field="manifest",
        )


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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Heads that have not seen a source, and heads that have not seen two, by name."""

    single: Mapping[str, LinearHead]
    paired: Mapping[frozenset[str], LinearHead]

    def score(self, labelled: Labelled, judged: Table) -> Unseen:
        """Score every source by the heads that have not seen it. judged: (N, D)."""
        logits = np.empty(len(labelled.is_live))
        for source, head in self.single.items():
            logits[labelled.of(source)] = head.logits(judged[labelled.of(source)])
        paired = {
            (scored, also): head.logits(judged[labelled.of(scored)])
            for names, head in self.paired.items()
            for scored, also in itertools.permutations(sorted(names))
        }
        return Unseen(logits, paired)


def leave_out(labelled: Labelled, fit: Fit, pairs: bool = True) -> LeftOut:
    """Fit without each source and, for what is decided about it, without each two."""
    single = {source: fit(~labelled.of(source)) for source in labelled.names}
    paired = {
        frozenset(names): fit(~labelled.of(names[0]) & ~labelled.of(names[1]))
        for names in itertools.combinations(labelled.names, 2)
        if pairs
    }
    return LeftOut(single, paired)


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
