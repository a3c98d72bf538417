"""What is said of a source rests on the other sources alone."""

import numpy as np
import pytest

from base.errors import InvalidArgumentError
from decision.fusion import Verdict
from training.pad_fit import Flags, LinearHead
from training.pad_loso import (
    Labelled,
    Limits,
    calibrate,
    check_sources,
    choose_point,
    leave_out,
    llrs_of,
    nested_rule,
    weighted_quantile,
)

SOURCES = ("a", "b", "c", "d")
EACH = 40


@pytest.fixture
def labelled() -> Labelled:
    sources = np.repeat(SOURCES, EACH)
    return Labelled(np.tile([True, False], len(sources) // 2), sources)


@pytest.fixture
def features(labelled: Labelled) -> np.ndarray:
    chance = np.random.default_rng(4)
    return np.column_stack(
        [chance.normal(3 * labelled.is_live, 1), np.arange(len(labelled.is_live))]
    )


def blind(rows: Flags) -> LinearHead:
    """A head that knows nothing but how many rows it was shown."""
    return LinearHead(np.array([1.0, 0.0]), float(rows.sum()))


def test_no_head_scores_a_source_that_it_was_shown(labelled: Labelled) -> None:
    shown: list[Flags] = []

    def watched(rows: Flags) -> LinearHead:
        shown.append(rows)
        return blind(rows)

    leave_out(labelled, watched)
    missing = [
        tuple(name for name in SOURCES if not rows[labelled.of(name)].any()) for rows in shown
    ]
    assert [names for names in missing if len(names) == 1] == [(name,) for name in SOURCES]
    assert len([names for names in missing if len(names) == 2]) == 6
    for rows, names in zip(shown, missing, strict=True):
        assert rows.sum() == EACH * (len(SOURCES) - len(names))


def test_scores_by_a_model_without_two_sources_are_kept_apart(
    labelled: Labelled, features: np.ndarray
) -> None:
    unseen = leave_out(labelled, blind).score(labelled, features)
    assert set(unseen.paired) == {(a, b) for a in SOURCES for b in SOURCES if a != b}
    own = labelled.of("a")
    np.testing.assert_allclose(unseen.single[own] - features[own, 0], EACH * 3)
    np.testing.assert_allclose(unseen.paired["a", "b"] - features[own, 0], EACH * 2)


def test_a_rule_for_a_source_does_not_depend_on_it(
    labelled: Labelled, features: np.ndarray
) -> None:
    """Changing what a source looks like, and which of it is live, leaves its own rule alone."""
    rule = nested_rule(
        labelled, leave_out(labelled, blind).score(labelled, features), "c", Limits(0.1, 0.1)
    )
    changed = features.copy()
    changed[labelled.of("c")] *= -7
    flipped = Labelled(
        np.where(labelled.of("c"), ~labelled.is_live, labelled.is_live), labelled.sources
    )
    unseen = leave_out(flipped, blind).score(flipped, changed)
    assert nested_rule(flipped, unseen, "c", Limits(0.1, 0.1)) == rule
    assert nested_rule(flipped, unseen, "a", Limits(0.1, 0.1)) != rule


def test_a_point_keeps_its_limits_where_it_was_chosen(
    labelled: Labelled, features: np.ndarray
) -> None:
    calibration = calibrate(labelled, features[:, 0], "test")
    llrs = llrs_of(calibration, features[:, 0])
    point = choose_point(labelled, llrs, Limits(max_apcer=0.02, max_bpcer=0.02))
    said = [point.verdict(float(llr)) for llr in llrs]
    live = labelled.is_live
    assert np.mean([v is Verdict.ACCEPT for v in np.array(said)[~live]]) <= 0.02 + 1 / EACH
    assert np.mean([v is Verdict.REJECT for v in np.array(said)[live]]) <= 0.02 + 1 / EACH
    assert Verdict.UNSURE in said


def test_limits_that_cross_decide_everything(labelled: Labelled, features: np.ndarray) -> None:
    llrs = llrs_of(calibrate(labelled, features[:, 0], "test"), features[:, 0])
    point = choose_point(labelled, llrs, Limits(max_apcer=0.4, max_bpcer=0.4))
    assert point.accept_llr == point.reject_llr


def test_a_quantile_counts_weight_and_not_rows() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 8.0, 1.0])
    assert weighted_quantile(values, weights, 0.5) == 1.0
    assert weighted_quantile(values, weights, 0.85) == 2.0
    assert weighted_quantile(values, weights, 1.0) == 3.0


def test_sources_of_one_class_are_refused(labelled: Labelled) -> None:
    check_sources(labelled)
    lone = Labelled(labelled.is_live | labelled.of("b"), labelled.sources)
    with pytest.raises(InvalidArgumentError, match="one class only: b"):
        check_sources(lone)


def test_too_few_sources_are_refused(labelled: Labelled) -> None:
    rest = ~labelled.of("b")
    with pytest.raises(InvalidArgumentError, match="at least 4 sources"):
        check_sources(Labelled(labelled.is_live[rest], labelled.sources[rest]))
