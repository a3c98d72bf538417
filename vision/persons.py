"""Persons in one picture, as a structure of arrays."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from vision.geometry import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Persons:
    """Persons in one picture; both arrays have N rows and N may be 0.

    boxes_xyxy: (N, 4) float32, original-picture pixels, x2 y2 exclusive; inside the picture.
    scores: (N,) float32 in [0, 1]; higher is more person-like; rows fall by score.
    """

    boxes_xyxy: Floats
    scores: Floats

    def __post_init__(self) -> None:
        if self.boxes_xyxy.ndim != 2 or self.boxes_xyxy.shape[1] != 4:
            raise ValueError(f"boxes_xyxy must have shape (N, 4), got {self.boxes_xyxy.shape}")
        if self.scores.shape != (len(self.boxes_xyxy),):
            raise ValueError(
                f"scores must have shape ({len(self.boxes_xyxy)},), got {self.scores.shape}"
            )

    def __len__(self) -> int:
        return len(self.boxes_xyxy)

    @classmethod
    def none(cls) -> Self:
        """Return the value that means: measured, and nobody there."""
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32))

    def take(self, rows: npt.NDArray[np.intp] | list[int]) -> "Persons":
        """Return the given rows, in the given order."""
        return Persons(self.boxes_xyxy[rows], self.scores[rows])


def foot_xy(box_xyxy: Floats) -> tuple[float, float]:
    """Return where a person stands: the middle of the lower edge of its box."""
    return float(box_xyxy[0] + box_xyxy[2]) / 2, float(box_xyxy[3])
