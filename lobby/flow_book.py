"""How many people are where now, and how many came and went today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lobby.flow import FlowSpan
from lobby.flow_minutes import FlowMinute
from lobby.visit import ZonePlace
from vision.scene import ZoneKind


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


class FlowBook:
    """The counts of one branch; not to be shared between threads."""

    def __init__(self, time_zone: ZoneInfo) -> None:
        self._time_zone = time_zone

    def take(self, span: FlowSpan) -> FlowMinute:
        """Count a span; return what is to be added to its minute in storage.

        A late one changes the sums of its day and never what is now.
        """
        raise NotImplementedError

    def restore(self, minutes: Iterable[FlowMinute]) -> None:
        """Count today's minutes that are stored; begins anew."""
        raise NotImplementedError

    def now(self, at: datetime) -> FlowNow:
        """Return the present counts; a zone that was not counted lately is left out.

        Unknown is not empty.
        """
        raise NotImplementedError
