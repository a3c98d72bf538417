"""Looking for many people, far and near: two scales, each trusted with the sizes it sees best."""

import numpy as np

from media.image import ImageRGB
from vision.faces import Faces
from vision.geometry import non_maximum_suppression
from vision.network import MAX_OVERLAP, DetectorNetwork
from vision.portrait import longer_sides_px

COARSE_PX, FINE_PX = 640, 1920
MAX_ENLARGEMENT = 2.0
MIN_SCORE = 0.5
# Near faces break into several on the fine canvas: above this they are the coarse one's.
FINE_MAX_FACE_PX = 320.0


class CrowdSearch:
    """The faces of a crowd that are being looked for."""

    def __init__(self, network: DetectorNetwork, image: ImageRGB) -> None:
        longest_px = max(image.shape[:2])
        self._coarse = network.look(image, COARSE_PX, MIN_SCORE)
        fine_px = min(FINE_PX, int(longest_px * MAX_ENLARGEMENT))
        is_finer = fine_px > COARSE_PX and not network.fixed_shape_hw
        self._fine = network.look(image, fine_px, MIN_SCORE) if is_finer else None

    def result(self) -> Faces:
        """Wait for both looks and return the faces, surest first."""
        (near,) = self._coarse.result()
        if self._fine is None:
            return near
        (far,) = self._fine.result()
        limit_px = FINE_MAX_FACE_PX / self._fine.placements[0].scale
        far = far.take(np.flatnonzero(longer_sides_px(far) <= limit_px))
        return _merge(near, far)


def _merge(near: Faces, far: Faces) -> Faces:
    faces = Faces(
        np.concatenate([near.boxes_xyxy, far.boxes_xyxy]),
        np.concatenate([near.scores, far.scores]),
        np.concatenate([near.landmarks, far.landmarks]),
    )
    return faces.take(non_maximum_suppression(faces.boxes_xyxy, faces.scores, MAX_OVERLAP))
