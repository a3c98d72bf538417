"""Every source and class counts the same, and the head works on features as they are."""

import numpy as np
import pytest

from training.pad_fit import LinearHead, balance, fit_head


def test_every_source_and_class_weighs_the_same() -> None:
    sources = np.array(["a"] * 10 + ["b"] * 90)
    is_live = np.array([True] * 2 + [False] * 8 + [True] * 60 + [False] * 30)
    weights = balance(is_live, sources)
    sums = {
        (source, live): weights[(sources == source) & (is_live == live)].sum()
        for source in ("a", "b")
        for live in (True, False)
    }
    assert max(sums.values()) == pytest.approx(min(sums.values()))
    assert weights.mean() == pytest.approx(1)


def test_a_source_may_count_for_less() -> None:
    sources, is_live = np.array(["a", "a", "b", "b"]), np.array([True, False] * 2)
    weights = balance(is_live, sources, {"b": 0.25})
    assert weights[2] / weights[0] == pytest.approx(0.25)


def test_a_source_of_one_class_is_weighed_too() -> None:
    sources, is_live = np.array(["a", "a", "b"]), np.array([True, False, True])
    assert balance(is_live, sources).min() > 0


def test_the_head_finds_what_separates_and_takes_raw_features() -> None:
    chance = np.random.default_rng(2)
    is_live = chance.random(2000) < 0.5
    features = chance.normal(0, 1, (2000, 3)) * [1, 10, 1000] + [5, 0, -300]
    features[:, 1] += 30 * is_live
    head = fit_head(features.astype(np.float32), is_live, np.ones(2000), ridge=1.0)
    logits = head.logits(features)
    assert ((logits > 0) == is_live).mean() > 0.9
    spread = np.abs(head.weights) * features.std(axis=0)
    assert spread.argmax() == 1


def test_classes_that_do_not_overlap_keep_finite_weights() -> None:
    features = np.array([[-1.0], [-2.0], [1.0], [2.0]])
    head = fit_head(features, np.array([False, False, True, True]), np.ones(4), ridge=1.0)
    assert np.isfinite(head.weights).all()
    assert (head.logits(features) > 0).tolist() == [False, False, True, True]


def test_a_stronger_ridge_gives_smaller_weights() -> None:
    chance = np.random.default_rng(3)
    features, is_live = chance.normal(0, 1, (200, 4)), chance.random(200) < 0.5
    sizes = [
        float(np.linalg.norm(fit_head(features, is_live, np.ones(200), ridge).weights))
        for ridge in (1.0, 30.0, 1000.0)
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_a_column_that_never_changes_does_no_harm() -> None:
    features = np.array([[1.0, -1.0], [1.0, 1.0], [1.0, -2.0], [1.0, 2.0]])
    head = fit_head(features, features[:, 1] > 0, np.ones(4))
    assert isinstance(head, LinearHead)
    assert np.isfinite([*head.weights, head.offset]).all()
