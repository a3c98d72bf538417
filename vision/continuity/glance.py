"""A frame as a stamp of grey, for what needs no more: light, standstill, change of scene."""

from dataclasses import dataclass

import numpy as np

from media.image import ImageRGB
from vision.geometry import Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Glance:
    """A whole picture at 32 by 32. grid: (32, 32) uint8 grey."""

    grid: ImageRGB

    def __repr__(self) -> str:
        return f"Glance(mean={self.mean:.0f}, picture=<hidden>)"

    @property
    def mean(self) -> float:
        """Mean brightness, 0 to 255."""
        return float(self.grid.mean())

    @property
    def grey(self) -> Floats:
        """The same as (32, 32) float32."""
        return self.grid.astype(np.float32)

    def largest_step(self, other: "Glance") -> float:
        """Return by how much the pictures differ where they differ most, in steps of grey."""
        return float(np.abs(self.grey - other.grey).max())

    def likeness(self, other: "Glance") -> float:
        """Return the correlation, -1 to 1; brighter or darker light does not change it."""
        mine, theirs = self.grey - self.grey.mean(), other.grey - other.grey.mean()
        norm = float(np.sqrt((mine * mine).sum() * (theirs * theirs).sum()))
        return float((mine * theirs).sum()) / norm if norm > 0 else 0.0
