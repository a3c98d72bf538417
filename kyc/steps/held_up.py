"""Which frames of a camera are worth reading a document in: cheap, for every frame asks."""

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB

# Between two readings; each takes seconds of a processor.
STEP_S = 1.0
_SIZE_WH = (160, 120)
# A hand that holds a card still moves the small picture by a few steps of grey a frame.
MAX_MEAN_STEP = 6.0
# Print has edges; a hand, a wall or a smear has few. Mean of the Laplacian in steps of grey.
MIN_EDGES = 6.0

Grey = npt.NDArray[np.float32]


class HeldUp:
    """Takes frames that are still, sharp in their middle, and not too soon after the last."""

    def __init__(self) -> None:
        self._last: Grey | None = None
        self._due_s = 0.0

    def is_due(self, image: ImageRGB, now_s: float) -> bool:
        """Take one frame; return whether to read it."""
        small = cv2.resize(image, _SIZE_WH, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        last, self._last = self._last, grey
        if now_s < self._due_s or last is None:
            return False
        if float(np.abs(grey - last).mean()) > MAX_MEAN_STEP:
            return False
        middle = grey[20:100, 20:140]
        if float(np.abs(cv2.Laplacian(middle, cv2.CV_32F)).mean()) < MIN_EDGES:
            return False
        self._due_s = now_s + STEP_S
        return True
