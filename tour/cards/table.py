"""A specimen as somebody photographs it: on a table, a little turned."""

import cv2
import numpy as np

from media.image import ImageRGB

_SIZE_WH = (1280, 960)
_TABLE_RGB = (74, 58, 46)
# Where the card's corners lie, clockwise from its upper left one.
_CORNERS = ((172, 190), (1098, 158), (1126, 744), (150, 762))
_SOFTNESS_PX, _NOISE = 0.7, 2.0


def lay_on_table(card: ImageRGB, seed: int = 0) -> ImageRGB:
    """Return a photograph of a card on a dark table, (960, 1280, 3) RGB."""
    height, width = card.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    move = cv2.getPerspectiveTransform(corners, np.array(_CORNERS, np.float32))
    laid = cv2.warpPerspective(card, move, _SIZE_WH, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), move, _SIZE_WH)[..., None]
    shade = np.linspace(1.0, 0.7, _SIZE_WH[0], dtype=np.float32)[None, :, None]
    scene = np.array(_TABLE_RGB, np.float32) * shade * (1 - mask) + laid * mask
    soft = cv2.GaussianBlur(scene, (0, 0), _SOFTNESS_PX)
    noise = np.random.default_rng(seed).normal(0, _NOISE, soft.shape)
    return np.asarray(np.clip(soft + noise, 0, 255), np.uint8)
