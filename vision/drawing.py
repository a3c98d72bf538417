"""What was found, drawn into a copy of the picture."""

from collections.abc import Sequence

import cv2
import numpy as np

from media.image import ImageRGB
from vision.analysis import FaceReading

_GOOD_RGB, _POOR_RGB, _POINT_RGB = (40, 170, 80), (215, 110, 20), (250, 220, 60)


def draw_faces(
    image: ImageRGB, readings: Sequence[FaceReading], labels: Sequence[str] | None = None
) -> ImageRGB:
    """Return a copy with boxes (orange where the quality is poor), landmarks and labels.

    labels: one line a face, ASCII; the quality score where none are given.
    """
    canvas = np.ascontiguousarray(image.copy())
    stroke_px = max(1, round(max(image.shape[:2]) / 500))
    texts = labels or [f"{reading.quality.score:.0f}" for reading in readings]
    for reading, text in zip(readings, texts, strict=True):
        _draw_face(canvas, reading, text, stroke_px)
    return canvas


def _draw_face(canvas: ImageRGB, reading: FaceReading, text: str, stroke_px: int) -> None:
    colour = _GOOD_RGB if reading.quality.is_usable else _POOR_RGB
    x1, y1, x2, y2 = (round(float(value)) for value in reading.box_xyxy)
    cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, stroke_px)
    for x, y in reading.landmarks:
        cv2.circle(canvas, (round(float(x)), round(float(y))), stroke_px, _POINT_RGB, -1)
    font, size = cv2.FONT_HERSHEY_SIMPLEX, 0.45 * stroke_px
    (_, height), _ = cv2.getTextSize(text, font, size, stroke_px)
    place = (max(x1, 0), y1 - 4 if y1 > height + 4 else y2 + height + 4)
    cv2.putText(canvas, text, place, font, size, colour, stroke_px, cv2.LINE_AA)
