"""One frame at the sizes at which it is looked at."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from inference.engine import Engine
from inference.manifest import Manifest, ModelSpec
from media.image import ImageRGB
from vision.canvas import snug_placement
from vision.faces import Faces
from vision.network import DetectorNetwork, Look
from vision.person_detection import PendingPersons, PersonDetector
from vision.persons import Persons

FACE_MODEL_ID, PERSON_MODEL_ID = "retinaface-mnet025", "person-centernet"
MIN_FACE_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class Eyes:
    """What cameras are looked at with; safe to share. persons: None where nobody counts."""

    faces: DetectorNetwork
    persons: PersonDetector | None = None


def build_eyes(engine: Engine, manifest: Manifest, counts_persons: bool = True) -> Eyes:
    """Put together what cameras are looked at with; no model runs yet.

    engine: holds the models that `eye_models` names. Raises UnknownModelError.
    """
    faces, *persons = eye_models(manifest, counts_persons)
    detector = PersonDetector(engine, persons[0]) if persons else None
    return Eyes(DetectorNetwork(engine, faces), detector)


def eye_models(manifest: Manifest, counts_persons: bool = True) -> tuple[ModelSpec, ...]:
    """Return the models that a box needs: of faces, and of persons where they are counted."""
    names = (FACE_MODEL_ID, PERSON_MODEL_ID) if counts_persons else (FACE_MODEL_ID,)
    return tuple(manifest.model(name) for name in names)


@dataclass(frozen=True, slots=True)
class Glance:
    """One frame that is being looked at; None for what was not looked for."""

    faces: Look | None
    persons: PendingPersons | None
    faces_scale: int
    persons_scale: int

    def result(self) -> tuple[Persons, Faces]:
        """Wait, and return persons and faces in pixels of the frame."""
        persons, faces = Persons.none(), Faces.none()
        if self.persons is not None:
            found = self.persons.result()
            persons = replace(found, boxes_xyxy=found.boxes_xyxy * self.persons_scale)
        if self.faces is not None:
            (seen,) = self.faces.result()
            by = self.faces_scale
            faces = Faces(seen.boxes_xyxy * by, seen.scores, seen.landmarks * by)
        return persons, faces


def glance(eyes: Eyes, image: ImageRGB, faces_px: int | None, persons_px: int | None) -> Glance:
    """Start looking. faces_px, persons_px: longest sides of the canvases, None for not at all."""
    pictures = _Halves(image)
    faces_look, persons_look, faces_scale, persons_scale = None, None, 1, 1
    if faces_px is not None:
        picture, faces_scale = pictures.for_side(faces_px)
        size_wh = (picture.shape[1], picture.shape[0])
        faces_look = eyes.faces.look_at(picture, snug_placement(size_wh, faces_px), MIN_FACE_SCORE)
    if persons_px is not None and eyes.persons is not None:
        picture, persons_scale = pictures.for_side(persons_px)
        persons_look = eyes.persons.submit(picture, persons_px)
    return Glance(faces_look, persons_look, faces_scale, persons_scale)


class _Halves:
    """A picture, halved as often as somebody needs it.

    Averaging four pixels is a tenth of the work of averaging by an odd ratio, and what is left
    to shrink after it can be interpolated.
    """

    def __init__(self, image: ImageRGB) -> None:
        self._pictures = [image]

    def for_side(self, longest_px: int) -> tuple[ImageRGB, int]:
        """Return the smallest that still has this longest side, and how much smaller it is."""
        step = 0
        while max(self._at(step).shape[:2]) >= 2 * longest_px:
            step += 1
        return self._at(step), 2**step

    def _at(self, step: int) -> ImageRGB:
        while len(self._pictures) <= step:
            last = self._pictures[-1]
            even = last[: last.shape[0] // 2 * 2, : last.shape[1] // 2 * 2]
            size_wh = (even.shape[1] // 2, even.shape[0] // 2)
            half = cv2.resize(even, size_wh, interpolation=cv2.INTER_AREA)
            self._pictures.append(np.asarray(half, np.uint8))
        return self._pictures[step]
