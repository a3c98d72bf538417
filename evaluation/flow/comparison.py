"""Stays that were counted beside those that somebody counted by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.flow.truth import CountedStay


@dataclass(frozen=True, slots=True)
class StayPair:
    """One stay as it was, and as it was counted."""

    truth: CountedStay
    counted: CountedStay

    @property
    def enter_error_s(self) -> float:
        """How much later it was seen to begin."""
        return self.counted.enter_s - self.truth.enter_s

    @property
    def dwell_error_s(self) -> float:
        """How much longer it was seen to last."""
        return self.counted.dwell_s - self.truth.dwell_s


@dataclass(frozen=True, slots=True)
class Comparison:
    """pairs: stays that were found. missed: those that were not. extra: what nobody did."""

    pairs: tuple[StayPair, ...]
    missed: tuple[CountedStay, ...]
    extra: tuple[CountedStay, ...]

    @property
    def worst_enter_error_s(self) -> float | None:
        """Largest error of a time of entering; None if no stay was found."""
        return max((abs(pair.enter_error_s) for pair in self.pairs), default=None)

    @property
    def worst_dwell_error_s(self) -> float | None:
        """Largest error of a dwell; None if no stay was found."""
        return max((abs(pair.dwell_error_s) for pair in self.pairs), default=None)


def compare(truth: Sequence[CountedStay], counted: Sequence[CountedStay]) -> Comparison:
    """Pair stays of one zone that share the most time, each at most once."""
    shared = np.array([[_shared_s(a, b) for b in counted] for a in truth], np.float64)
    shared = shared.reshape(len(truth), len(counted))
    pairs: list[tuple[int, int]] = []
    while shared.size and shared.max() > 0:
        best = np.unravel_index(int(np.argmax(shared)), shared.shape)
        row, column = int(best[0]), int(best[1])
        pairs.append((row, column))
        shared[row, :] = shared[:, column] = 0
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    return Comparison(
        tuple(StayPair(truth[row], counted[column]) for row, column in sorted(pairs)),
        tuple(stay for row, stay in enumerate(truth) if row not in rows),
        tuple(stay for column, stay in enumerate(counted) if column not in columns),
    )


def _shared_s(a: CountedStay, b: CountedStay) -> float:
    if a.zone != b.zone:
        return 0.0
    return max(0.0, min(a.leave_s, b.leave_s) - max(a.enter_s, b.enter_s))
