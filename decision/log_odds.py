"""Log-odds as shares."""

import math

import numpy as np
import numpy.typing as npt

# Beyond it a float is 0 or 1 to the last bit, and the exponential still fits.
_MAX_EXPONENT = 500.0


def share_of(log_odds: float) -> float:
    """Return the share in [0, 1] that log-odds stand for: the logistic function."""
    return 1 / (1 + math.exp(-min(max(log_odds, -_MAX_EXPONENT), _MAX_EXPONENT)))


def shares_of(log_odds: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return the same for each of many, in any shape."""
    bounded = np.clip(log_odds.astype(np.float64), -_MAX_EXPONENT, _MAX_EXPONENT)
    return np.asarray(1 / (1 + np.exp(-bounded)))
