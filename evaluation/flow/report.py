"""A count of one clip as plain JSON values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.flow.comparison import Comparison, StayPair
from evaluation.flow.truth import CountedStay

_DIGITS = 2


@dataclass(frozen=True, slots=True)
class FlowCount:
    """What was counted in one clip. lines: who came in and who went out, by line."""

    model: str
    model_terms: str
    frame_count: int
    stays: tuple[CountedStay, ...]
    lines: Mapping[str, tuple[int, int]]


def to_json(count: FlowCount, comparison: Comparison | None) -> dict[str, Any]:
    """Return the report; without a truth it holds no errors."""
    report: dict[str, Any] = {
        "model": count.model,
        "model_terms": count.model_terms,
        "frames": count.frame_count,
        "stays": _stays(count.stays),
        "lines": {line: {"in": came, "out": went} for line, (came, went) in count.lines.items()},
    }
    if comparison is not None:
        report["compared"] = {
            "pairs": [_pair(pair) for pair in comparison.pairs],
            "missed": _stays(comparison.missed),
            "extra": _stays(comparison.extra),
            "worst_enter_error_s": _rounded(comparison.worst_enter_error_s),
            "worst_dwell_error_s": _rounded(comparison.worst_dwell_error_s),
        }
    return report


def _stays(stays: Sequence[CountedStay]) -> list[dict[str, Any]]:
    return [
        {
            "zone": stay.zone,
            "enter_s": round(stay.enter_s, _DIGITS),
            "leave_s": round(stay.leave_s, _DIGITS),
            "dwell_s": round(stay.dwell_s, _DIGITS),
        }
        for stay in stays
    ]


def _pair(pair: StayPair) -> dict[str, Any]:
    (counted,) = _stays([pair.counted])
    return counted | {
        "enter_error_s": _rounded(pair.enter_error_s),
        "dwell_error_s": _rounded(pair.dwell_error_s),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
