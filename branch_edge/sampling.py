"""Which frames are worth a look: by rate, and by whether anything moves."""

from dataclasses import dataclass

import cv2
import numpy as np

from branch_edge.sources.reader import RawFrame
from media.decoded import Luma
from media.timeline import Sampler

# What a small copy is wide. Of a 1080p picture each cell is the mean of 20 x 20 pixels: noise is
# gone, and a face of 40 pixels still fills four cells.
SMALL_WIDTH = 96
# Steps of brightness, of 255; above what sensor noise and an encoder's key frames change in a mean.
_MOVED_STEPS = 10
_MOVED_CELLS = 3
_GRACE_S = 1e-3


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """How many frames are taken. target_fps: while something moves, and for hold_s after it.

    idle_fps: while nothing does, so that nothing is missed for long.
    """

    target_fps: float = 5.0
    idle_fps: float = 1.0
    hold_s: float = 2.0

    def __post_init__(self) -> None:
        if not self.target_fps > 0 or not self.idle_fps > 0 or self.hold_s < 0:
            raise ValueError(
                "target_fps and idle_fps must be above 0 and hold_s not below, got "
                f"{self.target_fps:g}, {self.idle_fps:g} and {self.hold_s:g}"
            )


class FrameSampler:
    """Chooses among one camera's frames; one thread asks, any thread may change the rates."""

    def __init__(self, settings: SamplingSettings) -> None:
        self._hold_s = settings.hold_s
        self._target_fps = settings.target_fps
        # At least so many, whether anything moves or not; never more than target_fps.
        self.idle_fps = settings.idle_fps
        self._grid = Sampler(settings.target_fps)
        self._taken: Luma | None = None
        self._taken_s = 0.0
        self._lively_until_s = 0.0
        self.small: Luma | None = None

    @property
    def target_fps(self) -> float:
        """Frames a second while something moves."""
        return self._target_fps

    @target_fps.setter
    def target_fps(self, value: float) -> None:
        self._grid = Sampler(value)
        self._target_fps = value

    def takes(self, frame: RawFrame, at_s: float) -> bool:
        """Tell whether a frame is wanted; times never fall.

        `small` is then what was looked at, or None if the rate alone decided.
        """
        self.small = None
        if not self._grid.takes(at_s):
            return False
        self.small = small = shrunk(frame.luma())
        if self._taken is None or differs(self._taken, small):
            self._lively_until_s = at_s + self._hold_s
        is_due = at_s >= self._taken_s + 1 / self.idle_fps - _GRACE_S
        if at_s > self._lively_until_s and not is_due:
            return False
        self._taken, self._taken_s = small, at_s
        return True


def shrunk(luma: Luma) -> Luma:
    """Return a copy `SMALL_WIDTH` wide, each cell the mean of what it covers."""
    height, width = luma.shape
    rows = max(1, round(SMALL_WIDTH * height / width))
    return np.asarray(cv2.resize(luma, (SMALL_WIDTH, rows), interpolation=cv2.INTER_AREA), np.uint8)


def differs(before: Luma, now: Luma) -> bool:
    """Tell whether something moved between two small copies, or their shape changed."""
    if before.shape != now.shape:
        return True
    moved = cv2.absdiff(before, now) > _MOVED_STEPS
    return int(np.count_nonzero(moved)) >= _MOVED_CELLS
