"""What lips are seen to do, frame by frame."""

from collections import deque

import numpy as np
import numpy.typing as npt

from deepfake.sync.spoken_mouth import STEP_S
from vision.geometry import Floats
from vision.mesh import FaceMesh

Bools = npt.NDArray[np.bool_]

# Places in MediaPipe's face mesh: pairs of the inner edges of the lips, and of others.
_INNER_TOP, _INNER_BOTTOM = (13, 82, 312), (14, 87, 317)
_CORNERS, _CHIN_NOSE, _EYES = (61, 291), (152, 1), (33, 263)
GAP, JAW, SPREAD, ROLL, PUCKER = range(5)
MEASURES = 5

# Lips between frames that are further apart are not guessed at.
MAX_STEP_S = 0.25
MAX_FPS = 60


def lips_of(mesh: FaceMesh) -> Floats:
    """Return gap, jaw, spread, roll and pucker, (5,) float32.

    The first three are lengths in space over that between the outer corners of the eyes, so that
    neither distance nor turning of the head changes them much; the others are blendshapes.
    """
    points = mesh.points
    unit = max(_length(points, *_EYES), 1e-6)
    pairs = zip(_INNER_TOP, _INNER_BOTTOM, strict=True)
    gap = sum(_length(points, top, bottom) for top, bottom in pairs) / len(_INNER_TOP)
    lengths = gap, _length(points, *_CHIN_NOSE), _length(points, *_CORNERS)
    shapes = mesh.blendshapes["mouthRollLower"], mesh.blendshapes["mouthPucker"]
    return np.array([*(length / unit for length in lengths), *shapes], np.float32)


class LipTrack:
    """The lips of the last seconds; older ones are forgotten."""

    def __init__(self, kept_s: float) -> None:
        self._kept_s = kept_s
        self._times: deque[float] = deque(maxlen=round(kept_s * MAX_FPS))
        self._lips: deque[Floats] = deque(maxlen=round(kept_s * MAX_FPS))

    def push(self, lips: Floats, time_s: float) -> None:
        """Take one frame; one that is not later than the last is left out."""
        if self._times and time_s <= self._times[-1]:
            return
        self._times.append(time_s)
        self._lips.append(lips)
        while time_s - self._times[0] > self._kept_s:
            self._times.popleft()
            self._lips.popleft()

    def between(self, start_s: float, count: int) -> tuple[Floats, Bools]:
        """Return lips every 20 ms, (count, 5), and which of them were seen, (count,)."""
        times = start_s + np.arange(count) * STEP_S
        if len(self._times) < 2:
            return np.zeros((count, MEASURES), np.float32), np.zeros(count, np.bool_)
        seen_s, lips = np.array(self._times), np.stack(self._lips)
        after = np.clip(np.searchsorted(seen_s, times), 1, len(seen_s) - 1)
        is_seen = (seen_s[after] - seen_s[after - 1] <= MAX_STEP_S) & (times >= seen_s[0])
        is_seen &= times <= seen_s[-1]
        columns = [np.interp(times, seen_s, column) for column in lips.T]
        return np.stack(columns, axis=1).astype(np.float32), is_seen


def _length(points: Floats, first: int, second: int) -> float:
    return float(np.linalg.norm(points[first] - points[second]))
