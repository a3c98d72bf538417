"""What a camera has to tell, before it is numbered and put on its way."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from vision.face_shot import FaceShot


@dataclass(frozen=True, slots=True)
class SightingNews:
    """Somebody who is followed; times by the box's clock."""

    track: str
    first_seen_at: datetime
    last_seen_at: datetime
    face_at: datetime | None = None
    zones: tuple[str, ...] = ()
    shot: FaceShot | None = None
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class LineTally:
    """Crossings of one line."""

    line: str
    in_count: int
    out_count: int


@dataclass(frozen=True, slots=True)
class ZoneTally:
    """One zone in a span; as `ZoneCount` of the contract."""

    zone: str
    person_count: int
    max_person_count: int
    person_s: float
    longest_stay_s: float | None = None
    stays_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowNews:
    """Counts of a short span, without identity. heat_tenths: tenths of person-seconds by cell."""

    start_at: datetime
    length_s: float
    scene_version: int
    lines: tuple[LineTally, ...] = ()
    zones: tuple[ZoneTally, ...] = ()
    person_count: int = 0
    heat_columns: int = 0
    heat_tenths: tuple[int, ...] = ()


class CameraState(Enum):
    """What a camera is doing."""

    UP = "UP"
    DOWN = "DOWN"
    STALLED = "STALLED"
    COVERED = "COVERED"


@dataclass(frozen=True, slots=True)
class CameraNews:
    """A change of what a camera is doing. text: no address and no password in it."""

    state: CameraState
    since: datetime
    reason: str = ""
    text: str = ""
    size_wh: tuple[int, int] | None = None


News = SightingNews | FlowNews | CameraNews
