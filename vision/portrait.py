"""Looking for one person, or a few, near the camera: small first, larger where that fails."""

import numpy as np

from media.image import ImageRGB
from vision.canvas import window_around
from vision.faces import Faces
from vision.geometry import Floats, overlaps
from vision.network import DetectorNetwork, Look

# Longest sides looked at in this order, until a face is sure.
LADDER_PX = (256, 640, 1280)
# A stream is looked at many times a second, and a person who sits for it is near.
STREAM_LADDER_PX = (256, 512)
MAX_ENLARGEMENT = 4.0
MIN_SCORE = 0.5
SURE_SCORE = 0.8
# A face smaller than this on the canvas is looked at again, enlarged, so that its landmarks are
# as precise as the picture allows.
REFINE_BELOW_PX = 64.0
MAX_REFINED = 6
REFINED_SHAPE_HW = (192, 192)
REFINED_SHARE = 2 / 3
_SAME_FACE_OVERLAP = 0.4


class PortraitSearch:
    """The faces of a portrait that are being looked for."""

    def __init__(
        self, network: DetectorNetwork, image: ImageRGB, sides_px: tuple[int, ...] = LADDER_PX
    ) -> None:
        self._network = network
        self._image = image
        ladder = ladder_px(max(image.shape[:2]), sides_px)
        # A network of one input shape sees the same at every step.
        self._sides = ladder[:1] if network.fixed_shape_hw else ladder
        self._first = self._look(self._sides[0])

    def result(self) -> Faces:
        """Wait for the network and return the faces, surest first.

        The look with the surest face counts; larger ones are taken while none is sure.
        """
        best, scale = self._read(self._first)
        for side in self._sides[1:]:
            if len(best) and best.scores[0] >= SURE_SCORE:
                break
            faces, its_scale = self._read(self._look(side))
            if len(faces) and (not len(best) or faces.scores[0] > best.scores[0]):
                best, scale = faces, its_scale
        return self._refine(best, scale)

    def _look(self, longest_px: int) -> Look:
        return self._network.look(self._image, longest_px, MIN_SCORE)

    def _read(self, look: Look) -> tuple[Faces, float]:
        (faces,), (placement,) = look.result(), look.placements
        return faces, placement.scale

    def _refine(self, faces: Faces, scale: float) -> Faces:
        """Look again at the largest faces where they were small on the canvas."""
        sides = longer_sides_px(faces)
        largest = np.argsort(-sides, kind="stable")[:MAX_REFINED]
        rows = [int(row) for row in largest if sides[row] * scale < REFINE_BELOW_PX]
        if not rows:
            return faces
        shape_hw = self._network.fixed_shape_hw or REFINED_SHAPE_HW
        windows = tuple(
            window_around(faces.boxes_xyxy[row], shape_hw, REFINED_SHARE) for row in rows
        )
        seen = self._network.look_closer(self._image, windows, MIN_SCORE).result()
        for row, closer in zip(rows, seen, strict=True):
            faces = _replace_face(faces, row, closer)
        return faces


def ladder_px(longest_px: int, sides_px: tuple[int, ...] = LADDER_PX) -> list[int]:
    """Return the longest sides to try; a larger one only where it can show more."""
    limit_px = max(64, int(longest_px * MAX_ENLARGEMENT))
    return [sides_px[0], *(side for side in sides_px[1:] if side <= limit_px)]


def longer_sides_px(faces: Faces) -> Floats:
    """Return the longer side of each box, (N,)."""
    sides: Floats = (faces.boxes_xyxy[:, 2:] - faces.boxes_xyxy[:, :2]).max(axis=1, initial=0)
    return sides


def _replace_face(faces: Faces, row: int, closer: Faces) -> Faces:
    """Put the closer look in place of the first one, if it shows the same face."""
    if not len(closer):
        return faces
    overlap = overlaps(faces.boxes_xyxy[row], closer.boxes_xyxy)
    best = int(np.argmax(overlap))
    if overlap[best] < _SAME_FACE_OVERLAP:
        return faces
    boxes, landmarks = faces.boxes_xyxy.copy(), faces.landmarks.copy()
    boxes[row], landmarks[row] = closer.boxes_xyxy[best], closer.landmarks[best]
    return Faces(boxes, faces.scores, landmarks)
