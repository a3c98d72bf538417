"""The figures of an attack-detection report."""

from collections.abc import Callable, Iterator
from statistics import NormalDist

import numpy as np
from matplotlib.axes import Axes

from evaluation.pad.metrics import Curve, Floats, error_curve
from evaluation.pad.result import PadResult, SourceResult
from evaluation.svg import BAD_COLOUR, GOOD_COLOUR, GREY, render

_COLOURS = ("#1d4f91", "#c98a1b", "#0a7d62", "#b3472f", "#6d4a9c", "#3c8fb0", "#8a6d3b")
# More curves than that cannot be told apart; the rest is drawn in grey.
_NAMED_SOURCES = len(_COLOURS)
_DET_TICKS = (0.001, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
_DET_EDGE = 5e-4
_BINS = 40
_QUANTILE = NormalDist().inv_cdf


def roc_curve(result: PadResult) -> str:
    """Draw the share of live people above each score against that of attacks, by source."""

    def draw(axes: Axes) -> None:
        _curves(axes, result, lambda curve: (curve.apcers, 1 - curve.bpcers))
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=":")
        axes.set(xlabel="attacks at or above the score (APCER)")
        axes.set(ylabel="live ones at or above it (1 - BPCER)")

    return render("roc", draw)


def det_curve(result: PadResult) -> str:
    """Draw BPCER against APCER on normal-deviate scales; dots: the answers as they are given."""

    def draw(axes: Axes) -> None:
        _curves(axes, result, lambda curve: (_deviate(curve.apcers), _deviate(curve.bpcers)))
        for colour, source in _coloured(result):
            apcers = [one.apcer.value for one in source.species if one.apcer.value is not None]
            bpcer = source.live.bpcer.value
            if apcers and bpcer is not None:
                place = _deviate(np.array([max(apcers), bpcer]))
                axes.plot(place[:1], place[1:], "o", color=colour, markersize=5, clip_on=False)
        ticks = _deviate(np.array(_DET_TICKS))
        labels = [f"{tick:.1%}" if tick < 0.01 else f"{tick:.0%}" for tick in _DET_TICKS]
        axes.set_xticks(ticks, labels)
        axes.set_yticks(ticks, labels)
        edges = _deviate(np.array([_DET_EDGE, 1 - _DET_EDGE]))
        axes.set(xlim=edges, ylim=edges)
        axes.set(xlabel="attacks taken for live (APCER)")
        axes.set(ylabel="live ones taken for attacks (BPCER)")

    return render("det", draw)


def score_histogram(result: PadResult) -> str:
    """Draw how the live scores of live people and of attacks spread, each source the same."""

    def draw(axes: Axes) -> None:
        edges = np.linspace(0, 1, _BINS + 1)
        sides = (
            ("attacks", BAD_COLOUR, [source.attack_scores for source in result.sources]),
            ("live", GOOD_COLOUR, [source.live_scores for source in result.sources]),
        )
        for label, colour, columns in sides:
            shares = [np.histogram(one, edges)[0] / len(one) for one in columns if len(one)]
            if shares:
                mean = np.mean(shares, axis=0)
                axes.stairs(mean, edges, color=colour, label=label, fill=True, alpha=0.35)
                axes.stairs(mean, edges, color=colour)
        axes.set(xlabel="live score", ylabel="share", xlim=(0, 1))
        if axes.patches:
            axes.legend(frameon=False, loc="upper center")

    return render("scores", draw)


def answer_bars(result: PadResult) -> str:
    """Draw what live people and attacks of each source were answered."""

    def draw(axes: Axes) -> None:
        rows = [
            (f"{source.name}, {name}", shares)
            for source in result.sources
            for name, shares in (
                ("live", (source.live.accepted, source.live.inconclusive, source.live.bpcer)),
                (
                    "attacks",
                    (source.attacks.apcer, source.attacks.inconclusive, source.attacks.detected),
                ),
            )
            if shares[0].total
        ]
        left = np.zeros(len(rows))
        names = [name for name, _ in rows]
        for column, (label, colour) in enumerate(
            (("LIVE", GOOD_COLOUR), ("INCONCLUSIVE", "#c9ced6"), ("SPOOF", BAD_COLOUR))
        ):
            widths = np.array([shares[column].value or 0.0 for _, shares in rows])
            axes.barh(names, widths, left=left, color=colour, label=label, height=0.7)
            left += widths
        axes.set(xlabel="share of what was answered", xlim=(0, 1))
        axes.tick_params(axis="y", labelsize=7.5)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))

    return render("answers", draw)


def _curves(axes: Axes, result: PadResult, place: Callable[[Curve], tuple[Floats, Floats]]) -> None:
    for colour, source in _coloured(result):
        label = source.name if colour != GREY else None
        x, y = place(error_curve(source.live_scores, source.attack_scores))
        axes.step(x, y, where="post", color=colour, linewidth=1.5, label=label)
    if axes.lines:
        axes.legend(frameon=False, fontsize=8)


def _coloured(result: PadResult) -> Iterator[tuple[str, SourceResult]]:
    """Yield the sources that have both classes, each with its colour."""
    both = [source for source in result.sources if source.auc]
    for number, source in enumerate(both):
        yield (_COLOURS[number] if number < _NAMED_SOURCES else GREY), source


def _deviate(rates: Floats) -> Floats:
    bounded = np.clip(rates, _DET_EDGE, 1 - _DET_EDGE)
    return np.array([_QUANTILE(float(rate)) for rate in bounded])
