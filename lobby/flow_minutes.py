"""Counts by the minute, as they are kept, and what is made of them: hours and heat maps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from lobby.flow import FlowSpan
from lobby.seen import CameraRef
from lobby.visit import ZonePlace


@dataclass(frozen=True, slots=True)
class ZoneSum:
    """One zone in a minute or an hour; sums, so that two of them can be added."""

    person_s: float = 0.0
    max_person_count: int = 0
    stay_count: int = 0
    stay_s: float = 0.0
    max_stay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FlowMinute:
    """What one camera counted in one minute. start_at: its beginning, UTC.

    covered_s: for how much of it counts came. heat_tenths: tenths of person-seconds by cell.
    """

    camera: CameraRef
    start_at: datetime
    covered_s: float = 0.0
    in_count: int = 0
    out_count: int = 0
    zones: Mapping[str, ZoneSum] = field(default_factory=dict)
    heat_columns: int = 0
    heat_tenths: tuple[int, ...] = ()

    @classmethod
    def of(cls, span: FlowSpan) -> Self:
        """Return a minute that holds one span, the whole of it where it began."""
        raise NotImplementedError

    def plus(self, other: "FlowMinute") -> "FlowMinute":
        """Return both together. Raises ValueError for another camera or minute."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class ZoneHour:
    """One zone in one hour. Means and longest are None without anything to take them of."""

    place: ZonePlace
    mean_person_count: float
    max_person_count: int
    stay_count: int
    mean_stay_s: float | None
    max_stay_s: float | None


@dataclass(frozen=True, slots=True)
class FlowHour:
    """One hour of the branch's day. coverage: 0 to 1, of the camera with the least."""

    start_at: datetime
    in_count: int
    out_count: int
    zones: tuple[ZoneHour, ...]
    coverage: float


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Where people stood in front of one camera. cells: person-seconds, row by row."""

    camera: CameraRef
    columns: int
    cells: tuple[float, ...]


def hours_of(
    minutes: Iterable[FlowMinute], time_zone: ZoneInfo, cameras: Iterable[CameraRef] = ()
) -> tuple[FlowHour, ...]:
    """Return the hours in order, without those for which nothing came.

    cameras: those that should have counted, so that one which told nothing lowers the coverage.
    """
    raise NotImplementedError


def heat_of(minutes: Iterable[FlowMinute]) -> tuple[HeatMap, ...]:
    """Return one map for each camera that has one, by camera."""
    raise NotImplementedError
