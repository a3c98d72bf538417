"""Pictures that stand still or come again: cameras are never still, and life does not repeat."""

import numpy as np
import numpy.typing as npt

from decision.findings import Finding, Weight
from vision.continuity.glance import Glance
from vision.continuity.holding import MAX_STEP_S, Holding
from vision.continuity.motion import face_size_px
from vision.mesh import FaceMesh

FROZEN, LOOPED = "FRAMES_REPEATED", "CLIP_LOOPED"

# A picture that is encoded again differs by less in each of its 32 by 32 cells. Somebody small in
# front of a wall that the camera keeps free of noise hardly changes it by more, so the mesh of
# the face has to stand still as well, to this part of the face's size: in one second a living
# one moves by more (tests/liveness/test_honest_shared.py).
MAX_STILL_STEPS, MAX_STILL_SHIFT = 3, 0.012
FROZEN_AFTER_S = 1.0

# The same picture encoded twice differs by at most this in any of its 1,024 cells. A person who
# comes back to a pose is off by a pixel somewhere, and one pixel is five steps at a sharp edge.
MAX_LIKE_STEPS = 4
# What repeats must move: so many cells change by so much meanwhile. Two blinks in a room that
# stands still are alike to the cell, and change one or two.
MIN_MOVED_STEPS, MIN_MOVED_CELLS = 12, 10
LOOPED_AFTER_S = 1.5
# A move out and back looks the same backwards as long as the body had no time to sway.
MIN_LAG_S, MIN_MIRROR_LAG_S = 0.7, 2.0
MAX_KEPT = 600

Runs = npt.NDArray[np.float64]


class FreezeWatch:
    """Notices a picture that does not change, with a face in it that does not.

    still_s: for how long it has stood still.
    """

    def __init__(self) -> None:
        self._anchor: tuple[Glance, FaceMesh] | None = None
        self._holding = Holding()
        self.still_s = 0.0

    def push(
        self, glance: Glance, mesh: FaceMesh, time_s: float, frame_index: int
    ) -> Finding | None:
        """Take one frame; return the finding once it has stood still for long."""
        if self._anchor is None or not is_still(self._anchor, (glance, mesh)):
            self._anchor = glance, mesh
            self._holding.reset()
        self.still_s = self._holding.update(True, time_s)
        if self.still_s < FROZEN_AFTER_S:
            return None
        return Finding(FROZEN, Weight.HOLDS, frame_index)


def is_still(before: tuple[Glance, FaceMesh], after: tuple[Glance, FaceMesh]) -> bool:
    """Return whether nothing changed from one frame to another, by picture and by face."""
    if before[0].largest_step(after[0]) > MAX_STILL_STEPS:
        return False
    moved_px = after[1].points[:, :2] - before[1].points[:, :2]
    shift_px = float(np.sqrt((moved_px**2).sum(axis=1).mean()))
    return shift_px <= MAX_STILL_SHIFT * face_size_px(before[1].points)


class LoopWatch:
    """Notices pictures that were there before, one after the other, forwards or backwards.

    Keeps the last 600 frames at 32 by 32. A run of likeness follows the older frames at any
    speed from none to twice as fast, so that another frame rate does not hide it.
    """

    def __init__(self) -> None:
        self._count = 0
        self._grids = np.empty((2 * MAX_KEPT, 1024), np.uint8)
        self._times = np.empty(2 * MAX_KEPT)
        self._forwards = np.zeros(2 * MAX_KEPT)
        self._backwards = np.zeros(2 * MAX_KEPT)

    def push(self, glance: Glance, time_s: float, frame_index: int) -> Finding | None:
        """Take one frame; return the finding once a repetition has lasted."""
        grid = glance.grid.reshape(-1)
        count, times = self._count, self._times[: self._count]
        old = self._grids[:count]
        apart = np.maximum(old, grid) - np.minimum(old, grid)
        is_like = apart.max(axis=1, initial=0) <= MAX_LIKE_STEPS
        step_s = time_s - float(times[-1]) if count else 0.0
        if step_s > MAX_STEP_S:
            # What lies in a gap was not seen, so it repeated nothing.
            self._forwards[:count] = self._backwards[:count] = step_s = 0.0
        lag_s = time_s - times
        runs = self._forwards[:count]
        longest = np.maximum(np.maximum(runs, _shift(runs, 1)), _shift(runs, 2))
        runs[:] = np.where(is_like & (lag_s >= MIN_LAG_S), longest + step_s, 0.0)
        mirrored = self._backwards[:count]
        longest = np.maximum(_shift(mirrored, -1), _shift(mirrored, -2))
        mirrored[:] = np.where(is_like & (lag_s >= MIN_MIRROR_LAG_S), longest + step_s, 0.0)
        longest_s = float(max(runs.max(initial=0.0), mirrored.max(initial=0.0)))
        self._keep(grid, time_s)
        if longest_s < LOOPED_AFTER_S or not self._has_moved(time_s - longest_s):
            return None
        return Finding(LOOPED, Weight.BREAKS, frame_index)

    def _keep(self, grid: npt.NDArray[np.uint8], time_s: float) -> None:
        if self._count == 2 * MAX_KEPT:
            # Once in a while the younger half moves to the front; nothing grows.
            for table in (self._grids, self._times, self._forwards, self._backwards):
                table[:MAX_KEPT] = table[MAX_KEPT:]
            self._count = MAX_KEPT
        place = self._count
        self._grids[place], self._times[place] = grid, time_s
        self._forwards[place] = self._backwards[place] = 0.0
        self._count += 1

    def _has_moved(self, since_s: float) -> bool:
        """Return whether the picture changed clearly since then."""
        start = int(np.searchsorted(self._times[: self._count], since_s))
        run = self._grids[start : self._count]
        spans = run.max(axis=0) - run.min(axis=0)
        return int((spans >= MIN_MOVED_STEPS).sum()) >= MIN_MOVED_CELLS


def _shift(runs: Runs, places: int) -> Runs:
    """Return at each place what stood so many places before it (behind it, if negative)."""
    shifted = np.zeros_like(runs)
    if places > 0:
        shifted[places:] = runs[:-places]
    else:
        shifted[:places] = runs[-places:]
    return shifted
