"""A curve of agreement is read with care: what could be chance is not told."""

import numpy as np
import pytest

from deepfake.sync.step_curve import MAX_LAG, StepCurve
from deepfake.sync.step_verdict import Step, judge

PLACES = np.arange(2 * MAX_LAG + 1)


def curve(*peaks: tuple[float, float], speech_s: float = 4.0) -> StepCurve:
    """Return a curve with peaks of a height at a shift in seconds, over a floor of 0.1."""
    agreement = np.full(len(PLACES), 0.1)
    for height, shift_s in peaks:
        bump = np.exp(-0.5 * ((PLACES - MAX_LAG - shift_s / 0.02) / 3) ** 2)
        agreement = np.maximum(agreement, height * bump)
    return StepCurve(agreement.astype(np.float32), speech_s)


@pytest.mark.parametrize(
    ("peaks", "step"),
    [
        pytest.param([(0.5, 0.1)], Step.TOGETHER, id="one peak near"),
        pytest.param([(0.5, 0.1), (0.4, -0.9)], Step.TOGETHER, id="a lesser one far"),
        pytest.param([(0.5, -0.7)], Step.SHIFTED, id="one peak far"),
        pytest.param([(0.5, -0.7), (0.495, 0.9)], Step.ANOTHER, id="two peaks far"),
        pytest.param([(0.2, 0.0), (0.21, 0.8)], Step.ANOTHER, id="far as good as near"),
        pytest.param([(0.2, 0.0)], Step.UNCLEAR, id="hardly a peak"),
        pytest.param([(0.5, 1.2)], Step.ANOTHER, id="rising at the rim"),
    ],
)
def test_a_curve_means(peaks: list[tuple[float, float]], step: Step) -> None:
    verdict = judge(curve(*peaks))
    assert verdict is not None
    assert verdict.step is step


def test_the_offset_is_finer_than_a_step() -> None:
    verdict = judge(curve((0.5, 0.107)))
    assert verdict is not None
    assert verdict.offset_s == pytest.approx(0.107, abs=0.004)


def test_little_speech_says_nothing_and_little_agreement_little() -> None:
    assert judge(curve((0.9, 0.0), speech_s=1.0)) is None
    assert judge(StepCurve(np.full(len(PLACES), np.nan, np.float32), 4.0)) is None
    short, long = judge(curve((0.3, 0.0), speech_s=1.5)), judge(curve((0.3, 0.0), speech_s=9.0))
    assert short is not None
    assert long is not None
    assert (short.step, long.step) == (Step.UNCLEAR, Step.TOGETHER)


def test_curves_are_joined_by_how_much_was_said() -> None:
    much, little = curve((0.5, 0.0), speech_s=9.0), curve((0.5, 0.8), speech_s=1.0)
    joined = StepCurve.joined([much, little])
    assert joined.speech_s == 10.0
    assert joined.agreement[MAX_LAG] == pytest.approx(0.46, abs=0.001)
    blank = StepCurve(np.full(len(PLACES), np.nan, np.float32), 5.0)
    np.testing.assert_allclose(StepCurve.joined([much, blank]).agreement, much.agreement)
