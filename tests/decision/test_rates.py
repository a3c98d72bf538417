import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import ErrorRateOutOfRangeError
from decision.rates import ErrorRateTable, fmr_for_search

TABLE = ErrorRateTable(
    similarities=(0.0, 0.2, 0.4, 0.6),
    fmrs=(0.5, 1e-2, 1e-4, 1e-6),
    fnmrs=(0.0, 0.01, 0.02, 0.1),
    impostor_pairs=30_000_000,
    genuine_pairs=240_000,
    data="a small table",
)


@given(st.floats(1e-6, 0.5))
def test_a_threshold_gives_the_rate_that_asked_for_it(fmr: float) -> None:
    assert TABLE.fmr_at(TABLE.threshold_at(fmr)) == pytest.approx(fmr, rel=1e-6)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_higher_similarity_never_has_a_higher_false_match_rate(one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert TABLE.fmr_at(low) >= TABLE.fmr_at(high)
    assert TABLE.fnmr_at(low) <= TABLE.fnmr_at(high)


@pytest.mark.parametrize("fmr", [0.0, -1e-3, 0.6, 1.0, math.nan])
def test_what_is_no_rate_of_the_table_is_refused(fmr: float) -> None:
    with pytest.raises(ErrorRateOutOfRangeError, match="cannot be asked for"):
        TABLE.threshold_at(fmr)


def test_a_rate_that_the_pairs_do_not_support_is_refused() -> None:
    with pytest.raises(ErrorRateOutOfRangeError, match="30000000 impostor pairs support"):
        TABLE.threshold_at(1e-7)


def test_thirty_errors_are_needed_to_support_a_rate() -> None:
    """The rule of 30: fewer errors than that say little about the rate."""
    few = ErrorRateTable((0.0, 0.5), (0.5, 1e-6), (0.0, 0.1), 3000, 100, "few")
    assert few.min_fmr == pytest.approx(0.01)
    with pytest.raises(ErrorRateOutOfRangeError):
        few.threshold_at(1e-3)


def test_a_similarity_beyond_the_table_claims_no_lower_rate_than_it_supports() -> None:
    assert TABLE.fmr_at(0.99) == TABLE.min_fmr


@pytest.mark.parametrize(
    ("similarities", "fmrs"),
    [((0.0,), (0.1,)), ((0.2, 0.1), (0.2, 0.1)), ((0.1, 0.2), (0.1, 0.2)), ((0, 1), (0.1, 0.0))],
    ids=["one row", "falling similarities", "rising rates", "a rate of zero"],
)
def test_a_table_that_is_none_is_refused(
    similarities: tuple[float, ...], fmrs: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match=r"expected|must"):
        ErrorRateTable(similarities, fmrs, tuple(0.0 for _ in fmrs), 1000, 1000, "none")


def test_a_search_shares_its_rate_among_the_gallery() -> None:
    assert fmr_for_search(0.01, 100) == pytest.approx(1e-4)
    assert fmr_for_search(0.01, 0) == pytest.approx(0.01)


@pytest.mark.parametrize("fpir", [0.0, 1.0, -0.5, math.nan])
def test_a_search_needs_a_rate(fpir: float) -> None:
    with pytest.raises(ErrorRateOutOfRangeError):
        fmr_for_search(fpir, 10)


def test_a_round_rate_just_below_the_support_is_not_refused() -> None:
    table = ErrorRateTable((0.0, 0.5), (0.5, 1.0121e-6), (0.0, 0.1), 29_640_749, 8_101, "test")
    assert table.threshold_at(1e-6) == 0.5
    with pytest.raises(ErrorRateOutOfRangeError):
        table.threshold_at(0.9e-6)
