"""Rates and accuracies of scored pairs.

A pair is a match if its similarity is at or above the threshold.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class FoldAccuracy:
    """Accuracy by cross-validation: each fold judged at the others' best threshold.

    mean: mean of the folds. standard_error: of that mean, nan with one fold.
    by_fold: accuracy of each. thresholds: the one used on each.
    """

    mean: float
    standard_error: float
    by_fold: tuple[float, ...]
    thresholds: tuple[float, ...]


def best_threshold(similarities: Floats, is_genuine: Flags) -> float:
    """Return the threshold with the most right answers; the middle one if several have.

    It lies half way between two neighbouring scores, so that a separable set is cut in the
    middle of its gap.
    """
    values, column = np.unique(similarities, return_inverse=True)
    genuine = np.bincount(column[is_genuine], minlength=len(values))
    impostor = np.bincount(column[~is_genuine], minlength=len(values))
    # A threshold at values[k] accepts k and above.
    right = genuine[::-1].cumsum()[::-1] + impostor.cumsum() - impostor
    best = np.flatnonzero(right == right.max())
    chosen = int(best[len(best) // 2])
    return float((values[max(chosen - 1, 0)] + values[chosen]) / 2)


def accuracy_by_fold(similarities: Floats, is_genuine: Flags, fold_of: Indices) -> FoldAccuracy:
    """Judge each fold at the threshold that is best on the others.

    With a single fold the threshold is chosen on that fold itself.
    """
    accuracies, thresholds = [], []
    folds = np.unique(fold_of)
    for fold in folds:
        here = fold_of == fold
        train = ~here if len(folds) > 1 else here
        threshold = best_threshold(similarities[train], is_genuine[train])
        thresholds.append(threshold)
        accuracies.append(float(np.mean((similarities >= threshold)[here] == is_genuine[here])))
    spread = np.std(accuracies, ddof=1) / np.sqrt(len(folds)) if len(folds) > 1 else np.nan
    return FoldAccuracy(
        float(np.mean(accuracies)), float(spread), tuple(accuracies), tuple(thresholds)
    )


def threshold_above(impostors: Floats, fmr: float) -> float:
    """Return the lowest similarity that at most a share `fmr` of impostors lies above.

    A match must lie above it, not at it, so that the rate holds with equal values too.
    Returns -inf if every impostor may match.
    """
    allowed = int(fmr * len(impostors) + 1e-9)
    if allowed >= len(impostors):
        return float("-inf")
    return float(np.partition(impostors, len(impostors) - 1 - allowed)[-1 - allowed])


def tar_at_fmr(genuine: Floats, impostors: Floats, fmr: float) -> float:
    """Return the share of genuine pairs accepted while at most `fmr` of impostors are."""
    return float(np.mean(genuine > threshold_above(impostors, fmr)))


def equal_error_rate(genuine: Floats, impostors: Floats) -> float:
    """Return the rate at which as many impostors match as genuine pairs do not."""
    thresholds = np.unique(np.concatenate([genuine, impostors]))
    fmr = 1 - np.searchsorted(np.sort(impostors), thresholds, side="left") / len(impostors)
    fnmr = np.searchsorted(np.sort(genuine), thresholds, side="left") / len(genuine)
    nearest = int(np.argmin(np.abs(fmr - fnmr)))
    return float((fmr[nearest] + fnmr[nearest]) / 2)
