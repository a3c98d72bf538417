"""Whether a face has depth: what turns shows more of one side, a flat picture never does."""

import math

import cv2
import numpy as np

from decision.findings import Finding, Weight
from vision.continuity.holding import MAX_STEP_S
from vision.continuity.motion import FaceMotion, face_size_px
from vision.mesh import FaceMesh

# Places that bone holds: sides and top of the face, ridge and wings of the nose, eye corners.
# Mouth, chin and lids move without any depth being shown.
_OUTLINE = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361)
_OUTLINE_MIRRORED = (132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
_NOSE = (168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 98, 327, 48, 278, 115, 344, 122, 351)
_EYE_CORNERS = (33, 133, 362, 263)
_BONE = [*_OUTLINE, *_OUTLINE_MIRRORED, *_NOSE, *_EYE_CORNERS]

# For each degree that a living head turned or nodded, 99 in 100 pairs of views show more than
# this; of photographs that are tilted until they seem to have turned, four in five show less
# (tests/liveness/test_relief.py).
MIN_RELIEF_PER_DEG = 0.003
# Relief that a picture which is merely waved does not reach by the landmarker's noise.
MIN_LIVING_RELIEF = 0.03

STILL = "FACE_STILL"
# Who reads a screen may blink four times a minute (Patel et al., "Effect of visual display unit
# use on blink rate and tear stability", 1991), and a camera misses some of them.
STILL_AFTER_S = 15.0
_MAX_EYE_FALL, _MAX_MOUTH_SPAN, _MAX_SMILE_SPAN = 0.5, 0.15, 0.2
_RELIEF_STEP_S = 0.5


def relief(before: FaceMesh, after: FaceMesh) -> float:
    """Return how far two views are from being two views of one plane.

    The error that the best projective map between them leaves (Hartley and Zisserman, "Multiple
    View Geometry", 2004, chapter 4), in sizes of the face.
    """
    first, second = before.points[_BONE, :2], after.points[_BONE, :2]
    plane_map, _ = cv2.findHomography(first.astype(np.float64), second.astype(np.float64), 0)
    if plane_map is None:
        return 0.0
    mapped = cv2.perspectiveTransform(first[None].astype(np.float64), plane_map)[0]
    error_px = float(np.sqrt(((mapped - second) ** 2).sum(axis=1).mean()))
    return error_px / max(face_size_px(before.points), 1.0)


def is_flat(before: FaceMesh, after: FaceMesh) -> bool:
    """Return whether a face that seems to have turned shows too little depth for it."""
    turned_deg = math.hypot(after.yaw_deg - before.yaw_deg, after.pitch_deg - before.pitch_deg)
    return relief(before, after) < MIN_RELIEF_PER_DEG * turned_deg


class StillWatch:
    """Notices a face in which nothing moves but the whole, as in a photograph that is waved."""

    def __init__(self) -> None:
        self._first: tuple[FaceMesh, FaceMotion] | None = None
        self._spans: dict[str, tuple[float, float]] = {}
        self._last_s = self._measured_s = 0.0

    def push(self, mesh: FaceMesh, motion: FaceMotion, frame_index: int) -> Finding | None:
        """Take one frame; return the finding once nothing has moved for long."""
        # Between frames that are far apart a blink goes unseen.
        is_gap = motion.time_s - self._last_s > MAX_STEP_S
        self._last_s = motion.time_s
        if self._first is None or is_gap or self._moves(mesh, motion):
            self._first, self._spans = (mesh, motion), {}
            self._widen(motion)
            return None
        if motion.time_s - self._first[1].time_s < STILL_AFTER_S:
            return None
        return Finding(STILL, Weight.HOLDS, frame_index)

    def _moves(self, mesh: FaceMesh, motion: FaceMotion) -> bool:
        """Return whether eyes, mouth or depth have moved since the first frame."""
        self._widen(motion)
        low, high = self._spans["eye_opening"]
        if high > 0 and 1 - low / high > _MAX_EYE_FALL:
            return True
        for name, limit in (("mouth_opening", _MAX_MOUTH_SPAN), ("smile", _MAX_SMILE_SPAN)):
            low, high = self._spans[name]
            if high - low > limit:
                return True
        if motion.time_s - self._measured_s < _RELIEF_STEP_S or self._first is None:
            return False
        self._measured_s = motion.time_s
        return relief(self._first[0], mesh) > MIN_LIVING_RELIEF

    def _widen(self, motion: FaceMotion) -> None:
        for name in ("eye_opening", "mouth_opening", "smile"):
            value = float(getattr(motion, name))
            low, high = self._spans.get(name, (value, value))
            self._spans[name] = min(low, value), max(high, value)
