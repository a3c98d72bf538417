"""What a box tells, in our own types; times are the server's."""

from dataclasses import dataclass
from datetime import datetime

from lobby.flow import CameraNews, FlowSpan
from lobby.seen import CameraRef, TrackRef
from vision.geometry import Floats


@dataclass(frozen=True, slots=True)
class EdgeCamera:
    """A camera as the server knows it."""

    tenant: str
    branch: str
    ref: CameraRef


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Shot:
    """One face cut out with some room. picture: JPEG, not decoded yet.

    landmarks: (5, 2) float32, box_xyxy: (4,) float32, pixels of the crop. quality: the box's.
    """

    picture: bytes
    captured_at: datetime
    landmarks: Floats
    box_xyxy: Floats
    score: float
    quality: float
    face_px: int

    def __repr__(self) -> str:
        return f"Shot(quality={self.quality:.0f}, face_px={self.face_px}, picture=<hidden>)"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody whom a camera follows."""

    track: TrackRef
    first_seen_at: datetime
    last_seen_at: datetime
    face_at: datetime | None = None
    zones: tuple[str, ...] = ()
    shot: Shot | None = None
    is_final: bool = False
    is_late: bool = False


EdgeRecord = Sighting | FlowSpan | CameraNews


@dataclass(frozen=True, slots=True)
class EdgeEvent:
    """One numbered record that came for the first time."""

    camera: EdgeCamera
    sequence: int
    record: EdgeRecord
    received_at: datetime
