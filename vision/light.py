"""How bright a picture is, for advice such as "more light"."""

from dataclasses import dataclass

import cv2
import numpy as np

from media.image import ImageRGB

_SIDE_PX = 96
_DARK, _BRIGHT = 24, 250


@dataclass(frozen=True, slots=True)
class Light:
    """Brightness of a whole picture, in luma of 0 to 255.

    mean_luma, spread_luma: mean and standard deviation. dark_share: of the area at less than 24.
    bright_share: of the area at 250 or more.
    """

    mean_luma: float
    spread_luma: float
    dark_share: float
    bright_share: float


def light_of(image: ImageRGB) -> Light:
    """Measure a picture on a grid of 96 x 96 samples."""
    # Samples and not means: a mean would lift small blown-out areas below the limit.
    samples = cv2.resize(image, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_NEAREST)
    luma = cv2.cvtColor(samples, cv2.COLOR_RGB2GRAY)
    return Light(
        mean_luma=float(luma.mean()),
        spread_luma=float(luma.std()),
        dark_share=float(np.mean(luma < _DARK)),
        bright_share=float(np.mean(luma >= _BRIGHT)),
    )
