"""A picture in which no card's edges were found, taken for the card itself."""

import cv2
import numpy as np

from decision.outcome import Reason
from media.image import ImageRGB
from vision.documents.medium import measure_medium
from vision.documents.picture import judge_picture
from vision.documents.shapes import ratio_error
from vision.documents.straightening import lay_down, straighten
from vision.documents.types import CardPicture

CARD_EDGES_NOT_SEEN = Reason(
    "CARD_EDGES_NOT_SEEN",
    "The card's edges were not seen. Lay it on a plain ground and show it whole.",
)
# A picture of a card's shape to within this is one that was cut to the card.
_CUT_RATIO_ERROR = 0.06
_MAX_SIDE_PX = 1400


def take_whole(image: ImageRGB) -> CardPicture:
    """Return the whole picture as a card: judged if it has a card's shape, else only shrunk."""
    height, width = image.shape[:2]
    quad = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    if ratio_error(width / height) > _CUT_RATIO_ERROR:
        shrunk = _shrunk(image)
        return CardPicture(shrunk, quad, issues=(CARD_EDGES_NOT_SEEN,), fills_picture=True)
    corners, shape = lay_down(quad, (width, height))
    card = straighten(image, corners, shape)
    issues = judge_picture(card, corners, (width, height))
    medium = measure_medium(card, image, corners)
    return CardPicture(card, corners, issues=issues, medium=medium, fills_picture=True)


def _shrunk(image: ImageRGB) -> ImageRGB:
    scale = _MAX_SIDE_PX / max(image.shape[:2])
    if scale >= 1:
        return image
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
