"""Faces in a picture: which scales are looked at, and what is made of what is found."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from enum import Enum

import numpy as np

from base.errors import UnknownModelError
from inference.engine import Engine, Tensors
from inference.manifest import ModelSpec
from media.image import ImageRGB
from vision import retinaface, scrfd
from vision.canvas import Placement, cut, fill_colour, place, placement_for, to_input
from vision.faces import Faces
from vision.geometry import Floats, non_maximum_suppression, overlaps

Interpret = Callable[[Mapping[str, Floats], tuple[int, int], float], Faces]
FAMILIES: dict[str, Interpret] = {"retinaface": retinaface.interpret, "scrfd": scrfd.interpret}
MAX_OVERLAP = 0.4  # IoU; the value that both families were published with.


class Profile(Enum):
    """What kind of picture it is."""

    PORTRAIT = "portrait"  # One person, or a few, near the camera.
    CROWD = "crowd"  # Many people, far away.


# Longest sides looked at, in this order, until a face is found.
LADDERS_PX = {Profile.PORTRAIT: (320, 640, 1280), Profile.CROWD: (1920,)}
MIN_SCORES = {Profile.PORTRAIT: 0.5, Profile.CROWD: 0.5}
MAX_ENLARGEMENT = {Profile.PORTRAIT: 4.0, Profile.CROWD: 2.0}
# A face smaller than this on the canvas is looked at again, enlarged, so that its landmarks are
# as precise as the picture allows.
REFINE_BELOW_PX = 72.0
MAX_REFINED = 3
REFINED_CANVAS_PX = 192
REFINED_FACE_PX = 96.0
_SAME_FACE_OVERLAP = 0.4


class FaceDetector:
    """Finds faces with one detector model; safe to share between threads."""

    def __init__(self, engine: Engine, spec: ModelSpec) -> None:
        if spec.family not in FAMILIES:
            raise UnknownModelError(
                f"model {spec.id} is of family {spec.family}; a detector is one of "
                f"{', '.join(FAMILIES)}",
                model=spec.id,
            )
        self._engine = engine
        self._spec = spec
        self._interpret = FAMILIES[spec.family]
        self._fill = fill_colour(spec.input)

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._spec.id

    def detect(self, image: ImageRGB, profile: Profile = Profile.PORTRAIT) -> Faces:
        """Return the faces in pixels of `image`, surest first."""
        return self.submit(image, profile).result()

    def submit(self, image: ImageRGB, profile: Profile = Profile.PORTRAIT) -> "PendingFaces":
        """Start looking; the answer-to-be looks again at other scales where it has to."""
        return PendingFaces(self, image, profile)

    def look(self, images: list[ImageRGB]) -> "Future[Tensors]":
        """Send canvases of one shape to the network."""
        tensor = to_input(images, self._spec.input)
        return self._engine.submit(self._spec.id, {self._spec.input.name: tensor})

    def place(self, image: ImageRGB, placement: Placement) -> ImageRGB:
        """Scale a picture onto its canvas."""
        return place(image, placement, self._fill)

    def cut(self, image: ImageRGB, placement: Placement) -> ImageRGB:
        """Scale a window of a picture onto its canvas."""
        return cut(image, placement, self._fill)

    def read(self, outputs: Tensors, row: int, placement: Placement, min_score: float) -> Faces:
        """Return what the network saw on one canvas, in pixels of the picture."""
        meanings = {
            meaning: np.asarray(outputs[name], np.float32)[row]
            for meaning, name in self._spec.outputs.items()
        }
        found = self._interpret(meanings, placement.shape_hw, min_score)
        rows = non_maximum_suppression(found.boxes_xyxy, found.scores, MAX_OVERLAP)
        return placement.to_picture(found.take(rows))


class PendingFaces:
    """Faces that are being looked for."""

    def __init__(self, detector: FaceDetector, image: ImageRGB, profile: Profile) -> None:
        self._detector = detector
        self._image = image
        self._profile = profile
        self._placements = _ladder(image, profile)
        self._first = self._look(self._placements[0])

    def result(self) -> Faces:
        """Wait for the network and return the faces, surest first."""
        faces = self._read(self._first.result(), self._placements[0])
        placement = self._placements[0]
        for placement in self._placements[1:]:
            if len(faces):
                break
            faces = self._read(self._look(placement).result(), placement)
        return self._refine(faces, placement) if len(faces) else faces

    def _look(self, placement: Placement) -> "Future[Tensors]":
        return self._detector.look([self._detector.place(self._image, placement)])

    def _read(self, outputs: Tensors, placement: Placement) -> Faces:
        return self._detector.read(outputs, 0, placement, MIN_SCORES[self._profile])

    def _refine(self, faces: Faces, placement: Placement) -> Faces:
        """Look again at the largest faces if they are small on the canvas."""
        sides = _longer_sides(faces)
        largest = np.argsort(-sides, kind="stable")[:MAX_REFINED]
        rows = [int(row) for row in largest if sides[row] * placement.scale < REFINE_BELOW_PX]
        if not rows or self._profile is Profile.CROWD:
            return faces
        windows = [_window(faces, row) for row in rows]
        canvases = [self._detector.cut(self._image, window) for window in windows]
        outputs = self._detector.look(canvases).result()
        for index, (row, window) in enumerate(zip(rows, windows, strict=True)):
            seen = self._detector.read(outputs, index, window, MIN_SCORES[self._profile])
            faces = _replace_face(faces, row, seen)
        return faces


def _ladder(image: ImageRGB, profile: Profile) -> list[Placement]:
    """Return the canvases to try; a larger one only where it shows more than the last."""
    height, width = image.shape[:2]
    limit_px = MAX_ENLARGEMENT[profile] * max(height, width)
    sides: list[int] = []
    for side in LADDERS_PX[profile]:
        if not sides or sides[-1] < limit_px:
            sides.append(side if side <= limit_px else max(64, int(limit_px)))
    return [placement_for((width, height), side) for side in sides]


def _longer_sides(faces: Faces) -> Floats:
    sides: Floats = (faces.boxes_xyxy[:, 2:] - faces.boxes_xyxy[:, :2]).max(axis=1)
    return sides


def _window(faces: Faces, row: int) -> Placement:
    x1, y1, x2, y2 = (float(value) for value in faces.boxes_xyxy[row])
    scale = REFINED_FACE_PX / max(x2 - x1, y2 - y1, 1.0)
    half = REFINED_CANVAS_PX / scale / 2
    origin = ((x1 + x2) / 2 - half, (y1 + y2) / 2 - half)
    return Placement((REFINED_CANVAS_PX, REFINED_CANVAS_PX), scale, origin)


def _replace_face(faces: Faces, row: int, seen: Faces) -> Faces:
    """Put the closer look in place of the first one, if it shows the same face."""
    if not len(seen):
        return faces
    overlap = overlaps(faces.boxes_xyxy[row], seen.boxes_xyxy)
    best = int(np.argmax(overlap))
    if overlap[best] < _SAME_FACE_OVERLAP:
        return faces
    boxes, landmarks = faces.boxes_xyxy.copy(), faces.landmarks.copy()
    boxes[row], landmarks[row] = seen.boxes_xyxy[best], seen.landmarks[best]
    return Faces(boxes, faces.scores, landmarks)
