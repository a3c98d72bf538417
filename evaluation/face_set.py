"""What the rates are counted on: one embedding and one quality score per picture."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class FaceSet:
    """One row per picture.

    vectors: (N, D) float32 of unit norm, zeros where no face was found.
    is_found: (N,) bool, whether a face was found.
    quality: (N,) float32, 0 to 100, nan where no face was found.
    """

    vectors: npt.NDArray[np.float32]
    is_found: npt.NDArray[np.bool_]
    quality: npt.NDArray[np.float32]

    def __repr__(self) -> str:
        return f"FaceSet(pictures={len(self.is_found)}, found={int(self.is_found.sum())})"
