"""Landmarkers to share: a few objects, each lent to one thread at a time."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from base.errors import ModelDisagreesError, QueueFullError
from inference.manifest import BundleSpec
from inference.store import ModelStore
from media.image import ImageRGB
from vision.drawn_face import drawn_face, drawn_face_box
from vision.geometry import Floats
from vision.mesh import FaceMesh, Landmarker

MAX_WAIT_S = 10.0
# On the drawn face; MediaPipe gives 1 and -5 degrees there.
_MAX_ANGLE_DEG = 12.0


class LandmarkerPool:
    """Lends landmarkers to many threads; implements Landmarker and is safe to share.

    model_id: of every one of them. open_one: opens one more; called at most `limit` times, when
    one is first needed. max_wait_s: for one that is free.
    """

    def __init__(
        self,
        model_id: str,
        open_one: Callable[[], Landmarker],
        limit: int,
        max_wait_s: float = MAX_WAIT_S,
    ) -> None:
        self._model_id = model_id
        self._open_one = open_one
        self._limit = limit
        self._max_wait_s = max_wait_s
        self._idle: queue.LifoQueue[Landmarker] = queue.LifoQueue()
        self._opening = threading.Lock()
        self._opened: list[Landmarker] = []

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._model_id

    def find(self, image: ImageRGB, box_xyxy: Floats) -> FaceMesh | None:
        """Return the mesh of the face in a box of the picture; see Landmarker.

        Raises QueueFullError if every landmarker is busy for too long.
        """
        landmarker = self._take()
        try:
            return landmarker.find(image, box_xyxy)
        finally:
            self._idle.put(landmarker)

    def warm_up(self) -> None:
        """Open the first landmarker and let it prove itself on a drawn face.

        Raises ModelDisagreesError, ModelCorruptError and SettingsError.
        """
        mesh = self.find(drawn_face(), drawn_face_box())
        angles = (0.0,) if mesh is None else (mesh.yaw_deg, mesh.pitch_deg, mesh.roll_deg)
        if mesh is None or max(map(abs, angles)) > _MAX_ANGLE_DEG:
            raise ModelDisagreesError(
                f"{self.model_id} does not see the drawn face that it is tested with, looking "
                f"straight ahead: {mesh}",
                model=self.model_id,
            )

    def close(self) -> None:
        """Let go of every model; none may be in use."""
        with self._opening:
            for landmarker in self._opened:
                landmarker.close()
            self._opened.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self) -> Landmarker:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            pass
        with self._opening:
            if len(self._opened) < self._limit:
                landmarker = self._open_one()
                self._opened.append(landmarker)
                return landmarker
        try:
            return self._idle.get(timeout=self._max_wait_s)
        except queue.Empty:
            raise QueueFullError(
                f"all {self._limit} landmarkers were busy for {self._max_wait_s:g} s"
            ) from None


def open_landmarkers(store: ModelStore, spec: BundleSpec, limit: int) -> LandmarkerPool:
    """Return a pool over a verified bundle; the first one opens when it is needed.

    Raises ModelUnavailableError and ModelCorruptError.
    """
    content = store.load(spec.id)

    def open_one() -> Landmarker:
        # MediaPipe takes half a second to import; what needs no meshes does not pay for it.
        from vision.mediapipe_landmarker import MediaPipeLandmarker

        return MediaPipeLandmarker(content, spec.id)

    return LandmarkerPool(spec.id, open_one, limit)
