"""Faces and the bodies that they belong to, as one list of boxes to follow."""

from dataclasses import dataclass

import numpy as np

from vision.faces import Faces
from vision.geometry import Floats
from vision.persons import Persons

# A face belongs to a body if its middle lies in the upper part of the body's box. Who sits, or is
# cut off by the picture's edge, has a larger head for the box: half leaves room for that.
UPPER_SHARE = 0.5
# Heads are about this share of a standing body's height; the box of a cut-off one is shorter.
HEADS_HIGH = 7.0
HEADS_WIDE = 2.5
# A face without a body starts a track of its own only if the detector is sure.
STAND_IN_DISCOUNT = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """What is followed in one frame; every array has N rows.

    boxes_xyxy: (N, 4), persons first, then stand-ins for the bodies of faces without one.
    scores: (N,). face_rows: (N,) row of the face that belongs to it, -1 for none.
    person_count: how many rows are persons that were seen.
    """

    boxes_xyxy: Floats
    scores: Floats
    face_rows: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    person_count: int


def join(persons: Persons, faces: Faces, size_wh: tuple[int, int]) -> Bodies:
    """Give each face to the body that fits best; one that fits none gets a stand-in.

    The stand-in is where a standing body would be below the face, within the picture.
    """
    face_rows = np.full(len(persons), -1, np.intp)
    misfits = _misfits(persons.boxes_xyxy, faces.boxes_xyxy)
    for _ in range(min(misfits.shape)):
        body, face = np.unravel_index(int(np.argmin(misfits)), misfits.shape)
        if not np.isfinite(misfits[body, face]):
            break
        face_rows[body] = face
        misfits[body, :] = misfits[:, face] = np.inf
    alone = np.setdiff1d(np.arange(len(faces)), face_rows)
    return Bodies(
        np.concatenate([persons.boxes_xyxy, stand_ins(faces.boxes_xyxy[alone], size_wh)]),
        np.concatenate([persons.scores, faces.scores[alone] * np.float32(STAND_IN_DISCOUNT)]),
        np.concatenate([face_rows, alone]),
        len(persons),
    )


def _misfits(bodies: Floats, faces: Floats) -> Floats:
    """Return (bodies, faces): how far a face is from where the body's head would be.

    In heights of the face; infinite where it cannot be the body's.
    """
    body, face = bodies[:, None], faces[None]
    x, y = (face[..., 0] + face[..., 2]) / 2, (face[..., 1] + face[..., 3]) / 2
    high = np.maximum(face[..., 3] - face[..., 1], 1.0)
    middle = (body[..., 0] + body[..., 2]) / 2
    is_inside = (
        (x >= body[..., 0])
        & (x <= body[..., 2])
        & (y >= body[..., 1])
        & (y <= body[..., 1] + UPPER_SHARE * (body[..., 3] - body[..., 1]))
    )
    away = np.hypot(x - middle, face[..., 1] - body[..., 1]) / high
    return np.where(is_inside, away, np.inf).astype(np.float32)


def stand_ins(faces: Floats, size_wh: tuple[int, int]) -> Floats:
    """Return where the bodies of faces, (N, 4), would be if they stood; within the picture."""
    middle = (faces[:, 0] + faces[:, 2]) / 2
    wide, high = faces[:, 2] - faces[:, 0], faces[:, 3] - faces[:, 1]
    left, right = middle - HEADS_WIDE / 2 * wide, middle + HEADS_WIDE / 2 * wide
    boxes = np.stack([left, faces[:, 1], right, faces[:, 1] + HEADS_HIGH * high], axis=1)
    kept: Floats = np.clip(boxes, 0, np.array(size_wh * 2)).astype(np.float32)
    return kept
