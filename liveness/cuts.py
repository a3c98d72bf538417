"""Cuts and jumps: changes from one frame to the next that no camera and no head makes."""

import math
from dataclasses import dataclass

from liveness.findings import Finding, Weight
from liveness.glance import Glance
from liveness.motion import FaceMotion

CUT, JUMP = "VIDEO_CUT", "VIDEO_JUMP"

# Consecutive frames of the development clips, some 70 ms apart: hashes differ by at most 16 of
# 64 bits and pictures correlate by at least 0.86; frames of two clips, by 20 bits or more and
# at most 0.68 in 19 of 20 pairs (tests/liveness/test_frames_shared.py).
MIN_CUT_BITS, MAX_CUT_LIKENESS = 22, 0.75
# Later frames may differ because the world did.
MAX_STEP_S = 0.3
# Turning one's head as fast as one can reaches 300 to 400 degrees a second, leaning 1.5 m a
# second or fifteen times the size of the face between eyes and nose.
MAX_TURN_DEG_S, MAX_SHIFT_SIZES_S = 400.0, 15.0
_SLACK_DEG, _SLACK_SIZES = 8.0, 0.3
MAX_JUMPS = 2


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame as cuts are judged."""

    frame_index: int
    picture_hash: int
    glance: Glance
    motion: FaceMotion


class CutWatch:
    """Compares each frame that shows a face with the one before."""

    def __init__(self) -> None:
        self._last: Scene | None = None
        self._jump_count = 0

    def push(self, scene: Scene) -> Finding | None:
        """Take one frame; return what is wrong with the step to it."""
        last, self._last = self._last, scene
        if last is None or scene.motion.time_s - last.motion.time_s > MAX_STEP_S:
            return None
        if is_cut(last, scene):
            return Finding(CUT, Weight.BREAKS, scene.frame_index)
        if is_jump(last, scene):
            self._jump_count += 1
            # A mesh may slip once; more often it does not.
            weight = Weight.HOLDS if self._jump_count > MAX_JUMPS else Weight.NOTE
            return Finding(JUMP, weight, scene.frame_index)
        return None

    def restart(self) -> None:
        """Forget the last frame, as after a gap."""
        self._last = None


def is_cut(before: Scene, after: Scene) -> bool:
    """Return whether the whole picture became another one."""
    bits = (before.picture_hash ^ after.picture_hash).bit_count()
    return bits >= MIN_CUT_BITS and before.glance.likeness(after.glance) <= MAX_CUT_LIKENESS


def is_jump(before: Scene, after: Scene) -> bool:
    """Return whether the face went further than a head can in that time."""
    one, two = before.motion, after.motion
    step_s = two.time_s - one.time_s
    turn_deg = max(abs(two.yaw_deg - one.yaw_deg), abs(two.pitch_deg - one.pitch_deg))
    shift_px = math.hypot(two.centre_x_px - one.centre_x_px, two.centre_y_px - one.centre_y_px)
    shift = shift_px / max(one.size_px, 1.0)
    return (
        turn_deg > _SLACK_DEG + MAX_TURN_DEG_S * step_s
        or shift > _SLACK_SIZES + MAX_SHIFT_SIZES_S * step_s
    )
