"""Faces in one picture, as a structure of arrays."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces in one picture; every array has N rows and N may be 0.

    boxes_xyxy: (N, 4) float32, original-picture pixels, x2 y2 exclusive; may reach outside.
    scores: (N,) float32 in [0, 1]; higher is more face-like; rows fall by score.
    landmarks: (N, 5, 2) float32, x y pixels: eyes, nose tip, mouth corners, image-left first.
    """

    boxes_xyxy: Floats
    scores: Floats
    landmarks: Floats

    def __post_init__(self) -> None:
        if self.boxes_xyxy.ndim != 2 or self.boxes_xyxy.shape[1] != 4:
            raise ValueError(f"boxes_xyxy must have shape (N, 4), got {self.boxes_xyxy.shape}")
        count = len(self.boxes_xyxy)
        if self.scores.shape != (count,):
            raise ValueError(f"scores must have shape ({count},), got {self.scores.shape}")
        if self.landmarks.shape != (count, 5, 2):
            raise ValueError(
                f"landmarks must have shape ({count}, 5, 2), got {self.landmarks.shape}"
            )

    def __len__(self) -> int:
        return len(self.boxes_xyxy)

    @classmethod
    def none(cls) -> Self:
        """Return the value that means: measured, and no face there."""
        return cls(
            np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty((0, 5, 2), np.float32)
        )

    def take(self, rows: npt.NDArray[np.intp] | list[int]) -> "Faces":
        """Return the given rows, in the given order."""
        return Faces(self.boxes_xyxy[rows], self.scores[rows], self.landmarks[rows])

    def areas_px(self) -> Floats:
        """Return the area of each box in square pixels."""
        sides = np.maximum(self.boxes_xyxy[:, 2:] - self.boxes_xyxy[:, :2], 0)
        areas: Floats = np.prod(sides, axis=1, dtype=np.float32)
        return areas
