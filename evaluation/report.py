"""A verification report for machines, and the words that both forms of it share."""

import math
from collections.abc import Mapping
from dataclasses import asdict

from base.errors import ErrorRateOutOfRangeError
from evaluation.bootstrap import CONFIDENCE, Interval
from evaluation.discard import DiscardRow, discard_rows
from evaluation.limits import limits_of
from evaluation.verification import (
    OperatingRow,
    Rate,
    VerificationResult,
    outcomes_at,
)

SERVICE_FMR = 1e-4  # VerifyFaces' default, for which outcomes are counted.
INTERVAL_METHOD = (
    "percentiles of a bootstrap over people (subset bootstrap, Bolle et al. 2004; an impostor "
    "pair counts as often as the product of how often its two people were drawn)"
)


def to_json(result: VerificationResult) -> dict[str, object]:
    """Return the report for machines; rates are keyed by false match rate, such as "1e-3"."""
    pairs, table = result.pairs, result.all_pairs.table
    return {
        "accuracy": pairs.accuracy.mean,
        "accuracy_standard_error": _finite(pairs.accuracy.standard_error),
        "accuracy_interval": _span(pairs.accuracy_interval),
        "accuracy_by_fold": list(pairs.accuracy.by_fold),
        "tar_at_fmr": {rate_key(fmr): rate.value for fmr, rate in pairs.tar_at_fmr.items()},
        "tar_at_fmr_interval": {
            rate_key(fmr): _span(rate.interval) for fmr, rate in pairs.tar_at_fmr.items()
        },
        "equal_error_rate": pairs.equal_error_rate,
        "failures_to_acquire": result.failures_to_acquire,
        "failures_to_acquire_pairs": pairs.failed_pairs,
        "inconclusive": pairs.inconclusive,
        "inconclusive_genuine": pairs.inconclusive_genuine,
        "inconclusive_pictures": result.low_quality,
        "min_quality": result.min_quality,
        "pairs": len(result.protocol.pairs),
        "genuine_pairs": int(result.protocol.is_genuine.sum()),
        "impostor_pairs": int((~result.protocol.is_genuine).sum()),
        "folds": result.protocol.fold_count,
        "pictures": len(result.protocol.paths),
        "people": result.protocol.subject_count,
        "outcomes": count_outcomes(result),
        "quality_limits": [asdict(row) for row in count_discards(result)],
        "all_pairs": {
            "impostor_pairs": table.impostor_pairs,
            "genuine_pairs": table.genuine_pairs,
            "min_fmr": table.min_fmr,
            "rows": [_row(row) for row in result.all_pairs.rows],
        },
        "table": {
            "similarities": list(table.similarities),
            "fmrs": list(table.fmrs),
            "fnmrs": list(table.fnmrs),
        },
        "intervals": {
            "confidence": CONFIDENCE,
            "method": INTERVAL_METHOD,
            "replicates": result.replicates,
            "seed": result.seed,
        },
        "limits": list(limits_of(result)),
        **result.facts,
    }


def rate_key(fmr: float) -> str:
    """Return `1e-3` for 0.001."""
    mantissa, exponent = f"{fmr:e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def count_outcomes(result: VerificationResult) -> Mapping[str, Mapping[str, int]]:
    """Count what callers see at the default rate; nothing where the data does not support it."""
    try:
        return outcomes_at(result, SERVICE_FMR)
    except ErrorRateOutOfRangeError:
        return {}


def count_discards(result: VerificationResult) -> tuple[DiscardRow, ...]:
    """Return what other quality limits would do; empty where the data has no threshold."""
    try:
        threshold = result.all_pairs.table.threshold_at(SERVICE_FMR)
    except ErrorRateOutOfRangeError:
        return ()
    return discard_rows(result, threshold)


def _row(row: OperatingRow) -> dict[str, object]:
    return {
        "fmr": row.fmr,
        "fmr_interval": _span(row.fmr_interval),
        "threshold": row.threshold,
        "threshold_interval": _span(row.threshold_interval),
        **_rate("fnmr", row.fnmr),
    }


def _rate(name: str, rate: Rate) -> dict[str, object]:
    return {name: rate.value, f"{name}_interval": _span(rate.interval)}


def _span(interval: Interval | None) -> list[float] | None:
    return [interval.low, interval.high] if interval else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
