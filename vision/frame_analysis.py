"""One look at one frame of a stream: everything that any judge asks, each part computed once."""

from contextlib import suppress
from dataclasses import dataclass

from base.errors import DegenerateFaceError, SmartBranchError
from media.frame import Frame
from media.image import ImageRGB
from vision.alignment import align_face
from vision.analysis import FaceReading
from vision.detection import FaceDetector, PendingFaces, Profile
from vision.embedding import Embedding, FaceEmbedder
from vision.faces import Faces
from vision.lazy import Lazy
from vision.light import Light, light_of
from vision.mesh import FaceMesh, Landmarker
from vision.picture_hash import grey_grid, hash_of_grid
from vision.quality import rate_face
from vision.tracking import FaceTracker, TrackedFace


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """What a frame is looked at with. tracker: the stream's own."""

    embedder: FaceEmbedder
    landmarker: Landmarker
    tracker: FaceTracker


class FrameAnalysis:
    """One frame, and what is seen in it; every part is computed when it is first asked for.

    Safe to share: of several threads that ask for a part, one computes and the others wait.
    A part of the main face is None where there is no face, or none that can be measured.
    """

    def __init__(self, frame: Frame, pending: PendingFaces, parts: _Parts) -> None:
        self.frame = frame
        self._parts = parts
        self._faces = Lazy(pending.result)
        self._face = Lazy(self._track)
        self._mesh = Lazy(self._find_mesh)
        self._reading = Lazy(self._read)
        self._embedding = Lazy(self._embed)
        self._grid = Lazy(lambda: grey_grid(frame.image))
        self._hash = Lazy(lambda: hash_of_grid(self._grid.get()))
        self._light = Lazy(lambda: light_of(frame.image))

    def __repr__(self) -> str:
        return f"FrameAnalysis({self.frame!r})"

    @property
    def faces(self) -> Faces:
        """Every face, surest first."""
        return self._faces.get()

    @property
    def face(self) -> TrackedFace | None:
        """The main face: the largest at first, then the same one for as long as it is there."""
        return self._face.get()

    @property
    def mesh(self) -> FaceMesh | None:
        """The main face as a mesh, with blendshapes and angles."""
        return self._mesh.get()

    @property
    def reading(self) -> FaceReading | None:
        """The main face aligned and rated, without an embedding."""
        return self._reading.get()

    @property
    def embedding(self) -> Embedding | None:
        """The main face as a vector that can be compared."""
        return self._embedding.get()

    @property
    def picture_hash(self) -> int:
        """64-bit DCT hash of the whole picture; near pictures differ in few bits."""
        return self._hash.get()

    @property
    def grid(self) -> ImageRGB:
        """The whole picture as (32, 32) uint8 grey, for comparing frames with each other."""
        return self._grid.get()

    @property
    def light(self) -> Light:
        """How bright the whole picture is."""
        return self._light.get()

    def _track(self) -> TrackedFace | None:
        return self._parts.tracker.update(self.faces, self.frame.received_monotonic_s)

    def _find_mesh(self) -> FaceMesh | None:
        face = self.face
        if face is None:
            return None
        return self._parts.landmarker.find(self.frame.image, face.box_xyxy)

    def _read(self) -> FaceReading | None:
        face, image = self.face, self.frame.image
        if face is None:
            return None
        try:
            aligned = align_face(image, face.landmarks)
        except DegenerateFaceError:
            return None  # A face without a plane can be neither rated nor compared.
        return FaceReading(
            box_xyxy=face.box_xyxy,
            score=face.score,
            landmarks=face.landmarks,
            quality=rate_face(image, self.faces, face.row, aligned),
            aligned=aligned,
        )

    def _embed(self) -> Embedding | None:
        reading = self.reading
        return None if reading is None else self._parts.embedder.embed(reading.aligned)


class FrameAnalyzer:
    """Looks at the frames of one stream, in their order; one object for each stream.

    landmarker: may be shared between streams if it is safe to share, as a pool is.
    """

    def __init__(
        self, detector: FaceDetector, embedder: FaceEmbedder, landmarker: Landmarker
    ) -> None:
        self._detector = detector
        self._parts = _Parts(embedder, landmarker, FaceTracker())
        self._last: FrameAnalysis | None = None

    @property
    def model_ids(self) -> tuple[str, ...]:
        """Ids of the models that frames are looked at with."""
        landmarker, embedder = self._parts.landmarker, self._parts.embedder
        return self._detector.model_id, landmarker.model_id, embedder.model_id

    def look(self, frame: Frame) -> FrameAnalysis:
        """Start looking at the next frame; the detector runs while the caller does other work.

        A track hangs on every frame before, so the main face of the previous frame is settled
        here if nobody has asked for it: at most one frame waits, however long the stream.
        """
        pending = self._detector.submit(frame.image, Profile.STREAM)
        last, analysis = self._last, FrameAnalysis(frame, pending, self._parts)
        self._last = analysis
        if last is not None:
            with suppress(SmartBranchError):  # It is told to those who ask for that frame.
                last.face  # noqa: B018
        return analysis

    def close(self) -> None:
        """Let go of the last frame."""
        self._last = None
