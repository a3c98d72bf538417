"""Pictures and movements that come again, and pictures that stand still."""

from dataclasses import dataclass, field

import numpy as np

from decision.findings import Weight
from decision.signal import Signal
from deepfake.injection.echo import Box, EchoWatch
from deepfake.injection.returns import ReturnWatch
from deepfake.injection.stillness import StillnessWatch
from deepfake.outcome import Moment
from vision.continuity.glance import Glance
from vision.continuity.repeats import (
    FROZEN,
    LOOPED,
    LOOPED_AFTER_S,
    FreezeWatch,
    LoopWatch,
)
from vision.frame_analysis import FrameAnalysis

SIGNAL, MOTIONLESS = "repetition", "FACE_MOTIONLESS"
# How like an earlier movement is: no living face came near the first one, and loops that were
# encoded, lit, zoomed or timed anew reach the second (docs/deepfake-injection.md).
HOLDS_FROM, BREAKS_FROM = 0.8, 0.85
# A line that stalls may show its last picture for a second or so, and no camera does for longer.
REFUSED_AFTER_S = 2.0
_MIDDLE_GREY = 128.0


@dataclass(slots=True)
class RepetitionWatch:
    """Follows one clip for what comes again; of bounded memory."""

    _freeze: FreezeWatch = field(default_factory=FreezeWatch)
    _loop: LoopWatch = field(default_factory=LoopWatch)
    _echo: EchoWatch = field(default_factory=EchoWatch)
    _returns: ReturnWatch = field(default_factory=ReturnWatch)
    _stillness: StillnessWatch = field(default_factory=StillnessWatch)

    def look(self, analysis: FrameAnalysis, time_s: float) -> list[Moment]:
        """Take one frame; return what was noticed with it."""
        glance, index = Glance(analysis.grid), analysis.frame.index
        found = [self._look_for_standstill(analysis, glance, time_s)]
        still = None if analysis.mesh is None else self._stillness.push(analysis.mesh, time_s)
        if still is not None:
            found.append(Moment(MOTIONLESS, Weight.HOLDS, SIGNAL, *still))
        if self._loop.push(glance, time_s, index) is not None:
            found.append(_looped(time_s - LOOPED_AFTER_S, time_s))
        if self._returns.push(analysis.frame.image, time_s):
            found.append(_looped(self._returns.since_s, time_s))
        echo = self._echo.push(analysis.grid, _box_of(analysis), time_s)
        if echo is not None and echo.likeness >= HOLDS_FROM:
            weight = Weight.BREAKS if echo.likeness >= BREAKS_FROM else Weight.HOLDS
            found.append(_looped(echo.start_s, echo.end_s, weight))
        return [moment for moment in found if moment is not None]

    def signal(self) -> Signal:
        """Return how like the likest earlier movement was, in [0, 1]."""
        highest = self._echo.highest
        return Signal(SIGNAL, None if highest is None else max(highest, 0.0), group=SIGNAL)

    def _look_for_standstill(
        self, analysis: FrameAnalysis, glance: Glance, time_s: float
    ) -> Moment | None:
        mesh = analysis.mesh
        if mesh is None:
            return None
        even = _without_brightness(glance)
        if self._freeze.push(even, mesh, time_s, analysis.frame.index) is None:
            return None
        still_s = self._freeze.still_s
        weight = Weight.BREAKS if still_s >= REFUSED_AFTER_S else Weight.HOLDS
        return Moment(FROZEN, weight, SIGNAL, max(time_s - still_s, 0.0), time_s)


def _looped(start_s: float, end_s: float, weight: Weight = Weight.BREAKS) -> Moment:
    return Moment(LOOPED, weight, SIGNAL, max(start_s, 0.0), end_s)


def _box_of(analysis: FrameAnalysis) -> Box | None:
    if analysis.face is None:
        return None
    height, width = analysis.frame.image.shape[:2]
    x1, y1, x2, y2 = (float(side) for side in analysis.face.box_xyxy)
    return x1 / width, y1 / height, x2 / width, y2 / height


def _without_brightness(glance: Glance) -> Glance:
    """Return the picture at middle brightness, so that light which is turned up moves nothing."""
    grey = np.round(glance.grey - glance.mean + _MIDDLE_GREY)
    return Glance(np.clip(grey, 0, 255).astype(np.uint8))
