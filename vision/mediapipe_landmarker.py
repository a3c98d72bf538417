"""Face meshes by MediaPipe's landmarker, from the box that our detector found."""

from typing import Any

import cv2
import mediapipe as mp  # type: ignore[import-untyped]
import numpy as np
from mediapipe.tasks.python import BaseOptions  # type: ignore[import-untyped]
from mediapipe.tasks.python.vision import (  # type: ignore[import-untyped]
    FaceLandmarker,
    FaceLandmarkerOptions,
    RunningMode,
)

from base.errors import InferenceFailedError, ModelCorruptError
from media.image import ImageRGB
from vision.geometry import Floats
from vision.mediapipe_library import load_quietly, without_chatter
from vision.mesh import FaceMesh

# Side of the square that MediaPipe is shown, over the longer side of the face's box. Its own
# detector finds the face again in there; docs/vision.md says what other values cost.
CROP_SHARE = 1.5
# The networks look at 256 pixels of the face; more than this of the crop is thrown away anyway.
MAX_CROP_PX = 512
_MIN_SIDE_PX = 8.0


class MediaPipeLandmarker:
    """One landmarker of MediaPipe, without memory from picture to picture.

    The mode for video is smoother, and is not used: it follows a face of its own choice through
    whole pictures, needs an object for every stream, and its answers hang on what was asked
    before, across cuts as well.
    """

    def __init__(self, content: bytes, model_id: str, crop_share: float = CROP_SHARE) -> None:
        """Open a model bundle. Raises ModelCorruptError and SettingsError."""
        self._model_id = model_id
        self._crop_share = crop_share
        load_quietly()
        options = FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=content),
            running_mode=RunningMode.IMAGE,
            num_faces=1,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        with without_chatter():
            try:
                self._landmarker = FaceLandmarker.create_from_options(options)
            except (RuntimeError, ValueError) as error:
                raise ModelCorruptError(
                    f"{model_id} does not load: {error}", model=model_id
                ) from error
            self._landmarker.detect(_to_mediapipe(np.zeros((64, 64, 3), np.uint8)))

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._model_id

    def find(self, image: ImageRGB, box_xyxy: Floats) -> FaceMesh | None:
        """Return the mesh of the face in a box of the picture, None if there is none.

        Raises InferenceFailedError.
        """
        window = _window(box_xyxy, self._crop_share)
        if window is None:
            return None
        corner_xy, side_px = window
        crop = _cut_square(image, corner_xy, side_px)
        try:
            answer = self._landmarker.detect(_to_mediapipe(crop))
        except (RuntimeError, ValueError) as error:
            raise InferenceFailedError(
                f"{self._model_id} failed on a picture: {error}", model=self._model_id
            ) from error
        if not answer.face_landmarks:
            return None
        mesh = _interpret(answer, corner_xy, side_px, image.shape)
        return mesh if _is_inside(mesh, box_xyxy) else None

    def close(self) -> None:
        """Let go of the model."""
        self._landmarker.close()


def _window(box_xyxy: Floats, crop_share: float) -> tuple[tuple[int, int], int] | None:
    """Return the corner and side of the square to look at, None for a box without a face."""
    x1, y1, x2, y2 = (float(value) for value in box_xyxy)
    longer = max(x2 - x1, y2 - y1)
    if not np.isfinite([x1, y1, x2, y2]).all() or longer < _MIN_SIDE_PX:
        return None
    side_px = round(longer * crop_share)
    corner = round((x1 + x2 - side_px) / 2), round((y1 + y2 - side_px) / 2)
    return corner, side_px


def _cut_square(image: ImageRGB, corner_xy: tuple[int, int], side_px: int) -> ImageRGB:
    """Cut a square that may reach over the edge, where it is black; shrink it if it is large."""
    (x, y), (height, width) = corner_xy, image.shape[:2]
    left, top, right, bottom = (
        max(x, 0),
        max(y, 0),
        min(x + side_px, width),
        min(y + side_px, height),
    )
    if left >= right or top >= bottom:
        return np.zeros((64, 64, 3), np.uint8)
    scale = min(1.0, MAX_CROP_PX / side_px)
    part = image[top:bottom, left:right]
    if scale < 1.0:
        shrunk = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        part = np.asarray(shrunk, np.uint8)
    side = round(side_px * scale)
    square = np.zeros((side, side, 3), np.uint8)
    at_x, at_y = round((left - x) * scale), round((top - y) * scale)
    part = part[: side - at_y, : side - at_x]
    square[at_y : at_y + part.shape[0], at_x : at_x + part.shape[1]] = part
    return square


def _to_mediapipe(image: ImageRGB) -> Any:
    # It takes rows for packed, whatever the array says, and would see a sheared picture.
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(image))


def _interpret(
    answer: Any, corner_xy: tuple[int, int], side_px: int, shape: tuple[int, ...]
) -> FaceMesh:
    points = np.array([(p.x, p.y, p.z) for p in answer.face_landmarks[0]], np.float32) * side_px
    points[:, :2] += corner_xy
    transform = np.array(answer.facial_transformation_matrixes[0], np.float32)
    yaw, pitch, roll = angles_deg(transform[:3, :3])
    # The crop was taken for a whole picture; seen in the picture, the head is further away.
    transform[:3, 3] *= shape[0] / side_px
    return FaceMesh(
        points=points,
        blendshapes={shape.category_name: shape.score for shape in answer.face_blendshapes[0]},
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        transform=transform,
    )


def angles_deg(rotation: Floats) -> tuple[float, float, float]:
    """Return yaw, pitch and roll as `FaceMesh` has them, from (3, 3) in camera space.

    Camera space: x right, y up, z towards the camera. The third column is where the nose points.
    """
    axes = rotation / np.linalg.norm(rotation, axis=0)
    yaw = np.degrees(np.arctan2(axes[0, 2], axes[2, 2]))
    pitch = np.degrees(np.arcsin(np.clip(axes[1, 2], -1, 1)))
    roll = np.degrees(np.arctan2(-axes[1, 0], axes[0, 0]))
    return float(yaw), float(pitch), float(roll)


def _is_inside(mesh: FaceMesh, box_xyxy: Floats) -> bool:
    """Tell whether it is the face that was asked for, and not a neighbour in the crop."""
    x, y = mesh.points[:, :2].mean(axis=0)
    return bool(box_xyxy[0] <= x <= box_xyxy[2] and box_xyxy[1] <= y <= box_xyxy[3])
