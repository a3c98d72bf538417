"""A face that does not move in itself: a still picture that is moved, zoomed or lit about."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from deepfake.rigid import FEATURES, RIGID, moved, similarity, template_of
from vision.continuity.holding import MAX_STEP_S
from vision.geometry import Floats
from vision.mesh import FaceMesh

# Of people who are filmed for so long, the stillest moves by 1.6 hundredths of the distance between
# the outer corners of the eyes, and pictures that are moved or zoomed by 0.2 to 0.6
# (docs/deepfake-injection.md).
WINDOW_S, HOLDS_BELOW = 4.0, 0.8
_EYES_APART = 100.0
_MIN_VIEWS, _MAX_KEPT = 20, 240
_EVERY_S = 0.5


@dataclass(slots=True)
class StillnessWatch:
    """Follows eyes, brows, nose and mouth with the head's motion taken away; keeps four seconds.

    least: the least motion of a window so far, in hundredths of the eyes' distance; None before.
    """

    least: float | None = None
    _template: Floats | None = None
    _views: deque[tuple[float, Floats]] = field(default_factory=lambda: deque(maxlen=_MAX_KEPT))
    _due_s: float = 0.0

    def push(self, mesh: FaceMesh, time_s: float) -> tuple[float, float] | None:
        """Take one frame; return from when to when the face did not move, if it did not."""
        points = mesh.points[:, :2]
        if self._template is None:
            self._template = template_of(mesh, _EYES_APART)
        if self._views and time_s - self._views[-1][0] > MAX_STEP_S:
            self._views.clear()
        settled = moved(points[list(FEATURES)], similarity(points[list(RIGID)], self._template))
        self._views.append((time_s, settled))
        while time_s - self._views[0][0] > WINDOW_S:
            self._views.popleft()
        if time_s < self._due_s or len(self._views) < _MIN_VIEWS:
            return None
        if time_s - self._views[0][0] < WINDOW_S - MAX_STEP_S:
            return None
        self._due_s = time_s + _EVERY_S
        motion = _motion(np.stack([view for _, view in self._views]))
        self.least = motion if self.least is None else min(self.least, motion)
        return (self._views[0][0], time_s) if motion < HOLDS_BELOW else None


def _motion(views: Floats) -> float:
    """Return by how much points stray from their mean places. views: (T, N, 2)."""
    return float(np.sqrt(((views - views.mean(axis=0)) ** 2).sum(axis=2).mean()))
