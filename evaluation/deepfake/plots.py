"""The figures of a report on forgeries."""

from evaluation import class_plots
from evaluation.class_plots import AxisWords, Bar, Series, Side
from evaluation.deepfake.groups import GroupResult
from evaluation.deepfake.result import ForgeryReport
from evaluation.svg import BAD_COLOUR, GOOD_COLOUR, UNSURE_COLOUR

_OUTCOMES = (("GENUINE", GOOD_COLOUR), ("INCONCLUSIVE", UNSURE_COLOUR), ("FAKE", BAD_COLOUR))


def roc_curve(report: ForgeryReport) -> str:
    """Draw the share of fakes above each score against that of genuine files, by source."""
    words = AxisWords("genuine files at or above the score", "fakes at or above it")
    return class_plots.roc_curve([_series(source) for source in report.sources], words)


def det_curve(report: ForgeryReport) -> str:
    """Draw missed fakes against false alarms; dots: the answers as they are given."""
    words = AxisWords("genuine files called FAKE", "fakes not called FAKE")
    return class_plots.det_curve([_series(source) for source in report.sources], words)


def score_histogram(report: ForgeryReport) -> str:
    """Draw how the fake scores of both classes spread, each source the same weight."""
    sides = (
        Side("fake", BAD_COLOUR, [source.fake_scores for source in report.sources]),
        Side("genuine", GOOD_COLOUR, [source.genuine_scores for source in report.sources]),
    )
    return class_plots.score_histogram("fake score", sides)


def answer_bars(report: ForgeryReport) -> str:
    """Draw what genuine files and fakes of each source were answered."""
    bars = [
        Bar(
            f"{source.name}, {label}",
            tuple(share.value or 0.0 for share in (one.genuine, one.inconclusive, one.fake)),
        )
        for source in report.sources
        for label, one in (("genuine", source.genuine), ("fake", source.fakes))
        if one.fake.total
    ]
    return class_plots.answer_bars(bars, _OUTCOMES)


def _series(source: GroupResult) -> Series:
    alarms, caught = source.genuine.fake.value, source.fakes.fake.value
    answered = (alarms, 1 - caught) if alarms is not None and caught is not None else None
    return Series(source.name, source.fake_scores, source.genuine_scores, answered)
