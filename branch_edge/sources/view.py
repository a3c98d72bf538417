"""Whether a camera still sees: one that is covered sends pictures too."""

import cv2
import numpy as np

from decision.outcome import Reason
from media.decoded import Luma

DARK = Reason("CAMERA_DARK", "the camera's picture is black: its lens is covered, or it is dark")
BLANK = Reason("CAMERA_BLANK", "the camera shows one colour only: something is close before it")
BLURRED = Reason("CAMERA_BLURRED", "the camera's picture has lost its sharpness")
# Of 255. A room with one lamp on is well above; a hand or tape before a lens lets little through.
_DARK_BELOW = 24
# Of the picture: a sign or a lamp alone is a view.
_LIT_SHARE = 0.02
# Spread of brightness; an empty wall with a door has 20 and more.
_BLANK_BELOW = 5.0
# Of what this camera usually shows.
_BLURRED_BELOW = 0.35
# What is usual is learned over about ten minutes, and not used before the first minute.
_LEARN_S, _RELEARN_S, _LEARNED_AFTER_S = 600.0, 3600.0, 60.0
_SHARPNESS_WIDTH = 480
_SHARPNESS_EVERY_S = 1.0


class ViewWatch:
    """Follows one camera's view; a change counts once it has stayed for `settle_s`."""

    def __init__(self, settle_s: float = 5.0) -> None:
        self._settle_s = settle_s
        self._cover: Reason | None = None
        self._next: Reason | None = None
        self._next_since_s = 0.0
        self._usual_sharpness: float | None = None
        self._known_s = 0.0
        self._rated_s = -_SHARPNESS_EVERY_S
        self._is_blurred = False

    @property
    def cover(self) -> Reason | None:
        """What keeps the camera from seeing, None if nothing does."""
        return self._cover

    def see(self, luma: Luma, small: Luma, at_s: float) -> bool:
        """Look at a frame and its small copy; return whether `cover` changed. Times never fall."""
        found = self._judge(luma, small, at_s)
        if found is self._cover:
            self._next = found
            return False
        if found is not self._next:
            self._next, self._next_since_s = found, at_s
        if at_s - self._next_since_s < self._settle_s:
            return False
        self._cover = found
        return True

    def _judge(self, luma: Luma, small: Luma, at_s: float) -> Reason | None:
        if np.count_nonzero(small >= _DARK_BELOW) < _LIT_SHARE * small.size:
            return DARK
        if float(np.std(small)) < _BLANK_BELOW:
            return BLANK
        if at_s - self._rated_s >= _SHARPNESS_EVERY_S:
            self._rate(sharpness(luma), min(at_s - self._rated_s, _LEARN_S))
            self._rated_s = at_s
        return BLURRED if self._is_blurred else None

    def _rate(self, found: float, since_s: float) -> None:
        usual = self._usual_sharpness
        if usual is None:
            self._usual_sharpness = found
            return
        self._is_blurred = self._known_s >= _LEARNED_AFTER_S and found < _BLURRED_BELOW * usual
        self._known_s += since_s
        # A camera that was turned to something plainer has a new usual view in the end.
        learn_s = _RELEARN_S if self._is_blurred else _LEARN_S
        self._usual_sharpness = usual + (found - usual) * since_s / learn_s


def sharpness(luma: Luma) -> float:
    """Return how much neighbouring pixels differ, at a width where grain does not count."""
    height, width = luma.shape
    size = (_SHARPNESS_WIDTH, max(1, round(_SHARPNESS_WIDTH * height / width)))
    scaled = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    return float(np.mean(np.abs(cv2.Laplacian(scaled, cv2.CV_16S))))
