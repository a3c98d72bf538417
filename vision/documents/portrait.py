"""The portrait of a straightened document, cut out around the face."""

from typing import Protocol

import numpy as np

from media.image import ImageRGB
from vision.detection import Profile
from vision.documents.types import DocumentKind
from vision.faces import Faces
from vision.geometry import Floats

# Where the middle of the face is, in shares of the card: x from, x to, y from, y to.
_PLACES = {
    DocumentKind.CN_RESIDENT_ID: (0.6, 1.0, 0.1, 0.8),  # GA 448: to the right, above the number.
    DocumentKind.MRZ_TD3: (0.0, 0.45, 0.1, 0.8),  # ICAO 9303: zone V, to the left.
    DocumentKind.MRZ_TD1: (0.0, 0.45, 0.1, 0.95),
    DocumentKind.MRZ_TD2: (0.0, 0.45, 0.1, 0.8),
}
_ANYWHERE = (0.0, 1.0, 0.0, 1.0)
# A ghost image is smaller than the portrait; anything smaller than this is one, or print.
MIN_FACE_SHARE = 0.12  # Of the card's height.
MIN_SCORE = 0.6
# How much is cut around a face's box, in its own size: to the sides, above, below.
_SIDES, _ABOVE, _BELOW = 0.45, 0.5, 0.5


class Detector(Protocol):
    """Finds faces; `vision.detection.FaceDetector` does."""

    def detect(self, image: ImageRGB, profile: Profile = Profile.PORTRAIT) -> Faces:
        """Return every face, surest first."""
        ...


class PortraitFinder:
    """Cuts the portrait from a straightened, upright front; safe to share."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def __call__(self, card: ImageRGB, kind: DocumentKind) -> ImageRGB | None:
        """Return the portrait, RGB; None where no face is where such a document has it."""
        box = choose_portrait(self._detector.detect(card), card.shape, kind)
        return None if box is None else cut_portrait(card, box)


def choose_portrait(faces: Faces, shape_hw: tuple[int, ...], kind: DocumentKind) -> Floats | None:
    """Return the box of the largest sure face in the portrait's place, (4,)."""
    height, width = shape_hw[:2]
    left, right, top, bottom = _PLACES.get(kind, _ANYWHERE)
    centres = faces.boxes_xyxy.reshape(-1, 2, 2).mean(axis=1) / (width, height)
    is_meant = (centres[:, 0] >= left) & (centres[:, 0] <= right)
    is_meant &= (centres[:, 1] >= top) & (centres[:, 1] <= bottom)
    is_meant &= faces.scores >= MIN_SCORE
    is_meant &= (faces.boxes_xyxy[:, 3] - faces.boxes_xyxy[:, 1]) >= MIN_FACE_SHARE * height
    rows = np.flatnonzero(is_meant)
    if not len(rows):
        return None
    areas = faces.areas_px()
    box: Floats = faces.boxes_xyxy[rows[int(np.argmax(areas[rows]))]]
    return box


def cut_portrait(card: ImageRGB, box_xyxy: Floats) -> ImageRGB:
    """Return the head and shoulders around a face's box, within the card."""
    left, top, right, bottom = (float(value) for value in box_xyxy)
    width, height = right - left, bottom - top
    height_px, width_px = card.shape[:2]
    x1, x2 = max(0.0, left - _SIDES * width), min(float(width_px), right + _SIDES * width)
    y1, y2 = max(0.0, top - _ABOVE * height), min(float(height_px), bottom + _BELOW * height)
    return np.ascontiguousarray(card[round(y1) : round(y2), round(x1) : round(x2)])
