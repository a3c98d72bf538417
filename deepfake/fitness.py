"""Which views of a face the frame model may be believed about."""

import numpy as np

from vision.geometry import Floats
from vision.mesh import FaceMesh
from vision.quality import FaceQuality

# Shorter side of the detector's box. Real clips that are shrunk further look more forged than they
# are, and forged ones less (tests/deepfake/test_sizes_shared.py).
MIN_FACE_PX = 48.0
# A face that is turned further shows one side; few of those were trained on.
MAX_YAW_DEG, MAX_PITCH_DEG = 40.0, 30.0
ASIDE, SMALL, UNREADABLE = "FACE_TURNED_ASIDE", "FACE_TOO_SMALL", "FACE_HARD_TO_SEE"

# Parts of a face's quality that say how much of its surface can be seen. The rest is about who
# it is: a face that is hard to recognise shows what was done to it all the same.
_SURFACE = frozenset(
    {
        "FACE_TOO_DARK", "FACE_TOO_BRIGHT", "FACE_LOW_CONTRAST", "FACE_BLURRED", "FACE_NOISY",
        "FACE_TOO_SMALL", "FACE_CUT_OFF", ASIDE,
    }
)  # fmt: skip


def why_unfit(box_xyxy: Floats, quality: FaceQuality, mesh: FaceMesh | None = None) -> str | None:
    """Return the code of what keeps a view from deciding anything; None where nothing does.

    mesh: with the face's angles, where it was looked for.
    """
    if float(np.min(box_xyxy[2:] - box_xyxy[:2])) < MIN_FACE_PX:
        return SMALL
    if mesh is not None and not is_frontal(mesh):
        return ASIDE
    for reason in quality.reasons:
        if reason.code in _SURFACE:
            return reason.code
    return None


def is_frontal(mesh: FaceMesh) -> bool:
    """Return whether a face is turned to the camera far enough."""
    return abs(mesh.yaw_deg) <= MAX_YAW_DEG and abs(mesh.pitch_deg) <= MAX_PITCH_DEG
