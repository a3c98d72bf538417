"""How much louder a clip's sound gets than what is always there."""

import numpy as np
import numpy.typing as npt

from deepfake.sync.spoken_mouth import STEP
from media.frame import Samples

_FLOOR_DB = -100
_QUIET, _LOUD = 0.1, 0.9


class Loudness:
    """Counts how loud 20 ms are, in decibels of full scale; memory does not grow."""

    def __init__(self) -> None:
        self._counts: npt.NDArray[np.int64] = np.zeros(1 - _FLOOR_DB, np.int64)

    def push(self, samples: Samples) -> None:
        """Take whole steps of 20 ms at 16 kHz; those of nothing are sound that is missing."""
        powers = (samples.reshape(-1, STEP).astype(np.float64) ** 2).mean(axis=1)
        levels_db = 10 * np.log10(powers[powers > 0])
        places = np.clip(np.round(levels_db), _FLOOR_DB, 0).astype(np.intp) - _FLOOR_DB
        self._counts += np.bincount(places, minlength=len(self._counts))

    @property
    def spread_db(self) -> float:
        """From what a tenth of the time is below, to what a tenth is above; 0 before any sound."""
        total = np.cumsum(self._counts)
        if not total[-1]:
            return 0.0
        quiet, loud = np.searchsorted(total, total[-1] * np.array([_QUIET, _LOUD]))
        return float(loud - quiet)
