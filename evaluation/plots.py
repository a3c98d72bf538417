"""The figures of a verification report."""

import numpy as np
from matplotlib.axes import Axes

from evaluation.discard import discard_curve
from evaluation.rates import fmr_curve, fnmr_curve
from evaluation.scores import bin_edges
from evaluation.svg import BAD_COLOUR, GOOD_COLOUR, GREY, LINE_COLOUR, render
from evaluation.verification import VerificationResult

_CURVE_POINTS = 400
_SHOWN_BINS = 200
_DISCARD_FMRS = (1e-3, 1e-4)


def det_curve(result: VerificationResult) -> str:
    """Draw FNMR against FMR over all pairs, both in log, with the intervals of the rows."""

    def draw(axes: Axes) -> None:
        fmrs, fnmrs = _curves(result)
        axes.plot(fmrs, fnmrs, color=LINE_COLOUR, linewidth=1.8)
        for row in result.all_pairs.rows:
            span = row.fnmr.interval
            axes.plot([row.fmr], [row.fnmr.value], "o", color=LINE_COLOUR, markersize=4)
            if span:
                axes.plot([row.fmr] * 2, [span.low, span.high], color=LINE_COLOUR, linewidth=1)
            inner = row.fmr_interval
            axes.plot([inner.low, inner.high], [row.fnmr.value] * 2, color=LINE_COLOUR, linewidth=1)
        axes.set(xscale="log", yscale="log", xlabel="false match rate")
        axes.set(ylabel="false non-match rate")

    return render("det", draw)


def roc_curve(result: VerificationResult) -> str:
    """Draw the true accept rate against FMR: all pairs, and the protocol's own pairs."""

    def draw(axes: Axes) -> None:
        fmrs, fnmrs = _curves(result)
        axes.plot(fmrs, 1 - fnmrs, color=LINE_COLOUR, linewidth=1.8, label="all pairs")
        similarities = result.pairs.similarities
        is_genuine = result.protocol.is_genuine
        impostors = np.sort(similarities[~is_genuine])[::-1]
        rates = np.arange(1, len(impostors) + 1) / len(impostors)
        genuine = np.sort(similarities[is_genuine])
        accepted = 1 - np.searchsorted(genuine, impostors, side="right") / len(genuine)
        axes.step(rates, accepted, where="post", color="#c98a1b", label="the protocol's pairs")
        axes.set(xscale="log", xlabel="false match rate", ylabel="true accept rate")
        axes.set_ylim(min(0.9, float(accepted.min())), 1.002)
        axes.legend(frameon=False, loc="lower right")

    return render("roc", draw)


def score_histogram(result: VerificationResult) -> str:
    """Draw the densities of genuine and impostor similarities over all pairs, in log."""

    def draw(axes: Axes) -> None:
        impostors, genuine = result.all_pairs.impostors, result.all_pairs.genuine
        merged = impostors.counts.reshape(_SHOWN_BINS, -1).sum(axis=1)
        edges = bin_edges()[:: len(impostors.counts) // _SHOWN_BINS]
        width = edges[1] - edges[0]
        counts, _ = np.histogram(genuine.similarities, edges)
        for values, colour, label in (
            (merged, BAD_COLOUR, f"impostor ({impostors.total:,})"),
            (counts, GOOD_COLOUR, f"genuine ({len(genuine.similarities):,})"),
        ):
            density = values / max(values.sum(), 1) / width
            axes.stairs(density, edges, color=colour, label=label, fill=True, alpha=0.35)
            axes.stairs(density, edges, color=colour)
        for row in result.all_pairs.rows:
            axes.axvline(row.threshold, color=GREY, linewidth=0.7, linestyle=":")
        axes.set(yscale="log", xlabel="similarity", ylabel="density", xlim=(-0.4, 1.0))
        axes.set_ylim(top=axes.get_ylim()[1] * 30)  # Room for the legend.
        axes.legend(frameon=False, loc="upper right")

    return render("scores", draw)


def quality_histogram(result: VerificationResult) -> str:
    """Draw how the pictures' quality spreads, and where the limit lies."""

    def draw(axes: Axes) -> None:
        found = result.quality[~np.isnan(result.quality)]
        axes.hist(found, bins=50, range=(0, 100), color=LINE_COLOUR, alpha=0.6)
        axes.axvline(result.min_quality, color=BAD_COLOUR, linewidth=1.2, label="limit")
        axes.set(xlabel="quality", ylabel="pictures")
        axes.legend(frameon=False, loc="upper left")

    return render("quality", draw)


def discard_plot(result: VerificationResult) -> str:
    """Draw the FNMR that remains while the genuine pairs of lowest quality are left out."""

    def draw(axes: Axes) -> None:
        for row in result.all_pairs.rows:
            if row.fmr in _DISCARD_FMRS:
                shares, fnmrs = discard_curve(result, row.threshold)
                axes.plot(shares, fnmrs, linewidth=1.6, label=f"at FMR {row.fmr:.0e}")
        axes.set(xlabel="share of genuine pairs left out", ylabel="false non-match rate")
        axes.set_ylim(bottom=0)
        if axes.lines:
            axes.legend(frameon=False)

    return render("discard", draw)


def _curves(result: VerificationResult) -> tuple[np.ndarray, np.ndarray]:
    table = result.all_pairs.table
    span = np.linspace(table.similarities[0], table.similarities[-1], _CURVE_POINTS)
    fmrs = fmr_curve(result.all_pairs.impostors, span)
    return fmrs, fnmr_curve(result.all_pairs.genuine, span)
