"""The figures of an attack-detection report."""

from evaluation import class_plots
from evaluation.class_plots import AxisWords, Bar, Series, Side
from evaluation.pad.result import PadResult, SourceResult
from evaluation.svg import BAD_COLOUR, GOOD_COLOUR, UNSURE_COLOUR

_OUTCOMES = (("LIVE", GOOD_COLOUR), ("INCONCLUSIVE", UNSURE_COLOUR), ("SPOOF", BAD_COLOUR))


def roc_curve(result: PadResult) -> str:
    """Draw the share of live people above each score against that of attacks, by source."""
    words = AxisWords(
        "attacks at or above the score (APCER)", "live ones at or above it (1 - BPCER)"
    )
    return class_plots.roc_curve([_series(source) for source in result.sources], words)


def det_curve(result: PadResult) -> str:
    """Draw BPCER against APCER on normal-deviate scales; dots: the answers as they are given."""
    words = AxisWords("attacks taken for live (APCER)", "live ones taken for attacks (BPCER)")
    return class_plots.det_curve([_series(source) for source in result.sources], words)


def score_histogram(result: PadResult) -> str:
    """Draw how the live scores of live people and of attacks spread, each source the same."""
    sides = (
        Side("attacks", BAD_COLOUR, [source.attack_scores for source in result.sources]),
        Side("live", GOOD_COLOUR, [source.live_scores for source in result.sources]),
    )
    return class_plots.score_histogram("live score", sides)


def answer_bars(result: PadResult) -> str:
    """Draw what live people and attacks of each source were answered."""
    bars = [
        Bar(f"{source.name}, {name}", tuple(share.value or 0.0 for share in shares))
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
    return class_plots.answer_bars(bars, _OUTCOMES)


def _series(source: SourceResult) -> Series:
    apcers = [one.apcer.value for one in source.species if one.apcer.value is not None]
    bpcer = source.live.bpcer.value
    answered = (max(apcers), bpcer) if apcers and bpcer is not None else None
    return Series(source.name, source.live_scores, source.attack_scores, answered)
