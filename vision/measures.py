"""Raw measurements of one face: what quality is judged by."""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from vision.damage import median
from vision.geometry import LEFT_EYE, LEFT_MOUTH, NOSE, RIGHT_EYE, RIGHT_MOUTH, Floats

# The part of the aligned crop that is face in every head: brows to chin, cheek to cheek.
_FACE_ROWS, _FACE_COLUMNS = slice(32, 104), slice(22, 90)
_LEFT_COLUMNS, _RIGHT_COLUMNS = slice(22, 56), slice(56, 90)
_DARK, _BRIGHT = 25, 245
_MOUTH_AREA = (slice(84, 108), slice(36, 76))
_NOSE_AREA = (slice(50, 72), slice(48, 64))
_CHEEK_AREA = (slice(62, 84), slice(30, 82))
_EYE_AREAS = ((slice(45, 58), slice(28, 48)), (slice(45, 58), slice(64, 84)))

# A mean head, in units of half the distance between the eyes, eyes at the origin: how far the
# nose tip and the mouth lie in front of the eyes, and below them (ratios of the ArcFace template
# and of the anthropometric mean head of Farkas 1994).
_NOSE_DEPTH, _NOSE_DROP = 1.0, 1.14
_MOUTH_DEPTH, _MOUTH_DROP = 0.35, 2.31


@dataclass(frozen=True, slots=True)
class Pose:
    """Head turn in degrees; each is 0 for a face that looks straight into the camera.

    yaw_deg: positive when the nose points to the right of the picture. pitch_deg: positive when
    it points up. roll_deg: positive when the head leans clockwise.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float


def measure_pose(landmarks: Floats) -> Pose:
    """Estimate the pose from five points, (5, 2), and a mean head.

    Good to about 10 degrees within +-45; beyond, the landmarks themselves are guesses, so it
    tells "far from frontal" and not how far. Noses and chins that differ from the mean head
    shift the pitch by up to 10 degrees.
    """
    points = landmarks.astype(np.float64)
    across = points[RIGHT_EYE] - points[LEFT_EYE]
    eyes = (points[LEFT_EYE] + points[RIGHT_EYE]) / 2
    mouth = (points[LEFT_MOUTH] + points[RIGHT_MOUTH]) / 2
    roll = math.atan2(across[1], across[0])
    turn = np.array([[math.cos(roll), math.sin(roll)], [-math.sin(roll), math.cos(roll)]])
    half_px = max(float(np.hypot(*across)) / 2, 1e-6)
    nose_x, nose_y = turn @ (points[NOSE] - eyes) / half_px
    _, mouth_y = turn @ (mouth - eyes) / half_px
    yaw = math.atan2(nose_x / _NOSE_DEPTH, 1.0)
    ratio = nose_y / mouth_y if mouth_y > 1e-3 else 1.0
    pitch = math.atan2(
        _NOSE_DROP - ratio * _MOUTH_DROP, max(_NOSE_DEPTH - ratio * _MOUTH_DEPTH, 1e-3)
    )
    return Pose(math.degrees(yaw), math.degrees(pitch), math.degrees(roll))


@dataclass(frozen=True, slots=True)
class Light:
    """How the face is lit, in 8-bit steps and shares of the face.

    dynamic_range: 5th to 95th percentile. dark_share, bright_share: pixels that show nothing.
    imbalance: difference of the halves' means over their sum; 0 is even.
    """

    mean: float
    dynamic_range: float
    dark_share: float
    bright_share: float
    imbalance: float


@dataclass(frozen=True, slots=True)
class Cover:
    """What hides part of a face, where its colour gives it away.

    mouth_colour_gap: distance of the mouth's and the nose's colour, in 8-bit Cr and Cb steps.
    eye_brightness: brightness of the brighter eye's area over that of the cheeks.
    """

    mouth_colour_gap: float
    eye_brightness: float


def grey_face(aligned: ImageRGB) -> npt.NDArray[np.uint8]:
    """Return the brightness of an aligned face, (112, 112)."""
    return np.asarray(cv2.cvtColor(aligned, cv2.COLOR_RGB2GRAY), np.uint8)


def measure_light(grey: npt.NDArray[np.uint8]) -> Light:
    """Measure the light on an aligned face, (112, 112)."""
    face = grey[_FACE_ROWS, _FACE_COLUMNS]
    counts = np.bincount(face.ravel(), minlength=256)
    total = np.cumsum(counts) / face.size
    low, high = (int(np.searchsorted(total, share)) for share in (0.05, 0.95))
    left = float(cv2.mean(grey[_FACE_ROWS, _LEFT_COLUMNS])[0])
    right = float(cv2.mean(grey[_FACE_ROWS, _RIGHT_COLUMNS])[0])
    return Light(
        mean=(left + right) / 2,
        dynamic_range=float(high - low),
        dark_share=float(total[_DARK]),
        bright_share=float(1 - total[_BRIGHT - 1]),
        imbalance=abs(left - right) / max(left + right, 1.0),
    )


def measure_cover(aligned: ImageRGB) -> Cover:
    """Look for a covered mouth and dark glasses in an aligned face, (112, 112, 3)."""
    colours = cv2.cvtColor(aligned, cv2.COLOR_RGB2YCrCb)
    lower, nose = _median(colours[_MOUTH_AREA]), _median(colours[_NOSE_AREA])
    cheeks = _median(colours[_CHEEK_AREA])[0]
    eyes = max(_median(colours[area])[0] for area in _EYE_AREAS)
    return Cover(
        mouth_colour_gap=math.hypot(lower[1] - nose[1], lower[2] - nose[2]),
        eye_brightness=eyes / max(cheeks, 1.0),
    )


def _median(area: npt.NDArray[Any]) -> list[float]:
    return [median(area[..., channel]) for channel in range(area.shape[2])]


def measure_inside(box_xyxy: Floats, shape_hw: tuple[int, ...]) -> float:
    """Return the share of the face's box that lies inside the picture."""
    x1, y1, x2, y2 = (float(value) for value in box_xyxy)
    width = max(0.0, min(x2, shape_hw[1]) - max(x1, 0.0))
    height = max(0.0, min(y2, shape_hw[0]) - max(y1, 0.0))
    return width * height / max((x2 - x1) * (y2 - y1), 1e-6)
