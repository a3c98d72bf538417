import json
import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from base.errors import InvalidArgumentError
from decision.calibration import Calibration, LabelledScores, cllr, fit_calibration

FloatArray = npt.NDArray[np.float64]


def labelled(claims: FloatArray, others: FloatArray, sources: int = 2) -> LabelledScores:
    scores = np.concatenate([claims, others])
    names = [f"source-{i % sources}" for part in (claims, others) for i in range(len(part))]
    return LabelledScores(scores, np.arange(len(scores)) < len(claims), names)


def gaussian(count: int, seed: int = 1) -> tuple[FloatArray, FloatArray]:
    """Unit normals one either side of 0: the true llr of a score x is 2 x."""
    random = np.random.default_rng(seed)
    return random.normal(1, 1, count), random.normal(-1, 1, count)


def llrs_of(calibration: Calibration, scores: FloatArray) -> FloatArray:
    return np.array([calibration.llr(float(score)) for score in scores])


def test_the_true_ratio_of_two_bells_is_found() -> None:
    fitted = fit_calibration(labelled(*gaussian(20_000)), "bells")
    assert fitted.slope == pytest.approx(2, rel=0.05)
    assert fitted.offset == pytest.approx(0, abs=0.05)


def test_the_share_of_the_classes_makes_no_evidence() -> None:
    """A training set with ten times more of one class must not lean towards it."""
    claims, others = gaussian(20_000)
    fitted = fit_calibration(labelled(claims[:2000], others), "bells")
    assert fitted.offset == pytest.approx(0, abs=0.1)


def test_a_large_source_does_not_drown_a_small_one() -> None:
    claims, others = gaussian(4000)
    scores = np.concatenate([claims, others, claims[:200] + 4, others[:200] + 4])
    is_claim = np.concatenate([np.ones(4000), np.zeros(4000), np.ones(200), np.zeros(200)]) > 0
    names = ["large"] * 8000 + ["small"] * 400
    fitted = fit_calibration(LabelledScores(scores, is_claim, names), "two devices")
    # Halfway between the two devices' own crossing points, 0 and 4.
    assert -fitted.offset / fitted.slope == pytest.approx(2, abs=0.3)


def test_scores_that_tell_nothing_get_a_ratio_near_one() -> None:
    claims, _ = gaussian(5000)
    fitted = fit_calibration(labelled(claims, claims[::-1]), "noise")
    assert abs(fitted.llr(1.0)) < 0.05


def test_no_more_is_claimed_than_the_counts_support() -> None:
    """Two classes far apart would otherwise claim certainty from fifty pictures."""
    fitted = fit_calibration(labelled(np.linspace(5, 6, 30), np.linspace(-6, -5, 50)), "apart")
    assert fitted.llr(1e9) == pytest.approx(math.log(51))
    assert fitted.llr(-1e9) == pytest.approx(-math.log(31))


@pytest.mark.parametrize(
    ("claims", "others", "sources"),
    [(5, 0, 2), (0, 5, 2), (5, 5, 1), (5, 1, 2)],
    ids=["no false claims", "no true claims", "one source", "a class of one source"],
)
def test_one_class_or_one_source_is_refused(claims: int, others: int, sources: int) -> None:
    with pytest.raises(InvalidArgumentError, match="both classes from at least 2"):
        fit_calibration(labelled(np.ones(claims), np.zeros(others), sources), "poor")


def test_a_calibration_says_what_stands_behind_it() -> None:
    fitted = fit_calibration(labelled(np.ones(4), np.zeros(6)), "lab, model x")
    assert fitted.provenance == "lab, model x: 4 for and 6 against, 2 sources"


def test_a_calibration_reads_back_as_written() -> None:
    fitted = fit_calibration(labelled(*gaussian(100)), "bells")
    assert Calibration.from_plain(json.loads(json.dumps(fitted.to_plain()))) == fitted


@pytest.mark.parametrize(
    "change",
    [{"slope": "nan"}, {"max_llr": -1.0}, {"extra": 1.0}, {"slope": "steep"}],
    ids=["nan", "limits", "unknown field", "no number"],
)
def test_a_spoilt_record_is_refused(change: dict[str, float | str]) -> None:
    plain = fit_calibration(labelled(*gaussian(100)), "bells").to_plain() | change
    with pytest.raises(InvalidArgumentError):
        Calibration.from_plain(plain)


def test_calibration_makes_badly_scaled_scores_cheap() -> None:
    claims, others = gaussian(5000)
    test = labelled(*gaussian(5000, seed=2))
    fitted = fit_calibration(labelled(claims * 40 + 300, others * 40 + 300), "scaled")
    calibrated = cllr(llrs_of(fitted, test.scores * 40 + 300), test.is_claim)
    raw = cllr(test.scores * 40 + 300, test.is_claim)
    ideal = cllr(2 * test.scores, test.is_claim)
    assert calibrated == pytest.approx(ideal, abs=0.01)
    assert raw > 10 * calibrated


def test_saying_nothing_costs_one_bit() -> None:
    assert cllr(np.zeros(4), np.array([True, True, False, False])) == pytest.approx(1.0)


def test_cllr_of_one_class_is_refused() -> None:
    with pytest.raises(InvalidArgumentError):
        cllr(np.zeros(3), np.ones(3, np.bool_))


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(np.float64, st.integers(2, 30), elements=st.floats(-1e3, 1e3)),
    hnp.arrays(np.float64, st.integers(2, 30), elements=st.floats(-1e3, 1e3)),
)
def test_any_scores_give_a_bounded_and_monotonic_ratio(
    claims: FloatArray, others: FloatArray
) -> None:
    fitted = fit_calibration(labelled(claims, others), "any")
    ratios = llrs_of(fitted, np.linspace(-2e3, 2e3, 50))
    assert (ratios <= math.log(len(others) + 1)).all()
    assert (ratios >= -math.log(len(claims) + 1)).all()
    steps = np.diff(ratios)
    assert (steps >= 0).all() or (steps <= 0).all()
