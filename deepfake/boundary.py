"""Whether the edge of a face flickers more than what lies on both sides of it.

A face that is pasted into every frame by itself ends a little elsewhere each time. Frames are
laid upon each other by the rigid points of the mesh; what differs from the mean of both
neighbours is measured in steps of the local contrast, in a band along the outline, inside and
outside. docs/deepfake.md says what this was seen to do: it has no likelihood ratio.
"""

import math
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from decision.signal import Signal
from deepfake.clip_signal import Heard, SightOnly
from deepfake.fitness import is_frontal
from deepfake.outcome import Moment
from deepfake.rigid import OUTLINE, RIGID, moved, similarity, template_of
from media.image import ImageRGB
from vision.frame_analysis import FrameAnalysis
from vision.geometry import Floats
from vision.mesh import FaceMesh

BOUNDARY_FLICKER = "boundary_flicker"
MAX_STEP_S = 0.07
MIN_STEPS = 20
SIDE_PX, _EYES_APART_PX, _CENTRE_PX = 128, 42.0, 62.0
_CUT_FACTOR, _CUT_PX = 1.9, 192
# Distances from the outline, in pixels of the settled face.
_BAND_PX, _INSIDE_PX, _OUTSIDE_PX = 4.0, 9.0, (8.0, 20.0)
_FLAT = 2.0  # Steps of grey; below it contrast is noise.
_MAX_KEPT = 512


@dataclass(frozen=True, slots=True, eq=False)
class _Settled:
    time_s: float
    grey: Floats
    outline: Floats


class BoundaryFlicker(SightOnly):
    """Follows a face; the score is the band's flicker over the mean of both sides'."""

    def __init__(self) -> None:
        self._template: Floats | None = None
        self._last: deque[_Settled] = deque(maxlen=3)
        self._steps: deque[tuple[float, float, float]] = deque(maxlen=_MAX_KEPT)

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        """Take one frame; nothing becomes certain with it."""
        mesh = analysis.mesh
        if mesh is None or not is_frontal(mesh):
            self._last.clear()
            return ()
        if self._last and time_s - self._last[-1].time_s > MAX_STEP_S:
            self._last.clear()
        self._last.append(self._settled(analysis.frame.image, mesh, time_s))
        # Every other frame is enough, since each is compared with both of its neighbours.
        if len(self._last) == 3:
            self._measure(*self._last)
            self._last.popleft()
            self._last.popleft()
        return ()

    def conclude(self) -> Heard:
        """Return the flicker; not measured if too few frames came close enough together."""
        if len(self._steps) < MIN_STEPS:
            return Heard((Signal(BOUNDARY_FLICKER, None, group="boundary"),))
        band, inside, outside = (float(value) for value in np.median(self._steps, axis=0))
        ratio = band / max(math.sqrt(inside * outside), 1e-3)
        return Heard((Signal(BOUNDARY_FLICKER, ratio, group="boundary"),))

    def _measure(self, before: _Settled, here: _Settled, after: _Settled) -> None:
        change = np.abs(here.grey - (before.grey + after.grey) / 2)
        slope = np.hypot(cv2.Sobel(here.grey, -1, 1, 0), cv2.Sobel(here.grey, -1, 0, 1)) / 8
        share = change / (slope + _FLAT)
        filled = np.zeros(share.shape, np.uint8)
        cv2.fillPoly(filled, [np.round(here.outline).astype(np.int32)], 1)
        depth = cv2.distanceTransform(filled, cv2.DIST_L2, 3)
        away = cv2.distanceTransform(1 - filled, cv2.DIST_L2, 3)
        near, far = _OUTSIDE_PX
        parts = (
            share[(depth <= _BAND_PX) & (away <= _BAND_PX)],
            share[depth >= _INSIDE_PX],
            share[(away >= near) & (away <= far)],
        )
        if all(len(part) for part in parts):
            band, inside, outside = (float(np.median(part)) for part in parts)
            self._steps.append((band, inside, outside))

    def _settled(self, image: ImageRGB, mesh: FaceMesh, time_s: float) -> _Settled:
        """Return the face as grey, turned and scaled to where the first one was."""
        if self._template is None:
            self._template = template_of(mesh, _EYES_APART_PX, _CENTRE_PX)
        cut, points = _cut(image, mesh.points[:, :2])
        matrix = similarity(points[list(RIGID)], self._template)
        grey = cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY)
        settled = cv2.warpAffine(
            *(grey, matrix, (SIDE_PX, SIDE_PX)),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return _Settled(time_s, settled.astype(np.float32), moved(points[list(OUTLINE)], matrix))


def _cut(image: ImageRGB, points: Floats) -> tuple[ImageRGB, Floats]:
    """Return the surroundings of a face at a size near the settled one, and its points there.

    Shrinking averages, so that a large face does not flicker for being sampled.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    side = _CUT_FACTOR * float((high - low).max())
    height, width = image.shape[:2]
    x1, y1 = np.clip((low + high - side) / 2, 0, (width - 1, height - 1)).astype(int)
    x2, y2 = np.clip((low + high + side) / 2, (x1 + 1, y1 + 1), (width, height)).astype(int)
    scale = min(_CUT_PX / max(x2 - x1, y2 - y1), 1.0)
    size_wh = max(round((x2 - x1) * scale), 1), max(round((y2 - y1) * scale), 1)
    part = cv2.resize(image[y1:y2, x1:x2], size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(part, np.uint8), np.asarray((points - (x1, y1)) * scale, np.float32)
