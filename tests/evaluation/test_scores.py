import itertools

import numpy as np
import pytest

from evaluation import scores as scores_module
from evaluation.scores import pair_similarities, score_genuine, score_impostors
from tests.support.synthetic_people import draw_vectors


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Block and tail limits at which a test's few pictures cross both."""
    monkeypatch.setattr(scores_module, "_BLOCK_ROWS", 7)
    monkeypatch.setattr(scores_module, "MIN_TAIL", 20)


@pytest.mark.usefixtures("small_blocks")
def test_every_pair_is_counted_once_and_the_tail_is_exact() -> None:
    vectors, subject_of = draw_vectors(people=11, pictures_each=3, noise=0.8, seed=1)
    expected: list[float] = []
    genuine: list[float] = []
    for i, j in itertools.combinations(range(len(vectors)), 2):
        same = subject_of[i] == subject_of[j]
        (genuine if same else expected).append(float(vectors[i] @ vectors[j]))
    found = score_impostors(vectors, subject_of)
    assert found.total == len(expected) == found.counts.sum()
    assert 20 <= len(found.tail) < found.total
    highest = sorted(expected, reverse=True)[: len(found.tail)]
    np.testing.assert_allclose(found.tail, highest, atol=1e-6)
    assert (found.tail_people[:, 0] != found.tail_people[:, 1]).all()
    own = score_genuine(vectors, subject_of)
    np.testing.assert_allclose(own.similarities, sorted(genuine, reverse=True), atol=1e-6)
    assert np.bincount(own.people).tolist() == [3] * 11


def test_the_people_of_the_highest_pair_are_the_right_two() -> None:
    vectors = np.eye(4, dtype=np.float32)
    vectors[3] = vectors[1]
    found = score_impostors(vectors, np.array([0, 1, 2, 3]))
    assert found.tail[0] == 1
    assert found.tail_people[0].tolist() == [1, 3]
    assert found.is_complete


def test_a_pair_without_a_face_never_matches() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 0]], np.float32)
    pairs = np.array([[0, 1], [0, 2]])
    found = np.array([True, True, False])
    assert pair_similarities(vectors, pairs, found).tolist() == [1, -1]


def test_pictures_of_one_person_have_no_impostor_pairs() -> None:
    vectors, subject_of = draw_vectors(people=1, pictures_each=4, noise=0.5, seed=2)
    assert score_impostors(vectors, subject_of).total == 0
