"""What is done to a face before the trunk looks at it, when it is judged and when it teaches.

A teaching view is cut a little differently, mirrored half of the time, and shrunk to between a
third and all of its size: how far away somebody stands must not pass for a medium. Colour is
left alone: a screen's colours are what tells it from skin, and views of changed white balance
made everything worse (docs/liveness-passive.md).
"""

from collections.abc import Callable

import cv2
import numpy as np

from liveness.crops import WIDE_FACTOR, context_window, fit, tight_window
from media.image import ImageRGB
from training.pad_backbone import INPUT_PX, PROBE_PX
from training.pad_rows import PadRow

SIZE_HW = (INPUT_PX, INPUT_PX)
BASELINE_HW = (128, 128)
RECIPE = "views-2"
"""Changed whenever a view changes, so that features in the cache are made anew."""

MAX_SHAVED = 0.06
MIN_SHRINK = 0.35
_MIN_SIDE_PX = 32
View = Callable[[PadRow], ImageRGB]


def judged(row: PadRow) -> ImageRGB:
    """Return the face as the product looks at it, through the detector's box."""
    return fit(_tight(row.read(), row), SIZE_HW)


def judged_small(row: PadRow) -> ImageRGB:
    """Return the same face for the linear probe."""
    return fit(_tight(row.read(), row), (PROBE_PX, PROBE_PX))


def judged_context(row: PadRow) -> ImageRGB:
    """Return the window with room around the face that the baseline was trained on."""
    image = row.read()
    window = context_window(row.box_in(image), (image.shape[1], image.shape[0]))
    return fit(window.cut(image), BASELINE_HW)


def judged_wide(row: PadRow) -> ImageRGB:
    """Return the face with a little of what is around it, as the product's second look."""
    return fit(_wide(row.read(), row), SIZE_HW)


def judged_whole(row: PadRow) -> ImageRGB:
    """Return the whole picture, as if it were a tight crop already."""
    return fit(row.read(), SIZE_HW)


def teaching(number: int) -> View:
    """Return a view for learning: even ones show the face alone, odd ones what is around it."""

    def look(row: PadRow) -> ImageRGB:
        image = row.read()
        face = _wide(image, row) if number % 2 else _tight(image, row)
        return fit(disturb(face, np.random.default_rng((number, row.number))), SIZE_HW)

    return look


def disturb(face: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    """Shave the edges, mirror half of the time, and shrink."""
    height, width = face.shape[:2]
    left, right, top, bottom = chance.uniform(0, MAX_SHAVED, 4)
    face = face[
        int(top * height) : int((1 - bottom) * height), int(left * width) : int((1 - right) * width)
    ]
    if chance.random() < 0.5:
        face = face[:, ::-1]
    scale = float(np.exp(chance.uniform(np.log(MIN_SHRINK), 0)))
    size_wh = [max(_MIN_SIDE_PX, int(side * scale)) for side in (face.shape[1], face.shape[0])]
    small = cv2.resize(np.ascontiguousarray(face), size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _tight(image: ImageRGB, row: PadRow) -> ImageRGB:
    return tight_window(row.box_in(image), (image.shape[1], image.shape[0])).cut(image)


def _wide(image: ImageRGB, row: PadRow) -> ImageRGB:
    window = context_window(row.box_in(image), (image.shape[1], image.shape[0]), WIDE_FACTOR)
    return window.cut(image)
