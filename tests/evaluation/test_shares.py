import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.areas import Floats, auc_of, equal_error, error_curve, mean_auc
from evaluation.shares import clusters_of, share_of

SCORES = st.lists(st.integers(0, 8).map(lambda n: n / 8), min_size=1, max_size=12)


def alone(values: Floats) -> np.ndarray:
    return np.arange(len(values))


def test_a_share_of_nothing_is_not_zero() -> None:
    nothing = share_of(np.zeros(0, np.bool_), np.zeros(0, np.intp))
    assert (nothing.value, nothing.interval) == (None, None)


def test_no_error_seen_is_not_no_error() -> None:
    """Drawing again from rows without an error gives none each time: an interval of 0 to 0."""
    none = share_of(np.zeros(100, np.bool_), np.arange(100))
    assert none.value == 0
    assert none.interval is not None
    assert none.interval.low == 0
    # Clopper and Pearson for 0 of 100.
    assert none.interval.high == pytest.approx(0.0362, abs=1e-4)
    every = share_of(np.ones(100, np.bool_), np.arange(100))
    assert every.interval is not None
    assert every.interval.low == pytest.approx(1 - 0.0362, abs=1e-4)


def test_frames_of_one_recording_are_one_observation() -> None:
    flags = np.repeat([True, False], 50)
    frames = share_of(flags, np.arange(100))
    recordings = share_of(flags, np.repeat(np.arange(4), 25))
    assert frames.value == recordings.value == 0.5
    assert frames.interval is not None
    assert recordings.interval is not None
    narrow = frames.interval.high - frames.interval.low
    # The spread of a mean of 4 is five times that of a mean of 100.
    assert recordings.interval.high - recordings.interval.low > 3 * narrow


def test_one_recording_that_is_half_right_has_no_interval() -> None:
    half = share_of(np.array([True, False]), np.zeros(2, np.intp))
    assert (half.value, half.interval) == (0.5, None)


def test_intervals_cover_the_true_rate_of_fresh_recordings() -> None:
    """Recordings of 20 frames, each either all wrong or all right, wrong in one of four."""
    rng = np.random.default_rng(3)
    covered = 0
    for trial in range(100):
        wrong = rng.random(40) < 0.25
        share = share_of(np.repeat(wrong, 20), np.repeat(np.arange(40), 20), 200, seed=trial)
        assert share.interval is not None
        covered += share.interval.low <= 0.25 <= share.interval.high
    # 95 % claimed; 100 trials at 92 %, as percentiles of 40 reach, give 84 or more with 99 %.
    assert covered >= 84


@given(SCORES, SCORES)
def test_the_area_is_how_often_live_is_above_the_attack(
    live: list[float], attacks: list[float]
) -> None:
    left, right = np.array(live), np.array(attacks)
    found = auc_of(left, right, alone(left), alone(right), replicates=3)
    above = (left[:, None] > right).mean() + (left[:, None] == right).mean() / 2
    assert found.value == pytest.approx(above)
    assert (found.replicates >= 0).all()
    assert (found.replicates <= 1).all()


def test_one_of_each_in_the_right_order_is_no_proof() -> None:
    """Two clips told apart gave an area of 1 with an interval of 1 to 1."""
    found = auc_of(np.array([0.9]), np.array([0.1]), np.zeros(1, np.intp), np.zeros(1, np.intp))
    assert found.value == 1
    assert (found.interval.low, found.interval.high) == pytest.approx((0.025, 1))
    wrong = auc_of(np.array([0.1]), np.array([0.9]), np.zeros(1, np.intp), np.zeros(1, np.intp))
    assert (wrong.interval.low, wrong.interval.high) == pytest.approx((0, 0.975))


def test_an_area_needs_both_classes() -> None:
    with pytest.raises(ValueError, match="both classes"):
        auc_of(np.array([0.5]), np.zeros(0), np.zeros(1, np.intp), np.zeros(0, np.intp))


def test_the_same_seed_gives_the_same_interval() -> None:
    rng = np.random.default_rng(1)
    live, attacks = rng.random(30) + 0.3, rng.random(30)
    one, two = (auc_of(live, attacks, alone(live), alone(attacks)) for _ in range(2))
    assert one.interval == two.interval
    assert one.interval.low < one.value < one.interval.high


def test_the_mean_over_sources_spreads_as_sources_do() -> None:
    """Two sources of certain and opposite quality: another draw may bring the bad one twice."""
    live, attacks = np.array([0.9, 0.8]), np.array([0.1, 0.2])
    good = auc_of(live, attacks, alone(live), alone(attacks))
    bad = auc_of(attacks, live, alone(live), alone(attacks))
    found = mean_auc([good, bad])
    assert found is not None
    mean, span = found
    assert mean == 0.5
    assert (span.low, span.high) == (0, 1)
    assert mean_auc([]) is None


@given(SCORES, SCORES)
def test_a_higher_threshold_lets_fewer_attacks_pass_and_more_live_ones_fail(
    live: list[float], attacks: list[float]
) -> None:
    curve = error_curve(np.array(live), np.array(attacks))
    assert (np.diff(curve.false_positives) <= 0).all()
    assert (np.diff(curve.false_negatives) >= 0).all()
    assert (curve.false_positives[0], curve.false_negatives[0]) == (1, 0)
    assert (curve.false_positives[-1], curve.false_negatives[-1]) == (0, 1)
    assert 0 <= equal_error(curve) <= 1


def test_equal_error_by_hand() -> None:
    separate = error_curve(np.array([0.8, 0.9]), np.array([0.1, 0.2]))
    assert equal_error(separate) == 0
    mixed = error_curve(np.array([0.1, 0.9]), np.array([0.0, 0.5]))
    assert equal_error(mixed) == 0.5


def test_rows_of_one_clip_are_drawn_together() -> None:
    assert clusters_of(["a", "", "a", "b", ""], ["s"] * 5).tolist() == [0, 1, 0, 2, 3]
    # A name of a clip means something within its source only.
    assert clusters_of(["a", "a"], ["s", "t"]).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("rows", "runs"), [(5, 5), (19, 19), (20, 10), (60, 10), (100, 10), (1000, 100)]
)
def test_neighbours_without_a_clip_are_drawn_together(rows: int, runs: int) -> None:
    found = clusters_of([""] * rows, ["s"] * rows)
    assert (np.diff(found) >= 0).all()
    assert len(set(found.tolist())) == runs


def test_neighbours_are_those_of_the_same_group() -> None:
    mixed = clusters_of([""] * 200, ["s", "t"] * 100)
    assert mixed[0] == mixed[18]
    assert mixed[0] != mixed[1]
    assert mixed[0] != mixed[20]
