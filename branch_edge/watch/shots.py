"""The picture of a face that is sent: cut out with some room, if it is fit for comparison."""

from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np

from base.errors import DegenerateFaceError
from media.image import ImageRGB
from media.pictures import encode_jpeg
from vision.canvas import window_around
from vision.face_shot import FaceShot
from vision.faces import Faces
from vision.geometry import Floats, overlaps
from vision.measures import measure_pose
from vision.network import DetectorNetwork
from vision.quality import rate_face

# Room around the face, for another detector to look again; longest side and quality of the JPEG.
MARGIN, MAX_SIDE_PX, JPEG_QUALITY = 1.6, 320, 90
# A face is looked at again, enlarged, so that its landmarks are as good as the frame allows.
CLOSER_SHAPE_HW, CLOSER_SHARE, CLOSER_MIN_SCORE = (192, 192), 2 / 3, 0.5
_SAME_FACE_OVERLAP = 0.4
# Beyond this width a larger face is no better for comparison: the embedder sees 112 pixels.
AMPLE_FACE_PX = 112.0
_MAX_YAW_DEG = 60.0  # What `vision.quality` refuses; a cheap look before an expensive one.


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RatedShot:
    """A shot and how good it is among the shots of one person; merit: 0 to 100."""

    shot: FaceShot
    merit: float

    def __repr__(self) -> str:
        return f"RatedShot(merit={self.merit:.0f}, shot={self.shot!r})"


def promise(faces: Faces, row: int) -> float:
    """Return how good a shot may become, 0 to 100, by box and landmarks alone."""
    if abs(measure_pose(faces.landmarks[row]).yaw_deg) > _MAX_YAW_DEG:
        return 0.0
    return 100 * _ampleness(face_px(faces.boxes_xyxy[row]))


def face_px(box_xyxy: Floats) -> int:
    """Return the shorter side of a face."""
    return round(float(min(box_xyxy[2] - box_xyxy[0], box_xyxy[3] - box_xyxy[1])))


def take_shot(
    network: DetectorNetwork,
    image: ImageRGB,
    face: Faces,
    canvas_scale: float,
    captured_at: datetime,
) -> RatedShot | None:
    """Look closer at one face and cut it out; None if it is not fit for comparison.

    face: of one row, as found at `canvas_scale` pixels of a canvas to one of the image.
    """
    closer = _look_closer(network, image, face, canvas_scale)
    if closer is None:
        return None
    try:
        quality = rate_face(image, closer, 0)
    except DegenerateFaceError:
        return None
    if not quality.is_usable:
        return None
    shot = _cut_out(image, closer, quality.score, captured_at)
    return RatedShot(shot, quality.score * _ampleness(shot.face_px))


def _ampleness(width_px: float) -> float:
    return float(np.sqrt(min(1.0, width_px / AMPLE_FACE_PX)))


def _look_closer(
    network: DetectorNetwork, image: ImageRGB, face: Faces, canvas_scale: float
) -> Faces | None:
    """Return the face as seen closer; None if the closer look does not show it."""
    box = face.boxes_xyxy[0]
    window = window_around(box, CLOSER_SHAPE_HW, CLOSER_SHARE)
    if window.scale <= canvas_scale:  # It was as large on the canvas.
        return face
    (seen,) = network.look_closer(image, (window,), CLOSER_MIN_SCORE).result()
    if not len(seen):
        return None
    shared = overlaps(box, seen.boxes_xyxy)
    best = int(np.argmax(shared))
    return seen.take([best]) if shared[best] >= _SAME_FACE_OVERLAP else None


def _cut_out(image: ImageRGB, face: Faces, quality: float, captured_at: datetime) -> FaceShot:
    box, landmarks = face.boxes_xyxy[0], face.landmarks[0]
    left, top, right, bottom = _with_room(box, image.shape)
    crop = image[top:bottom, left:right]
    scale = min(1.0, MAX_SIDE_PX / max(crop.shape[:2]))
    if scale < 1:
        size_wh = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
        crop = np.asarray(cv2.resize(crop, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    origin = np.array([left, top], np.float32)
    return FaceShot(
        picture=encode_jpeg(np.ascontiguousarray(crop), JPEG_QUALITY),
        captured_at=captured_at,
        landmarks=((landmarks - origin) * scale).astype(np.float32),
        box_xyxy=((box.reshape(2, 2) - origin) * scale).reshape(4).astype(np.float32),
        score=float(face.scores[0]),
        quality=quality,
        face_px=face_px(box),
    )


def _with_room(box_xyxy: Floats, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return whole pixels around the face, within the picture: left, top, right, bottom."""
    middle = (box_xyxy[:2] + box_xyxy[2:]) / 2
    half = max(box_xyxy[2] - box_xyxy[0], box_xyxy[3] - box_xyxy[1]) * MARGIN / 2
    left, top = np.floor(np.maximum(middle - half, 0)).astype(int)
    right, bottom = np.ceil(np.minimum(middle + half, [shape[1], shape[0]])).astype(int)
    return int(left), int(top), int(right), int(bottom)
