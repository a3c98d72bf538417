"""How often somebody blinks: people at rest do so every few seconds, early forgeries hardly.

Who reads or stares blinks rarely, so that this is mentioned and decides nothing.
"""

from decision.findings import Weight
from decision.signal import Signal
from deepfake.clip_signal import Heard, SightOnly
from deepfake.outcome import Moment
from vision.frame_analysis import FrameAnalysis

BLINK_RATE, NO_BLINKS = "blink_rate", "NO_BLINKS"
# MediaPipe's `eyeBlink`, the mean of both sides.
_CLOSED_ABOVE, _OPEN_BELOW = 0.5, 0.3
# Between frames that are further apart a blink falls unseen.
MAX_STEP_S = 0.15
# Before this a rate says nothing; after this not to blink is rare.
MIN_SEEN_S, NOTED_AFTER_S = 10.0, 30.0


class BlinkRate(SightOnly):
    """Counts the blinks of the main face; the score is blinks a minute."""

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._seen_s = 0.0
        self._is_closed = False
        self._count = 0

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        """Take one frame; nothing becomes certain with it."""
        mesh = analysis.mesh
        if mesh is None:
            self._last_s = None
            return ()
        if self._last_s is not None and time_s - self._last_s <= MAX_STEP_S:
            self._seen_s += time_s - self._last_s
        self._last_s = time_s
        shapes = mesh.blendshapes
        lids = (shapes.get("eyeBlinkLeft", 0.0) + shapes.get("eyeBlinkRight", 0.0)) / 2
        if not self._is_closed and lids > _CLOSED_ABOVE:
            self._is_closed = True
            self._count += 1
        elif lids < _OPEN_BELOW:
            self._is_closed = False
        return ()

    def conclude(self) -> Heard:
        """Return the rate; not measured in a short clip."""
        if self._seen_s < MIN_SEEN_S:
            return Heard((Signal(BLINK_RATE, None, group="blinks"),))
        rate = self._count / self._seen_s * 60
        moments: tuple[Moment, ...] = ()
        if not self._count and self._seen_s >= NOTED_AFTER_S:
            moments = (Moment(NO_BLINKS, Weight.NOTE, BLINK_RATE, 0.0, self._last_s),)
        return Heard((Signal(BLINK_RATE, rate, group="blinks"),), moments)
