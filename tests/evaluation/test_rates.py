import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import scores as scores_module
from evaluation.rates import build_table, count_at_or_above, fmr_curve
from evaluation.scores import score_genuine, score_impostors
from tests.support.synthetic_people import draw_vectors


@settings(max_examples=25, deadline=None)
@given(
    st.integers(3, 25),
    st.integers(2, 4),
    st.floats(0.1, 3),
    st.integers(0, 10_000),
    st.sampled_from([50, 200_000]),
)
def test_rates_fall_strictly_and_are_what_a_count_gives(
    people: int, pictures_each: int, noise: float, seed: int, min_tail: int
) -> None:
    vectors, subject_of = draw_vectors(people, pictures_each, noise, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores_module, "MIN_TAIL", min_tail)
        impostors = score_impostors(vectors, subject_of)
    genuine = score_genuine(vectors, subject_of)
    try:
        table = build_table(genuine, impostors, "synthetic")
    except ValueError:
        assert impostors.total < 200
        return
    products = vectors @ vectors.T
    pairs = products[np.triu(subject_of[:, None] != subject_of, k=1)].astype(np.float64)
    for similarity, fmr in zip(table.similarities, table.fmrs, strict=True):
        counted = np.mean(pairs >= similarity)
        # Below the exact tail a count may be one bin of 5e-5 too high, never too low.
        assert counted <= fmr + 1e-9
        assert fmr <= np.mean(pairs >= similarity - 6e-5) + 1e-9
    assert all(low <= high for low, high in zip(table.fnmrs, table.fnmrs[1:], strict=False))
    assert round(table.fmrs[-1] * impostors.total) >= 30


def test_the_lowest_row_has_thirty_errors() -> None:
    vectors, subject_of = draw_vectors(people=80, pictures_each=2, noise=0.5, seed=3)
    impostors = score_impostors(vectors, subject_of)
    table = build_table(score_genuine(vectors, subject_of), impostors, "synthetic")
    assert round(table.fmrs[-1] * impostors.total) == 30
    assert table.min_fmr == pytest.approx(30 / impostors.total)
    assert table.fmrs[0] == pytest.approx(0.5, abs=0.01)


def test_a_table_needs_both_classes() -> None:
    vectors, subject_of = draw_vectors(people=5, pictures_each=1, noise=0.5, seed=3)
    impostors = score_impostors(vectors, subject_of)
    with pytest.raises(ValueError, match="genuine and impostor"):
        build_table(score_genuine(vectors, subject_of), impostors, "synthetic")


def test_curve_spans_everything_to_nothing() -> None:
    vectors, subject_of = draw_vectors(people=5, pictures_each=2, noise=0.5, seed=3)
    impostors = score_impostors(vectors, subject_of)
    assert fmr_curve(impostors, np.array([-1.0, 1.0])).tolist() == [1.0, 0.0]
    assert count_at_or_above(impostors, float(impostors.tail[0])) == 1
