"""How a face rests: what every move is measured from."""

from collections import deque
from dataclasses import dataclass, field, fields

import numpy as np

from vision.continuity.holding import MAX_STEP_S
from vision.continuity.motion import FaceMotion

REST_S = 0.5
_MAX_KEPT = 64
_MIN_FRAMES = 3
# Straight enough to begin: cameras stand above or below the eyes, so nods are given more room, as
# far as the passive model looks at a face; who rests beyond could never be accepted.
MAX_YAW_DEG, MAX_PITCH_DEG = 15.0, 20.0
# A head held still sways less than this in half a second, also one that trembles; one that turns
# does not.
MAX_YAW_SPAN_DEG, MAX_PITCH_SPAN_DEG = 6.0, 6.0
MAX_SIZE_SPAN = 0.08
# The mouth is closed enough, and no grin, for both to have room to rise.
MAX_MOUTH_OPENING, MAX_SMILE = 0.35, 0.55
MIN_EYE_OPENING = 0.08
# How far a later rest may lie from the first one.
MAX_DRIFT_DEG, MAX_SIZE_DRIFT = 12.0, 0.25


@dataclass(slots=True)
class RestWatch:
    """Waits until a face looks straight ahead and is still, and says how it rests then.

    first: how the face rested at the beginning; later rests must be near it.
    """

    first: FaceMotion | None = None
    _kept: deque[FaceMotion] = field(default_factory=lambda: deque(maxlen=_MAX_KEPT))

    def push(self, now: FaceMotion) -> FaceMotion | None:
        """Take one frame; return how the face rests, None while it does not."""
        if self._kept and now.time_s - self._kept[-1].time_s > MAX_STEP_S:
            self._kept.clear()
        self._kept.append(now)
        # The window stays as short as it may be, so that a move leaves it soon.
        while len(self._kept) > 1 and now.time_s - self._kept[1].time_s >= REST_S:
            self._kept.popleft()
        if len(self._kept) < _MIN_FRAMES or now.time_s - self._kept[0].time_s < REST_S:
            return None
        return self._middle() if self._is_still() else None

    def clear(self) -> None:
        """Forget the frames so far, as after a gap."""
        self._kept.clear()

    def is_straight(self, now: FaceMotion) -> bool:
        """Return whether the head points at the camera, as far as a rest asks for it."""
        if self.first is None:
            return abs(now.yaw_deg) <= MAX_YAW_DEG and abs(now.pitch_deg) <= MAX_PITCH_DEG
        drift = max(
            abs(now.yaw_deg - self.first.yaw_deg), abs(now.pitch_deg - self.first.pitch_deg)
        )
        return drift <= MAX_DRIFT_DEG

    def obstacle(self, now: FaceMotion) -> str | None:
        """Return the code of the advice that would help the face to rest; None if it does."""
        if not self.is_straight(now):
            return "LOOK_STRAIGHT"
        if now.mouth_opening > MAX_MOUTH_OPENING or now.smile > self._max_smile:
            return "RELAX_FACE"
        growth = self._growth(now)
        if abs(growth) > MAX_SIZE_DRIFT:
            return "MOVE_BACK" if growth > 0 else "MOVE_CLOSER"
        return None if self._kept and self._is_still() else "HOLD_STILL"

    @property
    def _max_smile(self) -> float:
        return MAX_SMILE if self.first is None else max(MAX_SMILE, self.first.smile)

    def _growth(self, motion: FaceMotion) -> float:
        if self.first is None or self.first.size_px <= 0:
            return 0.0
        return motion.size_px / self.first.size_px - 1

    def _is_still(self) -> bool:
        return (
            self._span("yaw_deg") <= MAX_YAW_SPAN_DEG
            and self._span("pitch_deg") <= MAX_PITCH_SPAN_DEG
            and self._span("size_px") <= MAX_SIZE_SPAN * self._kept[-1].size_px
            and all(self._is_relaxed(motion) for motion in self._kept)
        )

    def _is_relaxed(self, motion: FaceMotion) -> bool:
        return (
            self.is_straight(motion)
            and motion.mouth_opening <= MAX_MOUTH_OPENING
            and motion.smile <= self._max_smile
            and abs(self._growth(motion)) <= MAX_SIZE_DRIFT
        )

    def _span(self, name: str) -> float:
        values = [float(getattr(motion, name)) for motion in self._kept]
        return max(values) - min(values)

    def _middle(self) -> FaceMotion | None:
        """Return the median of the window; a blink in it changes nothing."""
        names = [field.name for field in fields(FaceMotion)]
        table = np.array([[getattr(motion, name) for name in names] for motion in self._kept])
        middle = dict(zip(names, (float(value) for value in np.median(table, axis=0)), strict=True))
        middle["time_s"] = self._kept[-1].time_s
        rest = FaceMotion(**middle)
        return rest if rest.eye_opening >= MIN_EYE_OPENING else None
