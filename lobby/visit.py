"""One person's stay in a branch, and what can happen to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lobby.identity import UNSEEN, Identity
from lobby.seen import CameraRef, TrackRef


@dataclass(frozen=True, slots=True)
class ZonePlace:
    """A zone of one camera."""

    camera: CameraRef
    zone: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay; a new value for each change.

    place: where the person was last seen, None outside of zones. place_since: since when there.
    face_at: capture time of the first frame with a usable face. merged_into: the visit that this
    one was found to be.
    """

    id: str
    identity: Identity
    arrived_at: datetime
    last_seen_at: datetime
    camera: CameraRef
    tracks: tuple[TrackRef, ...]
    place: ZonePlace | None = None
    place_since: datetime | None = None
    face_at: datetime | None = None
    ended_at: datetime | None = None
    merged_into: str | None = None
    revision: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it lasts."""
        return self.ended_at is None and self.merged_into is None

    @property
    def is_seen(self) -> bool:
        """Whether a face was looked at."""
        return self.identity is not UNSEEN and self.identity.kind is not UNSEEN.kind


class VisitStep(Enum):
    """What happened to a visit."""

    ARRIVED = "arrived"
    IDENTIFIED = "identified"  # From UNSEEN, UNSURE or STRANGER to something surer.
    MOVED = "moved"  # Into another zone, or out of one.
    SEEN = "seen"  # Nothing but the time.
    MERGED = "merged"
    SPLIT = "split"  # A track turned out to be two people; this is the new one.
    ENDED = "ended"
    RETURNED = "returned"  # Had ended, and goes on.


@dataclass(frozen=True, slots=True)
class VisitChange:
    """A visit after what happened to it. is_late: nobody is to be alerted."""

    step: VisitStep
    visit: Visit
    is_late: bool = False
