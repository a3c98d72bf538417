"""Pictures that show nothing between pictures that do: what was before them may be another take."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Of 255: a picture of one colour, as editors put between takes. Rooms without light have noise,
# and a hand before the lens lets light through at its edges.
MAX_FLAT_CONTRAST = 1.5


@dataclass(slots=True)
class BlankWatch:
    """Follows a clip; keeps two times."""

    _shown_s: float | None = None
    _blank_s: float | None = None

    def push(self, grid: npt.NDArray[np.uint8], time_s: float) -> float | None:
        """Take one frame; return since when pictures were blank if this is the first that is not.

        grid: (32, 32) grey. Neither a clip's beginning nor its end lies between pictures.
        """
        if float(grid.std()) <= MAX_FLAT_CONTRAST:
            if self._blank_s is None and self._shown_s is not None:
                self._blank_s = time_s
            return None
        since_s, self._blank_s, self._shown_s = self._blank_s, None, time_s
        return since_s
