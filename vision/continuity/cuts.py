"""Cuts and jumps: changes from one frame to the next that no camera and no head makes."""

import math
from collections import deque
from dataclasses import dataclass

from decision.findings import Finding, Weight
from vision.continuity.glance import Glance
from vision.continuity.motion import FaceMotion

CUT, SCENE, JUMP = "VIDEO_CUT", "SCENE_CHANGED", "VIDEO_JUMP"

# Consecutive frames of the development clips, some 70 ms apart: hashes differ by at most 16 of
# 64 bits and pictures correlate by at least 0.86; frames of two clips, by 20 bits or more and
# at most 0.68 in 19 of 20 pairs (tests/liveness/test_frames_shared.py).
MIN_CUT_BITS, MAX_CUT_LIKENESS = 22, 0.75
# Later frames may differ because the camera moved: somebody who turns with a telephone in the
# hand is still like the picture before by 0.53 after 0.27 s and by 0.40 after 0.53 s. So a scene
# that became another one behind black, a fade or a lost face only holds the decision.
MAX_CUT_STEP_S = 0.15
_OTHER_SCENE = ((0.35, 0.45), (0.6, 0.35))
SCENE_KEPT_S, _MAX_KEPT = 0.6, 64
MAX_STEP_S = 0.3
# Turning one's head as fast as one can reaches 300 to 400 degrees a second, leaning 1.5 m a
# second or fifteen times the size of the face between eyes and nose.
MAX_TURN_DEG_S, MAX_SHIFT_SIZES_S = 400.0, 15.0
_SLACK_DEG, _SLACK_SIZES = 8.0, 0.3
MAX_JUMPS = 2
# How much of the usual step from frame to frame is the newest one.
_STEP_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame as cuts are judged."""

    frame_index: int
    picture_hash: int
    glance: Glance
    motion: FaceMotion


class CutWatch:
    """Compares each frame that shows a face with those of half a second before."""

    def __init__(self) -> None:
        self._kept: deque[Scene] = deque(maxlen=_MAX_KEPT)
        self._usual_step_s = 0.0
        self._jump_count = 0

    def push(self, scene: Scene) -> Finding | None:
        """Take one frame; return what is wrong with how it follows."""
        while self._kept and _apart_s(self._kept[0], scene) > SCENE_KEPT_S:
            self._kept.popleft()
        last = self._kept[-1] if self._kept else None
        is_other = any(is_other_scene(before, scene) for before in self._kept)
        self._kept.append(scene)
        if last is None:
            return None
        step_s = self._step_s(_apart_s(last, scene))
        if step_s <= MAX_CUT_STEP_S and is_cut(last, scene):
            return Finding(CUT, Weight.BREAKS, scene.frame_index)
        if is_other:
            return Finding(SCENE, Weight.HOLDS, scene.frame_index)
        if step_s <= MAX_STEP_S and is_jump(last, scene, step_s):
            self._jump_count += 1
            # A mesh may slip once; more often it does not.
            weight = Weight.HOLDS if self._jump_count > MAX_JUMPS else Weight.NOTE
            return Finding(JUMP, weight, scene.frame_index)
        return None

    def restart(self) -> None:
        """Forget the last frames, as after a gap."""
        self._kept.clear()

    def _step_s(self, arrived_s: float) -> float:
        """Return how far apart two frames may have been taken.

        What waited on the way arrives at once, so no step counts for less than the usual one.
        """
        usual_s = self._usual_step_s or arrived_s
        if arrived_s <= MAX_STEP_S:
            self._usual_step_s = usual_s + _STEP_SHARE * (arrived_s - usual_s)
        return max(arrived_s, usual_s)


def is_cut(before: Scene, after: Scene) -> bool:
    """Return whether the whole picture became another one."""
    bits = (before.picture_hash ^ after.picture_hash).bit_count()
    return bits >= MIN_CUT_BITS and before.glance.likeness(after.glance) <= MAX_CUT_LIKENESS


def is_other_scene(before: Scene, after: Scene) -> bool:
    """Return whether the picture became another one within half a second, by whatever way."""
    bits = (before.picture_hash ^ after.picture_hash).bit_count()
    if bits < MIN_CUT_BITS:
        return False
    apart_s = _apart_s(before, after)
    limits = [limit for longest_s, limit in _OTHER_SCENE if apart_s <= longest_s]
    return bool(limits) and before.glance.likeness(after.glance) <= limits[0]


def is_jump(before: Scene, after: Scene, step_s: float) -> bool:
    """Return whether the face went further than a head can in that time."""
    one, two = before.motion, after.motion
    turn_deg = max(abs(two.yaw_deg - one.yaw_deg), abs(two.pitch_deg - one.pitch_deg))
    shift_px = math.hypot(two.centre_x_px - one.centre_x_px, two.centre_y_px - one.centre_y_px)
    shift = shift_px / max(one.size_px, 1.0)
    return (
        turn_deg > _SLACK_DEG + MAX_TURN_DEG_S * step_s
        or shift > _SLACK_SIZES + MAX_SHIFT_SIZES_S * step_s
    )


def _apart_s(before: Scene, after: Scene) -> float:
    return after.motion.time_s - before.motion.time_s
