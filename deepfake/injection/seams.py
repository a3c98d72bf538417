"""Seams: steps of picture and face that nothing before and after leads to.

Whatever moves goes on moving, so that each step lies nearly in the direction of the steps around
it. What remains of a step when that is taken off is noise, except where two takes meet.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vision.continuity.motion import face_size_px
from vision.geometry import Floats
from vision.mesh import FaceMesh

# How many times what remains around a step remains of it, in the picture and in the mesh; the
# lesser of the two counts, since lamps change pictures alone and meshes slip by themselves.
HOLDS_FROM, BREAKS_FROM = 2.0, 2.6
# Below this nothing is a step: noise of a picture in grey steps, of a mesh in sizes of the face.
_PICTURE_FLOOR, _MESH_FLOOR = 0.3, 0.0015
# A step that is so much smaller than the others shows one picture twice: others were lost then.
_STANDSTILL = 0.15
# Frames further apart may differ by anything that a head can do.
MAX_STEP_S = 0.3
_CONTRAST, _MIN_CONTRAST = 50.0, 4.0
# Steps kept: the one that is judged, three on each side whose remains are compared, and two more
# on each side that these are compared with.
_SIDE, _SPAN = 3, 2
_KEPT = 2 * (_SIDE + _SPAN) + 1
_MIDDLE = _SIDE + _SPAN
# The nearest first.
_NEIGHBOURS = [_MIDDLE + side * offset for offset in range(1, _SIDE + 1) for side in (-1, 1)]


@dataclass(frozen=True, slots=True)
class Seam:
    """A step that nothing leads to. size: how many times what is usual around it."""

    size: float
    time_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    time_s: float
    taken_s: float | None
    picture: Floats
    points: Floats
    face_px: float


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """From one frame to the next. picture, mesh: as vectors whose length is the mean change."""

    time_s: float
    span_s: float
    picture: Floats
    mesh: Floats


@dataclass(slots=True)
class SeamWatch:
    """Judges each step five steps later; keeps a dozen frames."""

    _last: _View | None = None
    _steps: deque[_Step] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def push(
        self,
        grid: npt.NDArray[np.uint8],
        mesh: FaceMesh,
        time_s: float,
        taken_s: float | None = None,
    ) -> Seam | None:
        """Take one frame with a face; return the seam that the step five steps ago was.

        taken_s: by the sender's clock. What waited on the way arrives at once, so it may lengthen
        a step; who lies about it gains no more than by leaving pictures out.
        """
        points, face_px = mesh.points[:, :2], face_size_px(mesh.points)
        last, view = self._last, _View(time_s, taken_s, _even(grid), points, face_px)
        self._last = view
        if last is None:
            return None
        if _span_s(last, view) > MAX_STEP_S:
            self._steps.clear()
            return None
        self._steps.append(_step(last, view))
        return self._judge()

    def restart(self) -> None:
        """Forget the last frames, as where no face was seen."""
        self._last = None
        self._steps.clear()

    def _judge(self) -> Seam | None:
        if len(self._steps) < _KEPT:
            return None
        steps = tuple(self._steps)
        longer = _lost_steps(steps)
        size = _excess([step.picture for step in steps], _PICTURE_FLOOR, longer)
        if size is not None:
            mesh_size = _excess([step.mesh for step in steps], _MESH_FLOOR, longer)
            size = None if mesh_size is None else min(size, mesh_size)
        return None if size is None else Seam(size, steps[_MIDDLE].time_s)


def _lost_steps(steps: tuple[_Step, ...]) -> float:
    """Return how many steps the middle one may stand for: what was lost on the way is no seam."""
    usual_s = float(np.median([step.span_s for step in steps]))
    sizes = [float(np.linalg.norm(step.picture)) for step in steps]
    twice_count = sum(size < _STANDSTILL * float(np.median(sizes)) for size in sizes)
    return max(steps[_MIDDLE].span_s / max(usual_s, 1e-6), 1.0) + twice_count


def _excess(steps: list[Floats], floor: float, longer: float) -> float | None:
    """Return how many times what remains around the middle step remains of it, None if few.

    longer: how many steps it may stand for; a head that sets out meanwhile gets as far as the
    square of that. Few steps get past the first neighbour.
    """
    around = [steps[_MIDDLE + offset] for offset in (-2, -1, 1, 2)]
    remains = _remainder(steps[_MIDDLE], around) / longer**2
    size = remains / floor
    for place in _NEIGHBOURS:
        if size < HOLDS_FROM:
            return None
        usual = _remainder(steps[place], [steps[other] for other in _around(place)])
        size = min(size, remains / (usual + floor))
    return size if size >= HOLDS_FROM else None


def _around(place: int) -> list[int]:
    """Return the steps around one, without the one that is judged."""
    others = (place - 2, place - 1, place + 1, place + 2)
    return [other for other in others if other != _MIDDLE and 0 <= other < _KEPT]


def _remainder(step: Floats, others: list[Floats]) -> float:
    """Return the length of what the others do not explain of a step, by least squares."""
    basis, _ = np.linalg.qr(np.stack(others, axis=1))
    return float(np.linalg.norm(step - basis @ (basis.T @ step)))


def _step(before: _View, after: _View) -> _Step:
    picture = (after.picture - before.picture) / np.float32(np.sqrt(before.picture.size))
    shift = (after.points - before.points).reshape(-1) / np.float32(max(before.face_px, 1.0))
    mesh = shift / np.float32(np.sqrt(len(before.points)))
    return _Step(after.time_s, _span_s(before, after), picture, mesh)


def _span_s(before: _View, after: _View) -> float:
    arrived_s = after.time_s - before.time_s
    if before.taken_s is None or after.taken_s is None:
        return arrived_s
    return max(arrived_s, after.taken_s - before.taken_s)


def _even(grid: npt.NDArray[np.uint8]) -> Floats:
    grey = grid.astype(np.float32).reshape(-1)
    contrast = max(float(grey.std()), _MIN_CONTRAST)
    return np.asarray((grey - grey.mean()) * (_CONTRAST / contrast), np.float32)
