"""What a CenterNet's numbers mean (Zhou et al. 2019, "Objects as Points")."""

from collections.abc import Mapping

import cv2
import numpy as np

from vision.geometry import Floats, non_maximum_suppression
from vision.persons import Persons

STRIDE_PX = 4
"""Pixels of the canvas to a cell of the maps."""
MAX_PERSONS = 100
# Peaks of one person may lie two cells apart; two persons seldom share so much of their boxes.
MAX_OVERLAP = 0.6
_NEIGHBOURS = np.ones((3, 3), np.uint8)


def interpret(outputs: Mapping[str, Floats], min_score: float) -> Persons:
    """Return the persons of one picture, in pixels of the canvas, surest first.

    outputs: by meaning, `heat` (1, rows, columns), how sure it is that a person's middle is
    there, and `reach` (4, rows, columns), how far it goes to the left, up, right and down.
    """
    heat = outputs["heat"][0]
    is_peak = (heat >= min_score) & (heat >= cv2.dilate(heat, _NEIGHBOURS))
    rows, columns = np.nonzero(is_peak)
    scores = heat[rows, columns]
    best = np.argsort(-scores, kind="stable")[:MAX_PERSONS]
    rows, columns, scores = rows[best], columns[best], scores[best]
    left, up, right, down = outputs["reach"][:, rows, columns]
    x, y = columns * STRIDE_PX, rows * STRIDE_PX
    boxes = np.stack([x - left, y - up, x + right, y + down], axis=1).astype(np.float32)
    kept = non_maximum_suppression(boxes, scores, MAX_OVERLAP)
    return Persons(boxes, scores).take(kept)
