"""What a box tells, in our own types; times are the server's."""

from dataclasses import dataclass
from datetime import datetime

from lobby.flow import CameraNews, FlowSpan
from lobby.seen import CameraRef, TrackRef
from vision.face_shot import FaceShot


@dataclass(frozen=True, slots=True)
class EdgeCamera:
    """A camera as the server knows it."""

    tenant: str
    branch: str
    ref: CameraRef


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody whom a camera follows."""

    track: TrackRef
    first_seen_at: datetime
    last_seen_at: datetime
    face_at: datetime | None = None
    zones: tuple[str, ...] = ()
    shot: FaceShot | None = None
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
