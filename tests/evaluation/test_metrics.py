import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics import (
    accuracy_by_fold,
    best_threshold,
    equal_error_rate,
    tar_at_fmr,
    threshold_above,
)

SCORES = st.lists(st.integers(-20, 20).map(lambda n: n / 20), min_size=1, max_size=40)


def test_each_fold_is_judged_at_the_other_folds_threshold() -> None:
    similarities = np.array([0.9, 0.1, 0.6, 0.4, 0.5, 0.2])
    is_genuine = np.array([True, False] * 3)
    found = accuracy_by_fold(similarities, is_genuine, np.array([0, 0, 1, 1, 2, 2]))
    # Fold 1: the others are cut half way between 0.2 and 0.5, below its impostor pair of 0.4.
    assert found.by_fold == (1.0, 0.5, 1.0)
    assert found.thresholds == pytest.approx((0.45, 0.35, 0.5))
    assert found.mean == pytest.approx(5 / 6)
    assert found.standard_error == pytest.approx(np.std([1, 0.5, 1], ddof=1) / np.sqrt(3))


def test_the_best_threshold_lies_in_the_middle_of_the_gap() -> None:
    scores = np.array([0.3, 0.3, 0.2])
    assert best_threshold(scores, np.array([True, True, False])) == pytest.approx(0.25)


def test_tar_at_fmr_by_hand() -> None:
    impostors = np.array([0.1, 0.2, 0.3, 0.4])
    genuine = np.array([0.25, 0.35, 0.4, 0.5])
    assert tar_at_fmr(genuine, impostors, 0.0) == 0.25
    assert tar_at_fmr(genuine, impostors, 0.25) == 0.75
    assert tar_at_fmr(genuine, impostors, 0.5) == 1.0
    assert tar_at_fmr(genuine, impostors, 1.0) == 1.0


def test_equal_error_rate_by_hand() -> None:
    assert equal_error_rate(np.array([0.8, 0.9]), np.array([0.1, 0.2])) == 0
    assert equal_error_rate(np.array([0.1, 0.9]), np.array([0.0, 0.5])) == 0.5


@given(SCORES, st.sampled_from([0.0, 0.05, 0.1, 0.5]))
def test_the_rate_that_was_asked_for_is_never_exceeded(scores: list[float], fmr: float) -> None:
    impostors = np.array(scores)
    threshold = threshold_above(impostors, fmr)
    assert np.mean(impostors > threshold) <= fmr + 1e-12
    # And no lower threshold among the scores would have kept it.
    lower = impostors[impostors < threshold]
    assert not lower.size or np.mean(impostors > lower.max()) > fmr


@given(SCORES, SCORES)
def test_no_threshold_beats_the_best(genuine: list[float], impostors: list[float]) -> None:
    scores = np.array(genuine + impostors)
    is_genuine = np.arange(len(scores)) < len(genuine)
    chosen = np.mean((scores >= best_threshold(scores, is_genuine)) == is_genuine)
    assert all(np.mean((scores >= s) == is_genuine) <= chosen for s in scores)
