"""A face of a few ellipses: nobody's, and enough for a landmarker to prove itself on."""

import cv2
import numpy as np

from media.image import ImageRGB
from vision.geometry import Floats

# Share of the side that the face's box spans: x1 y1 x2 y2.
_BOX = (0.24, 0.15, 0.76, 0.86)
_SKIN, _HAIR, _WHITE, _IRIS, _LIPS = (
    (224, 172, 140), (60, 40, 30), (250, 250, 250), (50, 30, 20), (180, 80, 80),
)  # fmt: skip
_BACKGROUND = 200


def drawn_face(side_px: int = 256) -> ImageRGB:
    """Return a picture of a drawn face that looks straight ahead."""
    picture = np.full((side_px, side_px, 3), _BACKGROUND, np.uint8)
    _ellipse(picture, (0.5, 0.51), (0.26, 0.34), _SKIN)
    _ellipse(picture, (0.5, 0.28), (0.27, 0.14), _HAIR, arc=(180, 360))
    for eye_x in (0.395, 0.605):
        _ellipse(picture, (eye_x, 0.45), (0.05, 0.025), _WHITE)
        _ellipse(picture, (eye_x, 0.45), (0.022, 0.022), _IRIS)
        _ellipse(picture, (eye_x, 0.388), (0.06, 0.01), _HAIR)
    _ellipse(picture, (0.5, 0.605), (0.04, 0.015), _HAIR, arc=(20, 160))
    _ellipse(picture, (0.5, 0.715), (0.085, 0.03), _LIPS)
    # Hard edges are what no camera gives.
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), side_px / 170), np.uint8)


def drawn_face_box(side_px: int = 256) -> Floats:
    """Return where the drawn face is, (4,)."""
    return np.array(_BOX, np.float32) * side_px


def _ellipse(
    picture: ImageRGB,
    centre: tuple[float, float],
    radii: tuple[float, float],
    colour: tuple[int, int, int],
    arc: tuple[int, int] = (0, 360),
) -> None:
    side = picture.shape[0]
    (x, y), (across, down) = centre, radii
    place, size = (round(x * side), round(y * side)), (round(across * side), round(down * side))
    cv2.ellipse(picture, place, size, 0, *arc, colour, -1)
