"""A mesh in the frame of the face itself: where the head is, how large and how tilted is gone."""

import numpy as np
import numpy.typing as npt

from vision.geometry import Floats
from vision.mesh import FaceMesh

# Places in MediaPipe's face mesh that no muscle moves far: eye corners and the nose.
RIGID = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 2, 98, 327)
# Around the face, from the forehead and on by the picture's right side.
OUTLINE = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
# Eyes, brows, nose and mouth.
FEATURES = (
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 70, 63, 105, 66, 107, 336, 296,
    334, 293, 300, 4, 1, 2, 98, 327, 61, 291, 0, 17, 13, 14,
)  # fmt: skip
_EYES = (33, 263)

Matrix = npt.NDArray[np.float64]


def similarity(points: Floats, template: Floats) -> Matrix:
    """Return the (2, 3) turn, scale and shift that best lays points on a template (least squares).

    points, template: (N, 2), pair by pair; points are not all in one place.
    """
    here, there = points.mean(axis=0), template.mean(axis=0)
    source = (points - here) @ np.array([1, 1j])
    target = (template - there) @ np.array([1, 1j])
    turn = (source.conj() * target).sum() / max((np.abs(source) ** 2).sum(), 1e-12)
    matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([matrix, there - matrix @ here])


def moved(points: Floats, matrix: Matrix) -> Floats:
    """Return (N, 2) points moved by a (2, 3) matrix."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def template_of(mesh: FaceMesh, eyes_apart: float, centre: float = 0.0) -> Floats:
    """Return a mesh's rigid points about a centre, its outer eye corners so far apart."""
    points = mesh.points[:, :2]
    rigid = points[list(RIGID)]
    apart = float(np.linalg.norm(points[_EYES[0]] - points[_EYES[1]]))
    scale = eyes_apart / max(apart, 1e-6)
    return np.asarray((rigid - rigid.mean(axis=0)) * scale + centre, np.float32)
