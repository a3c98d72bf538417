"""What the book keeps of one visit beside the visit itself, and how a sighting changes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from base.ids import SubjectName
from lobby.identity import Identity, IdentityKind
from lobby.seen import Seen, TrackRef
from lobby.visit import Visit, VisitStep, ZonePlace

MAX_TRACKS = 64  # A stay of hours with a camera that loses people often; the oldest go.

# A stranger is surer than an unsure one: a good face was looked for and not found.
_SURENESS: Final = {
    IdentityKind.UNSEEN: 0,
    IdentityKind.UNSURE: 1,
    IdentityKind.STRANGER: 2,
    IdentityKind.KNOWN: 3,
}


@dataclass(slots=True)
class TrackState:
    """One track of a visit. floor: from when on it is this visit's, None for all of it.

    other, other_count, other_since: another known person whom its last faces showed.
    """

    first_seen_at: datetime
    last_seen_at: datetime
    is_final: bool = False
    floor: datetime | None = None
    other: SubjectName | None = None
    other_count: int = 0
    other_since: datetime | None = None

    def doubt(self, subject: SubjectName, at: datetime) -> int:
        """Note a face of somebody else; return how many in a row showed the same one."""
        if self.other != subject:
            self.other, self.other_count, self.other_since = subject, 0, at
        self.other_count += 1
        return self.other_count

    def trust(self) -> None:
        """Note a face of whom the visit is."""
        self.other, self.other_count, self.other_since = None, 0, None


@dataclass(slots=True)
class Record:
    """One visit with its tracks. number: order of making. touched_at: the book's last change.

    placed_at: when the camera that gave the place last saw the person there, None once it has
    lost the person. is_live: whether anything was told of it in time.
    """

    visit: Visit
    number: int
    touched_at: datetime
    tracks: dict[TrackRef, TrackState] = field(default_factory=dict)
    placed_at: datetime | None = None
    is_live: bool = False

    @property
    def subject(self) -> SubjectName | None:
        """Who it is, None if that is not known."""
        return self.visit.identity.subject

    def gap_s(self, begin: datetime, end: datetime) -> float:
        """Return for how long nobody saw the person between the visit and a span; 0 if never."""
        after = (begin - self.visit.last_seen_at).total_seconds()
        before = (self.visit.arrived_at - end).total_seconds()
        return max(0.0, after, before)

    def is_beside(self, tracks: Mapping[TrackRef, TrackState]) -> bool:
        """Whether a camera saw one of these at the same time as this person, and apart."""
        return any(
            mine.camera == other.camera
            and mine != other
            and state.first_seen_at < theirs.last_seen_at
            and theirs.first_seen_at < state.last_seen_at
            for mine, state in self.tracks.items()
            for other, theirs in tracks.items()
        )

    def end_due(self, after_s: float, after_final_s: float) -> datetime:
        """Return when the visit ends if nothing more is told."""
        is_lost = all(state.is_final for state in self.tracks.values())
        return self.visit.last_seen_at + timedelta(seconds=after_final_s if is_lost else after_s)

    def follow(self, seen: Seen) -> TrackState:
        """Note a sighting on its track."""
        state = self.tracks.setdefault(
            seen.track, TrackState(seen.first_seen_at, seen.last_seen_at)
        )
        state.first_seen_at = min(state.first_seen_at, seen.first_seen_at)
        if state.floor is not None:
            state.first_seen_at = max(state.first_seen_at, state.floor)
        if seen.last_seen_at >= state.last_seen_at:
            state.last_seen_at = seen.last_seen_at
            state.is_final = seen.is_final
        return state


def is_surer(one: Identity, other: Identity) -> bool:
    """Whether `one` says more than `other`; two known people are equally sure."""
    return _SURENESS[one.kind] > _SURENESS[other.kind]


def absorb(record: Record, seen: Seen, face: Identity | None, place_hold_s: float) -> VisitStep:
    """Change a visit by a sighting of its person, all but its end; return what happened to it."""
    state = record.follow(seen)
    old = record.visit
    identity = _identity(old.identity, face)
    place, since = _place(record, seen, place_hold_s)
    is_newest = seen.last_seen_at >= old.last_seen_at
    record.visit = replace(
        old,
        identity=identity,
        arrived_at=min(old.arrived_at, state.first_seen_at),
        last_seen_at=max(old.last_seen_at, seen.last_seen_at),
        camera=seen.track.camera if is_newest else old.camera,
        tracks=tuple(record.tracks),
        place=place,
        place_since=since,
        face_at=_earliest(old.face_at, seen.face_at),
    )
    record.is_live |= not seen.is_late
    if is_surer(identity, old.identity):
        return VisitStep.IDENTIFIED
    return VisitStep.MOVED if place != old.place else VisitStep.SEEN


def unite(winner: Record, loser: Record) -> None:
    """Give a visit all that another one of the same person had; the end is left alone."""
    one, two = winner.visit, loser.visit
    newer = loser if two.last_seen_at > one.last_seen_at else winner
    place, since = newer.visit.place, newer.visit.place_since
    if one.place == two.place:
        since = _earliest(one.place_since, two.place_since)
    winner.tracks |= loser.tracks
    winner.placed_at = newer.placed_at
    winner.is_live |= loser.is_live
    winner.visit = replace(
        one,
        identity=two.identity if is_surer(two.identity, one.identity) else one.identity,
        arrived_at=min(one.arrived_at, two.arrived_at),
        last_seen_at=max(one.last_seen_at, two.last_seen_at),
        camera=newer.visit.camera,
        tracks=tuple(winner.tracks),
        place=place,
        place_since=since,
        face_at=_earliest(one.face_at, two.face_at),
    )
    loser.tracks = {}
    loser.visit = replace(two, tracks=(), ended_at=two.last_seen_at, merged_into=one.id)


def _identity(old: Identity, face: Identity | None) -> Identity:
    if face is None or not is_surer(face, old):
        return old
    return face


def _place(record: Record, seen: Seen, hold_s: float) -> tuple[ZonePlace | None, datetime | None]:
    """Return where the person is and since when.

    Two cameras that see one person each know their own zones. The one that placed the person
    first goes on doing so while it tells of them, so that nobody jumps to and fro.
    """
    old, since = record.visit.place, record.visit.place_since
    camera, at = seen.track.camera, seen.last_seen_at
    held_until = record.placed_at + timedelta(seconds=hold_s) if record.placed_at else None
    if old is not None and old.camera != camera and held_until is not None and at <= held_until:
        return old, since
    if at < (record.placed_at or record.visit.last_seen_at):
        return old, since
    record.placed_at = None if seen.is_final else at
    if old is not None and old.camera == camera and old.zone in seen.zones:
        return old, since
    if not seen.zones:
        return (old, since) if seen.is_final else (None, None)
    return ZonePlace(camera, seen.zones[0]), at


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one is not None and other is not None else one or other
