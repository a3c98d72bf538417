"""Counts without identity, as a box tells them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lobby.seen import CameraRef
from vision.scene import ZoneKind

MAX_SPAN_S = 3600.0


@dataclass(frozen=True, slots=True)
class LineCount:
    """Crossings of one line."""

    line: str
    in_count: int
    out_count: int

    def __post_init__(self) -> None:
        _check_counts(f"line {self.line}", self.in_count, self.out_count)


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

    def __post_init__(self) -> None:
        what = f"zone {self.zone}"
        _check_counts(what, self.person_count, self.max_person_count)
        _check_counts(what, self.person_s, self.longest_stay_s or 0.0, *self.stays_s)


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

    def __post_init__(self) -> None:
        if not 0 <= self.length_s <= MAX_SPAN_S:
            raise ValueError(f"a span lasts 0 to {MAX_SPAN_S:g} s, got {self.length_s:g}")
        _check_counts("the span", self.person_count, *self.heat_tenths)
        if self.heat_columns < 0 or (self.heat_tenths and not self.heat_columns):
            raise ValueError("cells of heat need columns")
        if self.heat_columns and len(self.heat_tenths) % self.heat_columns:
            raise ValueError("the last row of the heat is not full")


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


def _check_counts(what: str, *counts: float) -> None:
    if not all(0 <= count < float("inf") for count in counts):
        raise ValueError(f"{what} has a count below zero, or none that is finite")
