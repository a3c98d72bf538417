"""From scored pairs to the table that decisions are made with."""

import math

import numpy as np
import numpy.typing as npt

from decision.rates import ERRORS_FOR_SUPPORT, ErrorRateTable
from evaluation.scores import GenuineScores, ImpostorScores, bin_edges

MAX_FMR = 0.5
ROWS_PER_DECADE = 20


def build_table(
    genuine: GenuineScores, impostors: ImpostorScores, data: str, round_to: int = 6
) -> ErrorRateTable:
    """Return similarity against FMR and FNMR in rows spaced evenly in log FMR.

    The first row has an FMR near 0.5, the last one ERRORS_FOR_SUPPORT impostor pairs at or above
    its similarity. Both rates are counted at the very similarity that the row states.
    round_to: decimals of a similarity, so that a file can carry it.
    Raises ValueError if there are too few pairs for two rows.
    """
    fewest = min(ERRORS_FOR_SUPPORT, impostors.total)
    if impostors.total == 0 or len(genuine.similarities) == 0:
        raise ValueError("a table needs genuine and impostor pairs")
    low = fewest / impostors.total
    decades = max(math.log10(MAX_FMR / low), 0.0)
    wanted = np.geomspace(max(MAX_FMR, low), low, 2 + round(decades * ROWS_PER_DECADE))
    rows: list[tuple[float, float, float]] = []
    for fmr in wanted:
        # Rounded down, so that the pair that gave the similarity still reaches it.
        scale = 10.0**round_to
        similarity = math.floor(_similarity_at(impostors, fmr * impostors.total) * scale) / scale
        matches = count_at_or_above(impostors, similarity)
        if matches >= fewest and (not rows or _falls(rows[-1], similarity, matches, impostors)):
            rows.append((similarity, matches / impostors.total, _fnmr(genuine, similarity)))
    if len(rows) < 2:
        raise ValueError(f"{impostors.total} impostor pairs are too few for a table")
    similarities, fmrs, fnmrs = zip(*rows, strict=True)
    return ErrorRateTable(
        similarities, fmrs, fnmrs, impostors.total, len(genuine.similarities), data
    )


def count_at_or_above(impostors: ImpostorScores, similarity: float) -> int:
    """Return how many impostor pairs match at a threshold.

    Exact within the tail; below it, within one bin of the histogram (5e-5), rounded up.
    """
    if len(impostors.tail) and (impostors.is_complete or similarity >= impostors.tail[-1]):
        # Ties are compared in double precision on both sides: a row's own rounding decides.
        rising = -impostors.tail.astype(np.float64)
        return int(np.searchsorted(rising, -similarity, side="right"))
    # An edge that was rounded still means its own bin.
    first_bin = math.floor((similarity + 1) * len(impostors.counts) / 2 + 1e-3)
    return int(impostors.counts[max(first_bin, 0) :].sum())


def fmr_curve(
    impostors: ImpostorScores, similarities: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the false match rate at each similarity."""
    counts = [count_at_or_above(impostors, float(value)) for value in similarities]
    return np.array(counts, np.float64) / max(impostors.total, 1)


def fnmr_curve(
    genuine: GenuineScores, similarities: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the false non-match rate at each similarity."""
    return np.array([_fnmr(genuine, float(value)) for value in similarities])


def _falls(
    last: tuple[float, float, float], similarity: float, matches: int, impostors: ImpostorScores
) -> bool:
    return similarity > last[0] and matches / impostors.total < last[1]


def _similarity_at(impostors: ImpostorScores, matches: float) -> float:
    """Return the highest similarity that at least `matches` impostor pairs reach."""
    count = max(math.ceil(matches - 1e-6), 1)
    if count <= len(impostors.tail):
        return float(impostors.tail[count - 1])
    from_above = np.cumsum(impostors.counts[::-1])
    place = int(np.searchsorted(from_above, count))
    return float(bin_edges()[len(impostors.counts) - 1 - place])


def _fnmr(genuine: GenuineScores, similarity: float) -> float:
    rising = -genuine.similarities.astype(np.float64)
    return 1 - int(np.searchsorted(rising, -similarity, side="right")) / len(rising)
