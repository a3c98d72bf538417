import math

import pytest

from decision.outcome import Decision, MatchOutcome
from decision.signal import Signal


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_signal_is_finite_or_absent(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Signal("face_similarity", value)


def test_a_ratio_needs_a_measurement() -> None:
    with pytest.raises(ValueError, match="without a score"):
        Signal("face_similarity", None, llr=1.0)


def test_a_decision_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Decision(MatchOutcome.MATCH, ())
