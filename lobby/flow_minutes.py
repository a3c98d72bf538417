"""Counts by the minute, as they are kept, and what is made of them: hours and heat maps."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self
from zoneinfo import ZoneInfo

from lobby.flow import FlowSpan, ZoneCount
from lobby.seen import CameraRef
from lobby.visit import ZonePlace

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class ZoneSum:
    """One zone in a minute or an hour; sums, so that two of them can be added."""

    person_s: float = 0.0
    max_person_count: int = 0
    stay_count: int = 0
    stay_s: float = 0.0
    max_stay_s: float = 0.0

    @classmethod
    def of(cls, count: ZoneCount) -> Self:
        """Return what one span adds."""
        return cls(
            count.person_s,
            max(count.max_person_count, count.person_count),
            len(count.stays_s),
            sum(count.stays_s),
            max(count.stays_s, default=0.0),
        )

    def plus(self, other: "ZoneSum") -> "ZoneSum":
        """Return both together."""
        return ZoneSum(
            self.person_s + other.person_s,
            max(self.max_person_count, other.max_person_count),
            self.stay_count + other.stay_count,
            self.stay_s + other.stay_s,
            max(self.max_stay_s, other.max_stay_s),
        )


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
        return cls(
            span.camera,
            span.start_at.astimezone(UTC).replace(second=0, microsecond=0),
            span.length_s,
            sum(line.in_count for line in span.lines),
            sum(line.out_count for line in span.lines),
            {zone.zone: ZoneSum.of(zone) for zone in span.zones},
            span.heat_columns,
            span.heat_tenths,
        )

    def plus(self, other: "FlowMinute") -> "FlowMinute":
        """Return both together. Raises ValueError for another camera or minute."""
        if (self.camera, self.start_at) != (other.camera, other.start_at):
            raise ValueError(
                f"minutes of {self.camera} at {self.start_at} and of {other.camera} at "
                f"{other.start_at} cannot be added"
            )
        return _add(self, other)


def _add(one: FlowMinute, other: FlowMinute) -> FlowMinute:
    """Return both together, at the time of the first.

    A grid that changed in between cannot be added cell by cell; the newer one stays.
    """
    zones = dict(one.zones)
    for zone, sums in other.zones.items():
        zones[zone] = zones.get(zone, ZoneSum()).plus(sums)
    shape = (one.heat_columns, len(one.heat_tenths))
    columns, heat = other.heat_columns, other.heat_tenths
    if not heat:
        columns, heat = one.heat_columns, one.heat_tenths
    elif shape == (columns, len(heat)):
        heat = tuple(a + b for a, b in zip(one.heat_tenths, heat, strict=True))
    return replace(
        one,
        covered_s=one.covered_s + other.covered_s,
        in_count=one.in_count + other.in_count,
        out_count=one.out_count + other.out_count,
        zones=zones,
        heat_columns=columns,
        heat_tenths=heat,
    )


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
    by_hour: dict[datetime, dict[CameraRef, FlowMinute]] = defaultdict(dict)
    for minute in minutes:
        sums = by_hour[_hour(minute.start_at, time_zone)]
        known = sums.get(minute.camera)
        sums[minute.camera] = _add(known, minute) if known is not None else minute
    wanted = frozenset(cameras)
    return tuple(_flow_hour(start, by_hour[start], wanted) for start in sorted(by_hour))


def heat_of(minutes: Iterable[FlowMinute]) -> tuple[HeatMap, ...]:
    """Return one map for each camera that has one, by camera."""
    sums: dict[CameraRef, FlowMinute] = {}
    for minute in sorted(minutes, key=lambda one: one.start_at):
        known = sums.get(minute.camera)
        sums[minute.camera] = _add(known, minute) if known is not None else minute
    return tuple(
        HeatMap(camera, one.heat_columns, tuple(tenths / 10 for tenths in one.heat_tenths))
        for camera, one in sorted(sums.items(), key=lambda item: str(item[0]))
        if one.heat_tenths
    )


def _hour(moment: datetime, time_zone: ZoneInfo) -> datetime:
    """Return when the hour of the branch's clock began, UTC; zones may be half an hour off."""
    local = moment.astimezone(time_zone)
    return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def _flow_hour(
    start_at: datetime, sums: Mapping[CameraRef, FlowMinute], wanted: frozenset[CameraRef]
) -> FlowHour:
    zones = [
        _zone_hour(ZonePlace(camera, zone), one, minute.covered_s)
        for camera, minute in sums.items()
        for zone, one in minute.zones.items()
    ]
    covered_s = [sums[camera].covered_s if camera in sums else 0.0 for camera in wanted | set(sums)]
    return FlowHour(
        start_at,
        sum(one.in_count for one in sums.values()),
        sum(one.out_count for one in sums.values()),
        tuple(sorted(zones, key=lambda one: (str(one.place.camera), one.place.zone))),
        min(1.0, min(covered_s) / _HOUR_S),
    )


def _zone_hour(place: ZonePlace, sums: ZoneSum, covered_s: float) -> ZoneHour:
    return ZoneHour(
        place,
        sums.person_s / covered_s if covered_s > 0 else 0.0,
        sums.max_person_count,
        sums.stay_count,
        sums.stay_s / sums.stay_count if sums.stay_count else None,
        sums.max_stay_s if sums.stay_count else None,
    )
