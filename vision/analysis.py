"""One picture read from end to end: found, chosen, aligned, rated, embedded."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from base.errors import DegenerateFaceError, NoFaceError, SeveralFacesError
from inference.manifest import Recognisability
from media.image import ImageRGB
from vision.alignment import align_face
from vision.detection import FaceDetector, PendingFaces, Profile
from vision.embedding import Embedding, FaceEmbedder, PendingEmbedding
from vision.faces import Faces
from vision.geometry import Floats
from vision.quality import FaceQuality, rate_face, with_recognisability

# A second face is somebody else in the picture, and not a passer-by, from this share of the
# largest face's area on (that is, 60 % of its side), if the detector is sure of it.
LIKE_SIZE_RATIO = 0.36
LIKE_SIZE_MIN_SCORE = 0.8


class Select(Enum):
    """Which face is meant where there are several."""

    SINGLE = "single"  # The largest, if no other is of like size.
    LARGEST = "largest"
    CENTRAL = "central"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FaceReading:
    """What was read from one face.

    box_xyxy: (4,) float32, pixels of the picture. score: detector's, in [0, 1].
    landmarks: (5, 2) float32, pixels of the picture, image-left first.
    embedding: None if it was not asked for. aligned: the (112, 112, 3) crop behind both.
    """

    box_xyxy: Floats
    score: float
    landmarks: Floats
    quality: FaceQuality
    aligned: ImageRGB
    embedding: Embedding | None = None

    def __repr__(self) -> str:
        embedded = "none" if self.embedding is None else repr(self.embedding)
        return (
            f"FaceReading(score={self.score:.2f}, quality={self.quality.score:.0f}, "
            f"embedding={embedded}, picture=<hidden>)"
        )


class FaceAnalyzer:
    """Reads faces from pictures with one detector and one embedder; safe to share."""

    def __init__(self, detector: FaceDetector, embedder: FaceEmbedder) -> None:
        self._detector = detector
        self._embedder = embedder

    def detect(
        self, image: ImageRGB, profile: Profile = Profile.PORTRAIT
    ) -> tuple[FaceReading, ...]:
        """Return every face with its quality, surest first; nobody is an empty tuple."""
        faces = self._detector.detect(image, profile)
        return tuple(_readings(image, faces))

    def read(self, image: ImageRGB, select: Select = Select.SINGLE) -> FaceReading:
        """Return the face that is meant, embedded.

        Raises NoFaceError, SeveralFacesError and DegenerateFaceError.
        """
        return self.submit(image, select).result()

    def read_pair(
        self, first: ImageRGB, second: ImageRGB, select: Select = Select.SINGLE
    ) -> tuple[FaceReading, FaceReading]:
        """Read two pictures at the same time; raises what `read` raises."""
        pending = [self.submit(first, select), self.submit(second, select)]
        for picture in pending:
            picture.advance()
        return pending[0].result(), pending[1].result()

    def submit(self, image: ImageRGB, select: Select = Select.SINGLE) -> "PendingReading":
        """Start reading a picture; call `advance` on all before `result` on any."""
        return PendingReading(self._detector.submit(image), self._embedder, image, select)

    def embed(self, reading: FaceReading) -> FaceReading:
        """Return the reading with its embedding."""
        embedding = self._embedder.embed(reading.aligned)
        return _with_embedding(reading, embedding, self._embedder.recognisability)


class PendingReading:
    """A face that is being read, in two steps so that several pictures overlap."""

    def __init__(
        self, faces: PendingFaces, embedder: FaceEmbedder, image: ImageRGB, select: Select
    ) -> None:
        self._faces = faces
        self._embedder = embedder
        self._image = image
        self._select = select
        self._started: tuple[FaceReading, PendingEmbedding] | None = None

    def advance(self) -> None:
        """Wait for the faces, choose one, send it to the embedder and rate it meanwhile.

        Raises NoFaceError, SeveralFacesError and DegenerateFaceError.
        """
        faces = self._faces.result()
        row = select_face(faces, self._select, self._image.shape)
        aligned = align_face(self._image, faces.landmarks[row])
        embedding = self._embedder.submit(aligned)
        self._started = _reading(self._image, faces, row, aligned), embedding

    def result(self) -> FaceReading:
        """Return the reading with its embedding; raises what `advance` raises."""
        if self._started is None:
            self.advance()
        assert self._started is not None
        reading, embedding = self._started
        return _with_embedding(reading, embedding.result(), self._embedder.recognisability)


def select_face(faces: Faces, select: Select, shape_hw: tuple[int, ...]) -> int:
    """Return the row of the face that is meant.

    Raises NoFaceError, and SeveralFacesError where one person is meant and a second face has at
    least 36 % of the largest one's area and a score of at least 0.8.
    """
    if not len(faces):
        raise NoFaceError("no face was found; use a picture that shows one face, well lit")
    areas = faces.areas_px()
    if select is Select.CENTRAL:
        centres = faces.boxes_xyxy.reshape(-1, 2, 2).mean(axis=1)
        middle = np.array([shape_hw[1], shape_hw[0]], np.float32) / 2
        return int(np.argmin(np.linalg.norm(centres - middle, axis=1)))
    largest = int(np.argmax(areas))
    rivals = count_rivals(faces, largest)
    if select is Select.SINGLE and rivals:
        count = rivals + 1
        raise SeveralFacesError(
            f"the picture shows {count} faces of like size; expected one person, "
            "or say which face is meant",
            faces=count,
        )
    return largest


def count_rivals(faces: Faces, row: int) -> int:
    """Return how many others, and not passers-by, are beside one face."""
    areas = faces.areas_px()
    is_rival = (areas >= LIKE_SIZE_RATIO * areas[row]) & (faces.scores >= LIKE_SIZE_MIN_SCORE)
    is_rival[row] = False
    return int(is_rival.sum())


def _readings(image: ImageRGB, faces: Faces) -> list[FaceReading]:
    readings = []
    for row in range(len(faces)):
        try:
            aligned = align_face(image, faces.landmarks[row])
        except DegenerateFaceError:
            continue  # A face without a plane can be neither rated nor compared.
        readings.append(_reading(image, faces, row, aligned))
    return readings


def _with_embedding(
    reading: FaceReading, embedding: Embedding, measure: Recognisability | None
) -> FaceReading:
    quality = with_recognisability(reading.quality, measure, embedding.raw_length)
    return replace(reading, quality=quality, embedding=embedding)


def _reading(image: ImageRGB, faces: Faces, row: int, aligned: ImageRGB) -> FaceReading:
    return FaceReading(
        box_xyxy=faces.boxes_xyxy[row],
        score=float(faces.scores[row]),
        landmarks=faces.landmarks[row],
        quality=rate_face(image, faces, row, aligned),
        aligned=aligned,
    )
