"""Something is over the lens: all dark, all of one colour, or a smear."""

from typing import ClassVar

import cv2
import numpy as np

from media.image import ImageRGB
from vision.continuity.glance import Glance
from vision.frame_analysis import FrameAnalysis

# Mean of the picture, and spread of its coarse parts, in steps of grey.
DARK_BELOW, FLAT_BELOW = 16.0, 7.0
# Edges, against those of the picture while a face is in it. Out of focus they go to a third; behind
# a finger or a cloth to less than a sixth.
SMEARED_BELOW = 1 / 6
_SIZE_WH = (160, 120)
# How much of the usual sharpness is that of the newest frame.
_SHARE = 0.05


class CameraCovered:
    """Judges pictures without a face, against the pictures before."""

    code: ClassVar[str] = "CAMERA_COVERED"
    after_s: ClassVar[float] = 0.7
    clear_s: ClassVar[float] = 0.5

    def __init__(self) -> None:
        self._usual: float | None = None

    def judge(self, look: FrameAnalysis, time_s: float) -> bool | None:
        """Return whether the lens is covered; whoever can be seen is not behind anything."""
        if look.face is not None:
            edges = _edges(look.frame.image)
            usual = edges if self._usual is None else self._usual
            self._usual = usual + _SHARE * (edges - usual)
            return False
        glance = Glance(look.grid)
        if glance.mean < DARK_BELOW or float(glance.grey.std()) < FLAT_BELOW:
            return True
        return self._usual is not None and _edges(look.frame.image) < SMEARED_BELOW * self._usual

    def restart(self) -> None:
        """Nothing changes: it is the same camera, or cuts tell."""


def _edges(image: ImageRGB) -> float:
    """Return the mean of the Laplacian on a small picture, in steps of grey."""
    small = cv2.resize(image, _SIZE_WH, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean())
