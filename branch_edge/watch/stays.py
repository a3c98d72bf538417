"""How long people are in one zone."""

from collections.abc import Iterable
from dataclasses import dataclass

from branch_edge.news import ZoneTally

# Who steps out of a zone, or is not seen there, for less than this has not left it.
LEAVE_AFTER_S = 2.0
# Who only walks over a corner of a zone does not stay there.
MIN_STAY_S = 1.0


@dataclass(frozen=True, slots=True)
class Presence:
    """One person in a zone in one frame. since_s, last_seen_s: by the clock of the frames."""

    number: int
    since_s: float
    last_seen_s: float


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay that has ended, by the clock of the frames; no identity in it."""

    zone: str
    enter_s: float
    dwell_s: float


class StayBook:
    """The stays in one zone. Not safe to share."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._stays: dict[int, Stay] = {}
        self._ended: list[Stay] = []
        self._count = self._max_count = 0
        self._person_s = 0.0

    def see(self, present: Iterable[Presence], at_s: float, step_s: float) -> list[Stay]:
        """Note who is in the zone in this frame; return the stays that are over.

        step_s: time since the frame before.
        """
        self._count = 0
        for one in present:
            enter_s = self._enter_s(one)
            self._stays[one.number] = Stay(self.zone, enter_s, one.last_seen_s - enter_s)
            self._count += 1
        self._max_count = max(self._max_count, self._count)
        self._person_s += self._count * step_s
        last_s = at_s - LEAVE_AFTER_S
        return self._end([n for n, s in self._stays.items() if s.enter_s + s.dwell_s < last_s])

    def close(self) -> list[Stay]:
        """End every stay, since nobody will look here any more."""
        self._count = 0
        return self._end(list(self._stays))

    def tally(self, at_s: float) -> ZoneTally:
        """Return the counts of the span that ends now, and begin a new one."""
        present = [at_s - stay.enter_s for stay in self._stays.values()]
        made = ZoneTally(
            zone=self.zone,
            person_count=self._count,
            max_person_count=self._max_count,
            person_s=round(self._person_s, 3),
            longest_stay_s=round(max(present), 3) if present else None,
            stays_s=tuple(round(stay.dwell_s, 3) for stay in self._ended),
        )
        self._ended, self._max_count, self._person_s = [], self._count, 0.0
        return made

    def _enter_s(self, one: Presence) -> float:
        stay = self._stays.get(one.number)
        return one.since_s if stay is None else stay.enter_s

    def _end(self, numbers: list[int]) -> list[Stay]:
        stays = [self._stays.pop(number) for number in numbers]
        stays = [stay for stay in stays if stay.dwell_s >= MIN_STAY_S]
        self._ended += stays
        return stays
