"""Figures about a score that tells two classes apart, by source."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from matplotlib.axes import Axes

from evaluation.areas import Curve, Floats, error_curve
from evaluation.svg import GREY, render

_COLOURS = ("#1d4f91", "#c98a1b", "#0a7d62", "#b3472f", "#6d4a9c", "#3c8fb0", "#8a6d3b")
# More curves than that cannot be told apart; the rest is drawn in grey.
_NAMED_SOURCES = len(_COLOURS)
_DET_TICKS = (0.001, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
_DET_EDGE = 5e-4
_BINS = 40
_QUANTILE = NormalDist().inv_cdf


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The scores of one source; positives are those whose score should be high.

    answered: share of negatives taken for positives, and the other way round, as callers are
    answered; None where one of them was not measured.
    """

    name: str
    positives: Floats
    negatives: Floats
    answered: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class AxisWords:
    """What the axes say of negatives at or above the score, and of positives."""

    false_positives: str
    other: str


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One class of a histogram. columns: the scores of each source."""

    name: str
    colour: str
    columns: Sequence[Floats]


@dataclass(frozen=True, slots=True)
class Bar:
    """What one class of one source was answered. shares: in the order of the legend."""

    name: str
    shares: tuple[float, ...]


def roc_curve(series: Sequence[Series], words: AxisWords) -> str:
    """Draw the share of positives above each score against that of negatives."""

    def draw(axes: Axes) -> None:
        _curves(axes, series, lambda curve: (curve.false_positives, 1 - curve.false_negatives))
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=":")
        axes.set(xlabel=words.false_positives, ylabel=words.other)

    return render("roc", draw)


def det_curve(series: Sequence[Series], words: AxisWords) -> str:
    """Draw both errors on normal-deviate scales; dots: the answers as they are given."""

    def draw(axes: Axes) -> None:
        _curves(
            axes,
            series,
            lambda curve: (_deviate(curve.false_positives), _deviate(curve.false_negatives)),
        )
        for colour, one in _coloured(series):
            if one.answered is not None:
                place = _deviate(np.array(one.answered))
                axes.plot(place[:1], place[1:], "o", color=colour, markersize=5, clip_on=False)
        ticks = _deviate(np.array(_DET_TICKS))
        labels = [f"{tick:.1%}" if tick < 0.01 else f"{tick:.0%}" for tick in _DET_TICKS]
        axes.set_xticks(ticks, labels)
        axes.set_yticks(ticks, labels)
        edges = _deviate(np.array([_DET_EDGE, 1 - _DET_EDGE]))
        axes.set(xlim=edges, ylim=edges)
        axes.set(xlabel=words.false_positives, ylabel=words.other)

    return render("det", draw)


def score_histogram(score: str, sides: Sequence[Side]) -> str:
    """Draw how a score in [0, 1] spreads over both classes, each source the same weight."""

    def draw(axes: Axes) -> None:
        edges = np.linspace(0, 1, _BINS + 1)
        for side in sides:
            shares = [np.histogram(one, edges)[0] / len(one) for one in side.columns if len(one)]
            if shares:
                mean = np.mean(shares, axis=0)
                axes.stairs(mean, edges, color=side.colour, label=side.name, fill=True, alpha=0.35)
                axes.stairs(mean, edges, color=side.colour)
        axes.set(xlabel=score, ylabel="share", xlim=(0, 1))
        if axes.patches:
            axes.legend(frameon=False, loc="upper center")

    return render("scores", draw)


def answer_bars(bars: Sequence[Bar], legend: Sequence[tuple[str, str]]) -> str:
    """Draw what each class was answered. legend: outcomes with their colours."""

    def draw(axes: Axes) -> None:
        left = np.zeros(len(bars))
        names = [bar.name for bar in bars]
        for column, (label, colour) in enumerate(legend):
            widths = np.array([bar.shares[column] for bar in bars])
            axes.barh(names, widths, left=left, color=colour, label=label, height=0.7)
            left += widths
        axes.set(xlabel="share of what was answered", xlim=(0, 1))
        axes.tick_params(axis="y", labelsize=7.5)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))

    return render("answers", draw)


def _curves(
    axes: Axes, series: Sequence[Series], place: Callable[[Curve], tuple[Floats, Floats]]
) -> None:
    for colour, one in _coloured(series):
        label = one.name if colour != GREY else None
        x, y = place(error_curve(one.positives, one.negatives))
        axes.step(x, y, where="post", color=colour, linewidth=1.5, label=label)
    if axes.lines:
        axes.legend(frameon=False, fontsize=8)


def _coloured(series: Sequence[Series]) -> Iterator[tuple[str, Series]]:
    """Yield the sources that have both classes, each with its colour."""
    both = [one for one in series if len(one.positives) and len(one.negatives)]
    for number, one in enumerate(both):
        yield (_COLOURS[number] if number < _NAMED_SOURCES else GREY), one


def _deviate(rates: Floats) -> Floats:
    bounded = np.clip(rates, _DET_EDGE, 1 - _DET_EDGE)
    return np.array([_QUANTILE(float(rate)) for rate in bounded])
