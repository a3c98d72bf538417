import numpy as np
import pytest

from evaluation import bootstrap
from evaluation.bootstrap import (
    ImpostorTail,
    draw_people,
    interval,
    replicate_fmr,
    replicate_mean,
    replicate_rates,
)
from evaluation.metrics import tar_at_fmr
from evaluation.scores import ImpostorScores, score_genuine, score_impostors
from tests.support.synthetic_people import draw_vectors


def tail_of(impostors: ImpostorScores) -> ImpostorTail:
    return ImpostorTail(impostors.tail, impostors.tail_people)


def test_everyone_drawn_once_gives_the_plain_rates() -> None:
    vectors, subject_of = draw_vectors(people=30, pictures_each=3, noise=1.2, seed=4)
    genuine, impostors = score_genuine(vectors, subject_of), score_impostors(vectors, subject_of)
    once = np.ones((1, 30), np.float32)
    found = replicate_rates(genuine, tail_of(impostors), once, [0.01, 0.1])
    expected = [tar_at_fmr(genuine.similarities, impostors.tail, fmr) for fmr in (0.01, 0.1)]
    np.testing.assert_allclose(found.tars[0], expected)
    rates = replicate_fmr(tail_of(impostors), once, [float(impostors.tail[9])])
    assert rates[0, 0] == pytest.approx(10 / impostors.total)


def test_a_person_drawn_twice_counts_twice_and_in_pairs_by_the_product() -> None:
    people = np.array([[0, 0], [0, 1], [1, 2]])
    weights = np.array([[2, 3, 0]], np.float32)
    # Weights of the pairs: 2, 2 * 3 and 0.
    assert replicate_mean(np.array([1.0, 0.0, 0.0]), people, weights)[0] == pytest.approx(2 / 8)


def test_all_impostor_pairs_are_counted_though_the_tail_holds_a_few() -> None:
    tail = ImpostorTail(
        np.array([0.9, 0.8], np.float32), np.array([[0, 1], [0, 2]]), np.array([2, 1, 1])
    )
    weights = np.array([[1, 1, 1], [2, 1, 0]], np.float32)
    # Pairs of pictures: 2 * 1 + 2 * 1 + 1 * 1 = 5; then people 0, 0, 1: 2 copies * 2 * 1 = 4.
    rates = replicate_fmr(tail, weights, [0.85])
    assert rates[:, 0].tolist() == pytest.approx([1 / 5, 2 / 4])


def test_chunks_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, subject_of = draw_vectors(people=20, pictures_each=2, noise=1.0, seed=5)
    genuine, impostors = score_genuine(vectors, subject_of), score_impostors(vectors, subject_of)
    weights = draw_people(20, 50, seed=6)
    whole = replicate_rates(genuine, tail_of(impostors), weights, [0.05])
    monkeypatch.setattr(bootstrap, "_CHUNK_BYTES", 1)
    cut = replicate_rates(genuine, tail_of(impostors), weights, [0.05])
    np.testing.assert_array_equal(whole.thresholds, cut.thresholds)
    np.testing.assert_array_equal(whole.tars, cut.tars)


def test_the_same_seed_draws_the_same_people() -> None:
    np.testing.assert_array_equal(draw_people(9, 4, seed=1), draw_people(9, 4, seed=1))
    assert (draw_people(9, 4, seed=1).sum(axis=1) == 9).all()


def test_intervals_cover_the_true_rate_of_fresh_people() -> None:
    """Pairs share people, so an interval from pairs would cover far less than it says."""
    threshold, trials = 0.3, 60
    vectors, subject_of = draw_vectors(people=900, pictures_each=2, noise=1.0, seed=7, dim=8)
    impostors = (vectors @ vectors.T)[np.triu(subject_of[:, None] != subject_of, k=1)]
    truth = float(np.mean(impostors >= threshold))
    covered = 0
    for trial in range(trials):
        few, whose = draw_vectors(people=40, pictures_each=2, noise=1.0, seed=100 + trial, dim=8)
        tail = tail_of(score_impostors(few, whose))
        weights = draw_people(40, 200, seed=trial)
        span = interval(replicate_fmr(tail, weights, [threshold])[:, 0])
        covered += span.low <= truth <= span.high
    # 95 % claimed, errs to the wide side; 60 trials at 95 % give 53 or more with 99 %.
    assert covered >= 53
