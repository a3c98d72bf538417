"""Whether a picture shows lines of print, told by their shape and without reading them."""

import cv2
import numpy as np

from media.image import ImageRGB

MIN_LINES = 3
_LOOK_PX = 640
_STROKE_PX = 15  # No stroke of a letter is wider at this size.
_GAP_WH = (15, 3)
_MIN_CONTRAST = 28.0
_MIN_LINE_PX, _MAX_LINE_PX, _MIN_LENGTH = 7, 60, 3.0
_FILL = (0.4, 0.98)  # Letters fill their box, and leave gaps in it.


def count_print_lines(image: ImageRGB) -> int:
    """Return how many dark lines of print there are, along the picture's longer side."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if grey.shape[0] > grey.shape[1]:
        grey = np.ascontiguousarray(grey.T)
    scale = _LOOK_PX / grey.shape[1]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=method), np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (_STROKE_PX, _STROKE_PX))
    strokes = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel)
    dark = (strokes >= _MIN_CONTRAST).astype(np.uint8)
    joined = cv2.morphologyEx(
        dark, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, _GAP_WH)
    )
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    _, _, width, height, area = stats[1:].T
    is_line = (height >= _MIN_LINE_PX) & (height <= _MAX_LINE_PX)
    is_line &= width >= _MIN_LENGTH * height
    fill = area / np.maximum(width * height, 1)
    is_line &= (fill >= _FILL[0]) & (fill <= _FILL[1])
    return int(is_line.sum())
