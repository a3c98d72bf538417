"""Boxes, names and quality, drawn into a copy of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from media.image import ImageRGB

_KNOWN_RGB, _UNKNOWN_RGB, _INK_RGB = (40, 170, 80), (215, 110, 20), (255, 255, 255)
Point = tuple[float, float]
_FONT, _SCALE, _PAD_PX = cv2.FONT_HERSHEY_SIMPLEX, 0.5, 4


@dataclass(frozen=True, slots=True)
class Mark:
    """One face to draw: its box in pixels, what to write, whether it has a name."""

    box_xyxy: tuple[float, float, float, float]
    text: str
    is_known: bool


def draw_marks(image: ImageRGB, marks: Sequence[Mark]) -> ImageRGB:
    """Return a copy of the picture with every mark: green with a name, orange without."""
    canvas = np.ascontiguousarray(image.copy())
    for mark in marks:
        colour = _KNOWN_RGB if mark.is_known else _UNKNOWN_RGB
        x1, y1, x2, y2 = (round(value) for value in mark.box_xyxy)
        cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, 2)
        (width, height), _ = cv2.getTextSize(mark.text, _FONT, _SCALE, 1)
        top = max(y1 - height - 2 * _PAD_PX, 0)
        bottom = top + height + 2 * _PAD_PX
        cv2.rectangle(canvas, (x1, top), (x1 + width + 2 * _PAD_PX, bottom), colour, -1)
        place = (x1 + _PAD_PX, bottom - _PAD_PX)
        cv2.putText(canvas, mark.text, place, _FONT, _SCALE, _INK_RGB, 1, cv2.LINE_AA)
    return canvas


def swap_face(
    image: ImageRGB, landmarks: Sequence[Point], other: ImageRGB, others: Sequence[Point]
) -> ImageRGB:
    """Return the picture with another's face in its place, as a hasty forger makes it.

    landmarks, others: eyes, nose and mouth corners of both, image-left first. The other face is
    turned and scaled onto them and laid over in an oval with a soft edge; colours stay its own.
    """
    here, there = np.array(landmarks, np.float32), np.array(others, np.float32)
    move, _ = cv2.estimateAffinePartial2D(there, here)
    height, width = image.shape[:2]
    laid = cv2.warpAffine(other, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
    span = float(np.linalg.norm(here[:2].mean(axis=0) - here[3:].mean(axis=0)))
    centre = here.mean(axis=0)
    oval = np.zeros((height, width), np.float32)
    axes = (round(1.05 * span), round(1.3 * span))
    cv2.ellipse(oval, (round(centre[0]), round(centre[1])), axes, 0, 0, 360, 1.0, -1)
    share = cv2.GaussianBlur(oval, (0, 0), span / 12)[:, :, None]
    mixed = image.astype(np.float32) * (1 - share) + laid.astype(np.float32) * share
    return np.asarray(mixed.clip(0, 255), np.uint8)
