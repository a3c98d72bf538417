"""One face, warped to the place where the embedder expects it."""

import cv2
import numpy as np
import numpy.typing as npt

from base.errors import DegenerateFaceError
from media.image import ImageRGB
from vision.geometry import Floats

ALIGNED_SIZE_PX = 112
# Eyes, nose tip and mouth corners in a 112 px crop: the template of ArcFace (Deng et al. 2019).
ARCFACE_TEMPLATE: Floats = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    np.float32,
)
_MIN_SPREAD_PX2 = 1.0  # Below a pixel of spread the fit has nothing to hold on to.
Matrix = npt.NDArray[np.float64]


def align_face(image: ImageRGB, landmarks: Floats) -> ImageRGB:
    """Warp one face to the pose the embedder was trained on.

    landmarks: (5, 2), x y in pixels of `image`, image-left first.
    Returns (112, 112, 3); what lies outside the picture is black.
    Raises DegenerateFaceError if the landmarks fall together.
    """
    size_wh = (ALIGNED_SIZE_PX, ALIGNED_SIZE_PX)
    warped = cv2.warpAffine(image, similarity_to_template(landmarks), size_wh)
    return np.asarray(warped, np.uint8)


def similarity_to_template(landmarks: Floats) -> Matrix:
    """Return the (2, 3) map from the picture to the aligned crop.

    Least squares over turn, scale and shift without reflection (Umeyama 1991); in two
    dimensions the answer is a division of complex numbers.
    Raises DegenerateFaceError if the landmarks fall together.
    """
    if landmarks.shape != (5, 2):
        raise ValueError(f"landmarks must have shape (5, 2), got {landmarks.shape}")
    points = landmarks.astype(np.float64) @ np.array([1, 1j])
    targets = ARCFACE_TEMPLATE.astype(np.float64) @ np.array([1, 1j])
    point_mean, target_mean = points.mean(), targets.mean()
    centred = points - point_mean
    spread = float(np.mean(np.abs(centred) ** 2))
    if not spread >= _MIN_SPREAD_PX2:
        raise DegenerateFaceError("the landmarks of the face fall together; use another picture")
    turn = np.mean(np.conj(centred) * (targets - target_mean)) / spread
    shift = target_mean - turn * point_mean
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
