"""Pictures that are kept: small enough to be many, large enough to be looked at."""

import cv2
import numpy as np

from kyc.events import Snapshot
from media.image import ImageRGB
from media.pictures import encode_jpeg

CAMERA_PX, DOCUMENT_PX = 640, 1600
_QUALITY = 85


def snapshot(name: str, image: ImageRGB, longest_px: int = CAMERA_PX) -> Snapshot:
    """Return a picture as it is kept, its longer side at most so many pixels."""
    return Snapshot(name, encode_jpeg(shrunk(image, longest_px), _QUALITY))


def shrunk(image: ImageRGB, longest_px: int) -> ImageRGB:
    """Return a picture that is no longer than that; averaged, never enlarged."""
    scale = longest_px / max(image.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(image)
    size_wh = tuple(max(round(side * scale), 1) for side in image.shape[1::-1])
    return np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
