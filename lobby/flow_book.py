"""How many people are where now, and how many came and went today."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from lobby.flow import FlowSpan, ZoneCount
from lobby.flow_minutes import FlowMinute
from lobby.seen import CameraRef
from lobby.visit import ZonePlace
from vision.scene import ZoneKind

# A box tells its counts every two seconds; what is older than some of those is not "now".
STALE_AFTER_S: Final = 15.0
MEAN_STAY_OF_S: Final = 15 * 60.0
MAX_STAYS: Final = 512  # In 15 minutes and one zone; a turnstile has fewer.
MAX_CAMERAS: Final = 256


@dataclass(frozen=True, slots=True)
class ZoneNow:
    """One zone now. longest_stay_s: of who is there. mean_stay_s: of the last 15 minutes."""

    place: ZonePlace
    kind: ZoneKind
    person_count: int
    counted_at: datetime
    longest_stay_s: float | None = None
    mean_stay_s: float | None = None


@dataclass(frozen=True, slots=True)
class FlowNow:
    """Counts of a branch now. counted_at: newest span, None if none came."""

    zones: tuple[ZoneNow, ...]
    in_count: int
    out_count: int
    counted_at: datetime | None


class _Camera:
    """What one camera counted last, and the stays that ended lately, by zone."""

    def __init__(self) -> None:
        self.counted_at: datetime | None = None
        self.zones: tuple[ZoneCount, ...] = ()
        self.stays: dict[str, deque[tuple[datetime, float]]] = {}

    def take(self, span: FlowSpan, end_at: datetime) -> None:
        """Take the newest span; zones that it does not name are not in the scene any more."""
        self.counted_at = end_at
        self.zones = span.zones
        self.stays = {
            zone.zone: self.stays.get(zone.zone, deque(maxlen=MAX_STAYS)) for zone in span.zones
        }
        for zone in span.zones:
            self.stays[zone.zone].extend((end_at, stay_s) for stay_s in zone.stays_s)

    def mean_stay_s(self, zone: str, at: datetime) -> float | None:
        """Return the mean of the stays of the last 15 minutes, None without one."""
        stays = self.stays[zone]
        while stays and stays[0][0] <= at - timedelta(seconds=MEAN_STAY_OF_S):
            stays.popleft()
        return sum(stay_s for _, stay_s in stays) / len(stays) if stays else None


class FlowBook:
    """The counts of one branch; not to be shared between threads."""

    def __init__(self, time_zone: ZoneInfo) -> None:
        self._time_zone = time_zone
        self._cameras: dict[CameraRef, _Camera] = {}
        self._day: date | None = None
        self._in_count = 0
        self._out_count = 0

    def take(self, span: FlowSpan) -> FlowMinute:
        """Count a span; return what is to be added to its minute in storage.

        A late one changes the sums of its day and never what is now.
        """
        minute = FlowMinute.of(span)
        self._count(minute)
        end_at = span.start_at + timedelta(seconds=span.length_s)
        camera = self._camera(span.camera)
        if not span.is_late and (camera.counted_at is None or end_at > camera.counted_at):
            camera.take(span, end_at)
        return minute

    def restore(self, minutes: Iterable[FlowMinute]) -> None:
        """Count today's minutes that are stored; begins anew."""
        self._cameras.clear()
        self._day, self._in_count, self._out_count = None, 0, 0
        for minute in minutes:
            self._count(minute)

    def now(self, at: datetime) -> FlowNow:
        """Return the present counts; a zone that was not counted lately is left out.

        Unknown is not empty.
        """
        oldest = at - timedelta(seconds=STALE_AFTER_S)
        zones = [
            _zone_now(camera, ref, zone, camera.counted_at, at)
            for ref, camera in self._cameras.items()
            if camera.counted_at is not None and camera.counted_at >= oldest
            for zone in camera.zones
        ]
        is_today = self._day == self._date(at)
        counted = [one.counted_at for one in self._cameras.values() if one.counted_at is not None]
        return FlowNow(
            tuple(sorted(zones, key=lambda one: (str(one.place.camera), one.place.zone))),
            self._in_count if is_today else 0,
            self._out_count if is_today else 0,
            max(counted, default=None),
        )

    def _count(self, minute: FlowMinute) -> None:
        """Add to the sums of the newest day that was heard of; older days are in storage."""
        day = self._date(minute.start_at)
        if self._day is None or day > self._day:
            self._day, self._in_count, self._out_count = day, 0, 0
        if day == self._day:
            self._in_count += minute.in_count
            self._out_count += minute.out_count

    def _camera(self, ref: CameraRef) -> _Camera:
        if ref not in self._cameras and len(self._cameras) >= MAX_CAMERAS:
            # The one that was silent for longest; a camera that is gone has no counts to lose.
            silent = min(self._cameras, key=lambda one: str(self._cameras[one].counted_at or ""))
            del self._cameras[silent]
        return self._cameras.setdefault(ref, _Camera())

    def _date(self, moment: datetime) -> date:
        return moment.astimezone(self._time_zone).date()


def _zone_now(
    camera: _Camera, ref: CameraRef, zone: ZoneCount, counted_at: datetime, at: datetime
) -> ZoneNow:
    return ZoneNow(
        ZonePlace(ref, zone.zone),
        zone.kind,
        zone.person_count,
        counted_at,
        zone.longest_stay_s,
        camera.mean_stay_s(zone.zone, at),
    )
