"""Somebody else is in the picture."""

from typing import ClassVar

import numpy as np

from vision.frame_analysis import FrameAnalysis

# Who looks over a shoulder stands further behind than a rival for the camera: from a third of the
# face's side on. What is smaller is a picture on the wall or a street.
MIN_AREA_RATIO, MIN_SCORE = 0.1, 0.85


class SecondFace:
    """Looks for faces beside the main one."""

    code: ClassVar[str] = "SECOND_FACE"
    after_s: ClassVar[float] = 0.7
    clear_s: ClassVar[float] = 1.0

    def judge(self, look: FrameAnalysis, time_s: float) -> bool | None:
        """Return whether there is another face."""
        face, faces = look.face, look.faces
        if face is None:
            return None
        areas = faces.areas_px()
        is_other = (areas >= MIN_AREA_RATIO * areas[face.row]) & (faces.scores >= MIN_SCORE)
        is_other[face.row] = False
        return bool(np.any(is_other))

    def restart(self) -> None:
        """Nothing is kept."""
