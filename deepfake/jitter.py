"""Whether the outline of a face shakes against its features more than one head's does.

Both hang on one skull: what is left of their motion when the head's is taken away is the noise
of the camera and of the mesh, and is in a steady relation. Second differences leave only what
changes from frame to frame. docs/deepfake.md says what this was seen to do: it has no
likelihood ratio.
"""

from collections import deque

import numpy as np

from decision.signal import Signal
from deepfake.clip_signal import Heard, SightOnly
from deepfake.fitness import is_frontal
from deepfake.outcome import Moment
from deepfake.rigid import FEATURES, OUTLINE, RIGID, moved, similarity, template_of
from vision.frame_analysis import FrameAnalysis
from vision.geometry import Floats
from vision.mesh import FaceMesh

LANDMARK_JITTER = "landmark_jitter"
# Frames further apart differ by what the face does.
MAX_STEP_S = 0.07
MIN_STEPS = 40
_EYES_APART = 100.0
_MAX_KEPT = 512


class LandmarkJitter(SightOnly):
    """Follows a mesh; the score is the outline's jitter over the features'."""

    def __init__(self) -> None:
        self._template: Floats | None = None
        self._last: deque[tuple[float, Floats]] = deque(maxlen=3)
        self._steps: deque[tuple[float, float]] = deque(maxlen=_MAX_KEPT)

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        """Take one frame; nothing becomes certain with it."""
        mesh = analysis.mesh
        if mesh is None or not is_frontal(mesh):
            self._last.clear()
            return ()
        if self._last and time_s - self._last[-1][0] > MAX_STEP_S:
            self._last.clear()
        self._last.append((time_s, self._settled(mesh)))
        if len(self._last) == 3:
            before, here, after = (points for _, points in self._last)
            change = np.linalg.norm(before - 2 * here + after, axis=1)
            outline, features = change[list(OUTLINE)], change[list(FEATURES)]
            self._steps.append((float(np.median(outline)), float(np.median(features))))
        return ()

    def conclude(self) -> Heard:
        """Return the jitter; not measured if too few frames came close enough together."""
        if len(self._steps) < MIN_STEPS:
            return Heard((Signal(LANDMARK_JITTER, None, group="jitter"),))
        outline, features = np.median(np.array(self._steps), axis=0)
        ratio = float(outline / max(features, 1e-3))
        return Heard((Signal(LANDMARK_JITTER, ratio, group="jitter"),))

    def _settled(self, mesh: FaceMesh) -> Floats:
        """Return the points of a mesh with the head's motion taken away."""
        if self._template is None:
            self._template = template_of(mesh, _EYES_APART)
        points = mesh.points[:, :2]
        return moved(points, similarity(points[list(RIGID)], self._template))
