"""What quality is worth: error against discard, in the terms of ISO/IEC 29794-1."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.verification import VerificationResult

LIMITS = tuple(range(0, 65, 5))


@dataclass(frozen=True, slots=True)
class DiscardRow:
    """What one quality limit does on the protocol's pairs.

    min_quality: a pair with a picture below it is left open. inconclusive: how many pairs are.
    fnmr: false non-match rate of the genuine pairs that remain, None if none does.
    """

    min_quality: float
    inconclusive: int
    fnmr: float | None


def pair_quality(result: VerificationResult) -> npt.NDArray[np.float32]:
    """Return (M,): the lower quality of a pair's two pictures; nan where one has no face."""
    lower: npt.NDArray[np.float32] = result.quality[result.protocol.pairs].min(axis=1)
    return lower


def discard_rows(result: VerificationResult, threshold: float) -> tuple[DiscardRow, ...]:
    """Return what each of a few limits would leave open, and the errors that remain."""
    quality = pair_quality(result)
    is_miss = result.pairs.similarities < threshold
    rows = []
    for limit in LIMITS:
        kept = (quality >= limit) & result.protocol.is_genuine
        fnmr = float(is_miss[kept].mean()) if kept.any() else None
        rows.append(DiscardRow(limit, int((quality < limit).sum()), fnmr))
    return tuple(rows)


def discard_curve(
    result: VerificationResult, threshold: float, max_share: float = 0.3
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return share of genuine pairs discarded, lowest quality first, and the FNMR that remains."""
    quality = pair_quality(result)
    rated = result.protocol.is_genuine & ~np.isnan(quality)
    rising = np.argsort(quality[rated], kind="stable")
    misses = (result.pairs.similarities[rated] < threshold)[rising]
    kept = np.arange(len(misses), 0, -1)
    fnmrs = misses[::-1].cumsum()[::-1] / kept
    steps = max(1, int(max_share * len(misses)))
    return np.arange(steps) / len(misses), fnmrs[:steps]
