"""Which part of a picture the frame model looks at: one rule for training and for the product.

A square around the face, with some of what surrounds it: where a forged face ends is where a
forgery shows. It is moved so as to stay inside the picture; where the picture is smaller than
the square, the picture's edge is repeated.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from base.errors import DegenerateFaceError
from media.image import ImageRGB
from vision.geometry import Floats

CROP_FACTOR = 1.3
"""Side of the square, in longer sides of the detector's box."""
MIN_FACE_PX = 24


@dataclass(frozen=True, slots=True)
class CropWindow:
    """A square of whole pixels; it may reach beyond the picture where that is smaller."""

    x1: int
    y1: int
    side_px: int

    @property
    def xyxy(self) -> tuple[int, int, int, int]:
        """Corners in pixels of the picture, x2 and y2 exclusive."""
        return self.x1, self.y1, self.x1 + self.side_px, self.y1 + self.side_px

    def cut(self, image: ImageRGB) -> ImageRGB:
        """Return what the window shows, the picture's edge repeated where it reaches beyond."""
        height, width = image.shape[:2]
        x1, y1, x2, y2 = self.xyxy
        inside = image[max(y1, 0) : min(y2, height), max(x1, 0) : min(x2, width)]
        beyond = max(-y1, 0), max(y2 - height, 0), max(-x1, 0), max(x2 - width, 0)
        if not any(beyond):
            return inside
        return np.asarray(cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE), np.uint8)


def crop_window(
    box_xyxy: Floats, size_wh: tuple[int, int], factor: float = CROP_FACTOR
) -> CropWindow:
    """Return the window of `factor` boxes around a face.

    Raises DegenerateFaceError if less than 24 pixels of the box lie inside the picture.
    """
    x1, y1, x2, y2 = (float(value) for value in box_xyxy)
    seen_px = min(min(x2, size_wh[0]) - max(x1, 0.0), min(y2, size_wh[1]) - max(y1, 0.0))
    if not seen_px >= MIN_FACE_PX:
        raise DegenerateFaceError(
            f"hardly any of the face lies inside the picture; expected {MIN_FACE_PX} pixels or "
            "more, use another picture"
        )
    side = max(round(factor * max(x2 - x1, y2 - y1)), MIN_FACE_PX)
    left, top = (
        _shifted(round((low + high - side) / 2), side, whole)
        for low, high, whole in ((x1, x2, size_wh[0]), (y1, y2, size_wh[1]))
    )
    return CropWindow(left, top, side)


def fit(crop: ImageRGB, side_px: int) -> ImageRGB:
    """Scale a square crop to the model's input: averaged where it shrinks, else interpolated."""
    how = cv2.INTER_AREA if crop.shape[0] > side_px else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (side_px, side_px), interpolation=how), np.uint8)


def _shifted(start: int, side: int, whole: int) -> int:
    """Move a stretch inside 0..whole; centred on it where it is longer."""
    if side >= whole:
        return (whole - side) // 2
    return min(max(start, 0), whole - side)
