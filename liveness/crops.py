"""Which part of a picture the passive models look at: pure geometry on a face box.

The passive model learned from tight crops. Run on those crops, our detector's box covers 94 %
of the width and 95 % of the height, with the missing strips at both sides and above
(docs/liveness-passive.md names the measurement). So the box is grown by these shares, and a
picture that is a tight crop already comes out nearly whole.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from base.errors import DegenerateFaceError
from media.image import ImageRGB
from vision.geometry import Floats

SIDE_SHARE = 0.03
TOP_SHARE = 0.05
BOTTOM_SHARE = 0.0
WIDE_FACTOR = 1.5
CONTEXT_FACTOR = 2.7  # The window that the baseline was trained on, in box sizes.
MIN_FACE_PX = 24


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of whole pixels inside a picture; x2 and y2 exclusive."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.x2 - self.x1, self.y2 - self.y1

    def cut(self, image: ImageRGB) -> ImageRGB:
        """Return what the window shows; a view into the picture, not a copy."""
        return image[self.y1 : self.y2, self.x1 : self.x2]


def whole_box(image: ImageRGB) -> Floats:
    """Return the box of a picture that is a tight crop of a face already."""
    height, width = image.shape[:2]
    return np.array([0, 0, width, height], np.float32)


def tight_window(box_xyxy: Floats, size_wh: tuple[int, int]) -> Window:
    """Return the window of the face alone, cut off at the edges of the picture.

    Raises DegenerateFaceError if less than 24 pixels of it lie inside.
    """
    x1, y1, x2, y2 = (float(value) for value in box_xyxy)
    width, height = x2 - x1, y2 - y1
    return _inside(
        (x1 - SIDE_SHARE * width, y1 - TOP_SHARE * height),
        (x2 + SIDE_SHARE * width, y2 + BOTTOM_SHARE * height),
        size_wh,
    )


def context_window(
    box_xyxy: Floats, size_wh: tuple[int, int], factor: float = CONTEXT_FACTOR
) -> Window:
    """Return a window of `factor` boxes around the face, shifted so as to stay in the picture.

    Where the picture is smaller than the window, the factor shrinks until it fits.
    Raises DegenerateFaceError if less than 24 pixels of it lie inside.
    """
    x1, y1, x2, y2 = (float(value) for value in box_xyxy)
    width, height = max(x2 - x1, 1.0), max(y2 - y1, 1.0)
    factor = min(factor, size_wh[0] / width, size_wh[1] / height)
    half_wh = factor * width / 2, factor * height / 2
    centre_xy = [
        min(max((low + high) / 2, half), side - half)
        for low, high, half, side in zip((x1, y1), (x2, y2), half_wh, size_wh, strict=True)
    ]
    return _inside(
        (centre_xy[0] - half_wh[0], centre_xy[1] - half_wh[1]),
        (centre_xy[0] + half_wh[0], centre_xy[1] + half_wh[1]),
        size_wh,
    )


def fit(image: ImageRGB, size_hw: tuple[int, int]) -> ImageRGB:
    """Stretch a crop to the model's input: averaged where it shrinks, else interpolated."""
    height, width = size_hw
    shrinks = min(image.shape[:2]) > min(size_hw)
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=how), np.uint8)


def _inside(
    top_left: tuple[float, float], bottom_right: tuple[float, float], size_wh: tuple[int, int]
) -> Window:
    x1, y1 = (max(round(value), 0) for value in top_left)
    x2, y2 = (min(round(v), side) for v, side in zip(bottom_right, size_wh, strict=True))
    if min(x2 - x1, y2 - y1) < MIN_FACE_PX:
        raise DegenerateFaceError(
            f"hardly any of the face lies inside the picture; expected {MIN_FACE_PX} pixels or "
            "more, use another picture"
        )
    return Window(x1, y1, x2, y2)
