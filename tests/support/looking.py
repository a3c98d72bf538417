"""Stand-ins that count what is asked of them, and frames to look at."""

import threading
from collections import Counter
from concurrent.futures import Future

from base.errors import DeadlineExceededError
from inference.engine import Engine, Tensors
from media.frame import Frame
from media.image import ImageRGB
from vision.geometry import Floats
from vision.mesh import FaceMesh, Landmarker


class CountingEngine:
    """Passes everything on and counts it by model; implements Engine.

    fail_next: let the deadline of the next run pass.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.counts: Counter[str] = Counter()
        self.fail_next = False

    def submit(
        self, model_id: str, inputs: Tensors, *, deadline_s: float | None = None
    ) -> "Future[Tensors]":
        self.counts[model_id] += 1
        if self.fail_next:
            self.fail_next = False
            failed: Future[Tensors] = Future()
            failed.set_exception(DeadlineExceededError("the test let it pass"))
            return failed
        return self._engine.submit(model_id, inputs, deadline_s=deadline_s)


class CountingLandmarker:
    """Passes everything on, counts it, and says how many were in it at once."""

    model_id = "counting"

    def __init__(self, landmarker: Landmarker) -> None:
        self._landmarker = landmarker
        self._lock = threading.Lock()
        self._inside = 0
        self.count = 0
        self.most_at_once = 0

    def find(self, image: ImageRGB, box_xyxy: Floats) -> FaceMesh | None:
        with self._lock:
            self.count += 1
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
        try:
            return self._landmarker.find(image, box_xyxy)
        finally:
            with self._lock:
                self._inside -= 1

    def close(self) -> None:
        """Leave the real one open; it is not ours."""


def frame_of(image: ImageRGB, index: int = 0, fps: float = 15.0) -> Frame:
    """Return the frame of a stream that arrives evenly."""
    return Frame(image, index, index / fps, None, index / fps)
