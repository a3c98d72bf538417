"""A mesh as the few numbers in which a face moves."""

import math
from dataclasses import dataclass

import numpy as np

from vision.geometry import Floats
from vision.mesh import FaceMesh

# Places in MediaPipe's face mesh; "A" is the eye on the left of the picture.
_EYE_A = (33, 160, 158, 133, 153, 144)
_EYE_B = (362, 385, 387, 263, 373, 380)
_LIPS_INNER = (13, 14)
_MOUTH_CORNERS = (61, 291)
_EYE_CORNERS = (33, 263)
_NOSE_LINE = (168, 2)


@dataclass(frozen=True, slots=True)
class FaceMotion:
    """What a face does at one moment.

    time_s: monotonic, when the frame arrived. yaw_deg, pitch_deg, roll_deg: as in `FaceMesh`.
    eye_opening: height over width of the eyes (Soukupova and Cech, "Real-time eye blink
        detection using facial landmarks", 2016), the mean of both.
    mouth_opening: gap between the lips over the width of the mouth.
    smile: MediaPipe's `mouthSmile`, the mean of both sides, in [0, 1].
    size_px: of the face, whatever way it is turned: outer eye corners and ridge of the nose.
    centre_x_px, centre_y_px: between eyes and nose, in the picture.
    """

    time_s: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    eye_opening: float
    mouth_opening: float
    smile: float
    size_px: float
    centre_x_px: float
    centre_y_px: float


def measure_motion(mesh: FaceMesh, time_s: float) -> FaceMotion:
    """Return the numbers of one mesh."""
    points, shapes = mesh.points, mesh.blendshapes
    centre = points[[*_EYE_CORNERS, *_NOSE_LINE], :2].mean(axis=0)
    smile = (shapes.get("mouthSmileLeft", 0.0) + shapes.get("mouthSmileRight", 0.0)) / 2
    return FaceMotion(
        time_s=time_s,
        yaw_deg=mesh.yaw_deg,
        pitch_deg=mesh.pitch_deg,
        roll_deg=mesh.roll_deg,
        eye_opening=(_eye_opening(points, _EYE_A) + _eye_opening(points, _EYE_B)) / 2,
        mouth_opening=_ratio(_span(points, *_LIPS_INNER), _span(points, *_MOUTH_CORNERS)),
        smile=float(smile),
        size_px=face_size_px(points),
        centre_x_px=float(centre[0]),
        centre_y_px=float(centre[1]),
    )


def face_size_px(points: Floats) -> float:
    """Return the size of a face, whatever way it is turned, from its mesh's points."""
    return math.hypot(_span3(points, *_EYE_CORNERS), _span3(points, *_NOSE_LINE))


def _eye_opening(points: Floats, places: tuple[int, ...]) -> float:
    outer, upper_1, upper_2, inner, lower_2, lower_1 = places
    height = _span(points, upper_1, lower_1) + _span(points, upper_2, lower_2)
    return _ratio(height / 2, _span(points, outer, inner))


def _span(points: Floats, first: int, second: int) -> float:
    return float(np.hypot(*(points[first, :2] - points[second, :2])))


def _span3(points: Floats, first: int, second: int) -> float:
    return float(np.linalg.norm(points[first] - points[second]))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0
