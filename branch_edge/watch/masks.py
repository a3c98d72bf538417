"""What nobody may see: blacked before anything else looks."""

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from vision.geometry import Floats
from vision.scene import Point


class PrivacyMask:
    """The masked parts of pictures of one size; safe to share."""

    def __init__(self, polygons: tuple[tuple[Point, ...], ...], size_wh: tuple[int, int]) -> None:
        self._corners = [_to_pixels(polygon, size_wh) for polygon in polygons]
        covered = np.zeros((size_wh[1], size_wh[0]), np.uint8)
        # Each on its own: OpenCV leaves out what an even number of shapes cover.
        for corners in self._corners:
            cv2.fillPoly(covered, [corners], (255,))
        self._covered = covered

    def apply(self, image: ImageRGB) -> ImageRGB:
        """Return the picture with the masked parts black; the picture itself stays as it is."""
        if not self._corners:
            return image
        masked = image.copy()
        for corners in self._corners:
            cv2.fillPoly(masked, [corners], (0, 0, 0))
        return masked

    def leaves(self, boxes_xyxy: Floats) -> npt.NDArray[np.intp]:
        """Return the rows of boxes, (N, 4), whose middle is not masked.

        Detectors see shapes in the dark; what is found there tells nothing.
        """
        middles = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2
        height, width = self._covered.shape
        x, y = np.clip(middles, 0, [width - 1, height - 1]).astype(np.intp).T
        return np.flatnonzero(self._covered[y, x] == 0)


def _to_pixels(polygon: tuple[Point, ...], size_wh: tuple[int, int]) -> npt.NDArray[np.int32]:
    corners: npt.NDArray[np.int32] = np.round(np.array(polygon) * size_wh).astype(np.int32)
    return corners
