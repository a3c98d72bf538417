"""Operating points as error rates: what a similarity is worth, and which one a rate asks for."""

import itertools
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from base.errors import ErrorRateOutOfRangeError

# Doddington's rule of 30: with 30 errors seen, the true rate lies within 30 % at 90 % confidence.
ERRORS_FOR_SUPPORT = 30
# The rule is good to a third, so 1e-6 is not refused where the count says 1.01e-6.
SUPPORT_SLACK = 0.02


@dataclass(frozen=True, slots=True)
class ErrorRateTable:
    """Similarity against false match and false non-match rate, measured on named data.

    similarities: strictly increasing, one row each.
    fmrs: share of impostor pairs at or above the similarity, falling.
    fnmrs: share of genuine pairs below the similarity, rising.
    impostor_pairs, genuine_pairs: how many comparisons stand behind the rows.
    data: what was compared, by which pipeline.
    """

    similarities: tuple[float, ...]
    fmrs: tuple[float, ...]
    fnmrs: tuple[float, ...]
    impostor_pairs: int
    genuine_pairs: int
    data: str

    def __post_init__(self) -> None:
        rows = len(self.similarities)
        if rows < 2 or len(self.fmrs) != rows or len(self.fnmrs) != rows:
            raise ValueError(f"expected three columns of one length >= 2, got {self._lengths()}")
        if not _is_strictly_rising(self.similarities):
            raise ValueError("similarities must rise strictly")
        if not _is_strictly_rising([-fmr for fmr in self.fmrs]) or not 0 < self.fmrs[-1] < 1:
            raise ValueError("fmrs must fall strictly and stay above 0")

    def _lengths(self) -> tuple[int, int, int]:
        return len(self.similarities), len(self.fmrs), len(self.fnmrs)

    @property
    def min_fmr(self) -> float:
        """Lowest false match rate that the number of impostor pairs supports."""
        return max(self.fmrs[-1], ERRORS_FOR_SUPPORT / self.impostor_pairs)

    def threshold_at(self, fmr: float) -> float:
        """Return the similarity at which the false match rate is `fmr`.

        Raises ErrorRateOutOfRangeError if `fmr` is no rate or lower than `min_fmr`.
        """
        if not 0 < fmr <= self.fmrs[0]:
            raise ErrorRateOutOfRangeError(
                f"a false match rate of {fmr:g} cannot be asked for; expected more than 0 and "
                f"at most {self.fmrs[0]:g}",
                fmr=fmr,
            )
        if fmr < self.min_fmr * (1 - SUPPORT_SLACK):
            raise ErrorRateOutOfRangeError(
                f"a false match rate of {fmr:g} is not supported: {self.impostor_pairs} impostor "
                f"pairs support rates down to {self.min_fmr:.2g}",
                fmr=fmr,
                min_fmr=f"{self.min_fmr:.3g}",
            )
        # Rates fall along the rows: search the negated column, which rises.
        row = bisect_left([-value for value in self.fmrs], -fmr)
        if row >= len(self.fmrs):
            return self.similarities[-1]
        if row == 0:
            return self.similarities[0]
        high, low = self.fmrs[row - 1], self.fmrs[row]
        share = math.log(high / fmr) / math.log(high / low)
        return _between(self.similarities[row - 1], self.similarities[row], share)

    def fmr_at(self, similarity: float) -> float:
        """Return the false match rate of a threshold at `similarity`, never below `min_fmr`."""
        if similarity <= self.similarities[0]:
            return self.fmrs[0]
        if similarity >= self.similarities[-1]:
            return self.min_fmr
        row = bisect_left(self.similarities, similarity)
        left, right = self.similarities[row - 1], self.similarities[row]
        share = (similarity - left) / (right - left)
        log_fmr = _between(math.log(self.fmrs[row - 1]), math.log(self.fmrs[row]), share)
        return max(math.exp(log_fmr), self.min_fmr)

    def fnmr_at(self, similarity: float) -> float:
        """Return the false non-match rate of a threshold at `similarity`."""
        if similarity <= self.similarities[0]:
            return self.fnmrs[0]
        if similarity >= self.similarities[-1]:
            return self.fnmrs[-1]
        row = bisect_left(self.similarities, similarity)
        left, right = self.similarities[row - 1], self.similarities[row]
        share = (similarity - left) / (right - left)
        return _between(self.fnmrs[row - 1], self.fnmrs[row], share)


def _is_strictly_rising(values: Sequence[float]) -> bool:
    return all(low < high for low, high in itertools.pairwise(values))


def _between(start: float, end: float, share: float) -> float:
    return start + (end - start) * share


def fmr_for_search(fpir: float, gallery_size: int) -> float:
    """Return the false match rate per comparison that keeps a whole search at `fpir`.

    A search of N templates gives a stranger N chances; by the union bound a rate of fpir / N
    each is enough, whether or not the comparisons are independent.
    Raises ErrorRateOutOfRangeError if `fpir` is no rate.
    """
    if not 0 < fpir < 1:
        raise ErrorRateOutOfRangeError(
            f"a false positive identification rate of {fpir:g} cannot be asked for; "
            "expected more than 0 and less than 1",
            fpir=fpir,
        )
    return fpir / max(gallery_size, 1)
