"""Counts without identity, as a box tells them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lobby.seen import CameraRef
from vision.scene import ZoneKind


@dataclass(frozen=True, slots=True)
class LineCount:
    """Crossings of one line."""

    line: str
    in_count: int
    out_count: int


@dataclass(frozen=True, slots=True)
class ZoneCount:
    """One zone in a span. stays_s: stays that ended in it. longest_stay_s: None if nobody is."""

    zone: str
    kind: ZoneKind
    person_count: int
    max_person_count: int
    person_s: float
    longest_stay_s: float | None = None
    stays_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowSpan:
    """What one camera counted in a short span. heat_tenths: row by row, tenths of a second."""

    camera: CameraRef
    start_at: datetime
    length_s: float
    lines: tuple[LineCount, ...] = ()
    zones: tuple[ZoneCount, ...] = ()
    person_count: int = 0
    heat_columns: int = 0
    heat_tenths: tuple[int, ...] = ()
    is_late: bool = False


class CameraCondition(Enum):
    """What a camera may be doing."""

    UP = "UP"
    DOWN = "DOWN"
    STALLED = "STALLED"
    COVERED = "COVERED"


@dataclass(frozen=True, slots=True)
class CameraNews:
    """How one camera is. reason: UPPER_SNAKE, empty for UP."""

    camera: CameraRef
    condition: CameraCondition
    since: datetime
    reason: str = ""
    is_late: bool = False
