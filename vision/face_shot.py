"""One face cut out of a frame, as a box sends it and a server compares it."""

from dataclasses import dataclass
from datetime import datetime

from vision.geometry import Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FaceShot:
    """One face cut out with some room. picture: JPEG, not decoded yet.

    landmarks: (5, 2) float32, box_xyxy: (4,) float32, pixels of the crop. score: detector's.
    quality: 0 to 100, by the box's measure. face_px: shorter side of the face in the frame.
    """

    picture: bytes
    captured_at: datetime
    landmarks: Floats
    box_xyxy: Floats
    score: float
    quality: float
    face_px: int

    def __repr__(self) -> str:
        return f"FaceShot(quality={self.quality:.0f}, face_px={self.face_px}, picture=<hidden>)"
