"""Sightings become visits: one for each person and stay, across the cameras of a branch."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from base.ids import SubjectName, new_id
from lobby.identity import UNSEEN, Identity, IdentityKind
from lobby.seen import Seen, TrackRef
from lobby.stranger_memory import StrangerMemory
from lobby.visit import Visit, VisitChange, VisitStep
from lobby.visit_limits import StrangerMatch, VisitLimits
from lobby.visit_record import Record, TrackState, absorb, is_surer, unite
from lobby.visit_shelf import ChangeLog, VisitShelf

ERASED = "ERASED"


def new_visit_id() -> str:
    """Return an id that nobody can guess."""
    return new_id("visit")


class VisitBook:
    """The visits of one branch; not to be shared between threads.

    A name comes from a search of a gallery and from nothing else: likeness joins strangers to
    each other, never to somebody known. strangers: when two unknown faces are one person; None
    never takes them for one. new_id: makes the ids of visits.
    """

    def __init__(
        self,
        limits: VisitLimits,
        strangers: StrangerMatch | None,
        new_id: Callable[[], str] = new_visit_id,
    ) -> None:
        self._limits = limits
        self._new_id = new_id
        self._memory = StrangerMemory(strangers, limits.embeddings_per_visit, limits.max_embeddings)
        self._shelf = VisitShelf(limits.max_ended)
        self._now: datetime | None = None
        self._made_count = 0

    def see(self, seen: Seen) -> tuple[VisitChange, ...]:
        """Take what a camera told; return every visit that changed, losers of a merge first.

        Empty for somebody whose face nobody has looked at yet, and for news that change nothing.
        """
        self._pass(seen.last_seen_at)
        face = seen.identity
        if face is not None and face.kind is IdentityKind.UNSEEN:
            face = None
        log = ChangeLog()
        record = self._shelf.of_track(seen.track)
        if record is not None:
            self._go_on(record, seen, face, log)
        elif face is not None:
            self._write(self._whose(seen, face), seen, face, log)
        self._make_room(log)
        return log.changes(seen.is_late)

    def tick(self, now: datetime) -> tuple[VisitChange, ...]:
        """End what is over and forget what is old."""
        now = self._pass(now)
        log = ChangeLog()
        limits = self._limits
        for record in list(self._shelf.open.values()):
            if record.end_due(limits.gone_after_s, limits.gone_after_final_s) <= now:
                self._end(record, log)
            elif record.visit.last_seen_at + _seconds(limits.stranger_memory_s) <= now:
                self._memory.drop(record.visit.id)
        self._shelf.forget_ended(now - _seconds(limits.rejoin_s))
        return log.changes(is_late=False)

    def restore(self, visits: Iterable[Visit]) -> None:
        """Begin again with stored visits: open ones, and those that ended within `rejoin_s`.

        Strangers come back without embeddings, which were in memory alone.
        """
        self._memory.clear()
        self._shelf.clear()
        for visit in sorted(visits, key=lambda one: (one.is_open, one.last_seen_at, one.id)):
            if visit.merged_into is None:
                for track in visit.tracks:
                    self._shelf.take_away(track)
                state = TrackState(visit.arrived_at, visit.last_seen_at)
                tracks = {track: replace(state) for track in visit.tracks}
                self._made_count += 1
                now = self._pass(visit.last_seen_at)
                record = Record(visit, self._made_count, now, tracks, is_live=True)
                self._shelf.file(record, now)

    def forget(self, subject: SubjectName) -> tuple[VisitChange, ...]:
        """Make a stranger of a subject who was erased."""
        log = ChangeLog()
        for record in [*self._shelf.open.values(), *self._shelf.ended.values()]:
            for state in record.tracks.values():
                if state.other == subject:
                    state.trust()
            if record.subject == subject:
                self._shelf.remove(record)
                before = record.visit
                erased = Identity(IdentityKind.STRANGER, reason=ERASED)
                record.visit = replace(before, identity=erased)
                self._shelf.file(record, record.touched_at)
                log.note(record, before, VisitStep.SEEN)
        return log.changes(is_late=False)

    def visit(self, visit_id: str) -> Visit | None:
        """Return a visit that is open or ended lately."""
        record = self._shelf.find(visit_id)
        return record.visit if record is not None else None

    def open_visits(self) -> tuple[Visit, ...]:
        """Return those that last, earliest arrival first."""
        visits = (record.visit for record in self._shelf.open.values())
        return tuple(sorted(visits, key=lambda visit: (visit.arrived_at, visit.id)))

    @property
    def stranger_embedding_count(self) -> int:
        """How many embeddings are in memory."""
        return len(self._memory)

    def _go_on(self, record: Record, seen: Seen, face: Identity | None, log: ChangeLog) -> None:
        """Take more of a track that has a visit."""
        newer = self._shelf.open_of(record.subject)
        if newer is not None and newer is not record and self._is_current(seen):
            # The track of an ended visit goes on while its person has begun another one.
            self._move(seen.track, record, newer, newer.visit.arrived_at, log)
            record = newer
        subject = face.subject if face is not None else None
        if subject is None:
            self._write(record, seen, face, log)
            return
        state = record.tracks[seen.track]
        if record.subject is not None and record.subject != subject:
            if state.doubt(subject, seen.last_seen_at) >= self._limits.split_faces:
                record = self._split(record, subject, seen, log)
                self._write(record, seen, face, log)
            else:
                self._write(record, seen, None, log)
            return
        state.trust()
        if record.subject is None:
            other = self._known(subject, seen, self._is_current(seen) or record.visit.is_open)
            if other is not None:
                self._merge(record, other, log)
                record = other
        self._write(record, seen, face, log)

    def _whose(self, seen: Seen, face: Identity) -> Record:
        """Return the visit that a new track belongs to, a new one if it is of somebody new."""
        if face.subject is not None:
            found = self._known(face.subject, seen, self._is_current(seen))
        else:
            state = TrackState(seen.first_seen_at, seen.last_seen_at)
            found = self._alike(seen, None, {seen.track: state})
        return found if found is not None else self._make(seen, seen.first_seen_at)

    def _known(self, subject: SubjectName, seen: Seen, is_current: bool) -> Record | None:
        """Return the visit of a known person that a sighting is part of.

        The open one for what is seen now, whatever the gap: nobody visits twice at a time.
        """
        opened = self._shelf.open_of(subject)
        if opened is not None and is_current:
            return opened
        candidates = [*self._shelf.ended_of(subject), *([opened] if opened else [])]
        gaps = {one.number: one.gap_s(seen.first_seen_at, seen.last_seen_at) for one in candidates}
        near = [one for one in candidates if gaps[one.number] <= self._limits.rejoin_s]
        return min(near, key=lambda one: (gaps[one.number], -one.number), default=None)

    def _alike(
        self, seen: Seen, own: Record | None, tracks: dict[TrackRef, TrackState]
    ) -> Record | None:
        """Return the open visit of the stranger whom a face is most like.

        Nobody whom the same camera saw elsewhere at the same time.
        """
        if seen.embedding is None or not self._is_current(seen):
            return None

        def is_allowed(visit_id: str) -> bool:
            other = self._shelf.open[visit_id]
            gap_s = other.gap_s(seen.first_seen_at, seen.last_seen_at)
            is_near = gap_s <= self._limits.stranger_memory_s
            return other is not own and is_near and not other.is_beside(tracks)

        visit_id = self._memory.most_alike(seen.embedding, is_allowed)
        return self._shelf.open[visit_id] if visit_id is not None else None

    def _make(self, seen: Seen, begin: datetime) -> Record:
        self._made_count += 1
        visit = Visit(
            self._new_id(), UNSEEN, begin, seen.last_seen_at, seen.track.camera, (), revision=0
        )
        return Record(visit, self._made_count, seen.last_seen_at)

    def _write(self, record: Record, seen: Seen, face: Identity | None, log: ChangeLog) -> None:
        """Change a visit by a sighting of its person, and all that follows from it."""
        before = record.visit
        step = absorb(record, seen, face, self._limits.place_hold_s)
        if self._is_current(seen):
            record.visit = replace(record.visit, ended_at=None)
        elif before.revision == 0 or not before.is_open:
            record.visit = replace(record.visit, ended_at=record.visit.last_seen_at)
        self._file(record)
        if not before.is_open and record.visit.is_open:
            step = VisitStep.RETURNED
        is_new = before.revision == 0
        log.note(record, None if is_new else before, VisitStep.ARRIVED if is_new else step)
        if face is not None:
            self._remember(record, seen, log)

    def _remember(self, record: Record, seen: Seen, log: ChangeLog) -> None:
        """Keep a stranger's face, and join a visit that turns out to be the same person's."""
        is_wanted = record.subject is None and record.visit.is_open and self._is_current(seen)
        if seen.embedding is None or not is_wanted:
            return
        other = self._alike(seen, record, record.tracks)
        self._memory.add(record.visit.id, seen.embedding)
        if other is not None:
            pair = sorted((record, other), key=lambda one: (one.visit.arrived_at, one.number))
            self._merge(pair[1], pair[0], log)

    def _merge(self, loser: Record, winner: Record, log: ChangeLog) -> None:
        """Make one visit of two; the loser is not heard of again."""
        lost, kept = loser.visit, winner.visit
        self._shelf.remove(loser)
        unite(winner, loser)
        is_open = lost.is_open or kept.is_open
        winner.visit = replace(
            winner.visit, ended_at=None if is_open else winner.visit.last_seen_at
        )
        self._memory.move(lost.id, kept.id)
        self._file(winner)
        step = VisitStep.SEEN
        if is_surer(winner.visit.identity, kept.identity):
            step = VisitStep.IDENTIFIED
        elif not kept.is_open and is_open:
            step = VisitStep.RETURNED
        log.note(loser, lost, VisitStep.MERGED)
        log.note(winner, kept, step)

    def _split(self, record: Record, subject: SubjectName, seen: Seen, log: ChangeLog) -> Record:
        """Give a track to whom its last faces showed; return that person's visit."""
        since = min(record.tracks[seen.track].other_since or seen.last_seen_at, seen.last_seen_at)
        other = self._known(subject, seen, self._is_current(seen))
        target = other if other is not None else self._make(seen, since)
        self._move(seen.track, record, target, since, log)
        if other is None:
            log.note(target, None, VisitStep.SPLIT)
        return target

    def _move(
        self, track: TrackRef, source: Record, target: Record, since: datetime, log: ChangeLog
    ) -> None:
        """Give a track from one visit to another, as far as it was seen since then."""
        before = source.visit
        last = max(since, source.tracks.pop(track).last_seen_at)
        self._shelf.loosen(track)
        source.visit = replace(before, tracks=tuple(source.tracks))
        log.note(source, before, VisitStep.SEEN)
        target.tracks[track] = TrackState(since, last, floor=since)

    def _end(self, record: Record, log: ChangeLog) -> None:
        before = record.visit
        record.visit = replace(before, ended_at=before.last_seen_at)
        self._file(record)
        log.note(record, before, VisitStep.ENDED)

    def _make_room(self, log: ChangeLog) -> None:
        """End the visits that were seen longest ago where there are too many."""
        records = self._shelf.open.values()
        while len(records) > self._limits.max_open:
            self._end(min(records, key=lambda one: (one.visit.last_seen_at, one.number)), log)

    def _file(self, record: Record) -> None:
        self._shelf.file(record, self._now or record.visit.last_seen_at)
        if not record.visit.is_open or record.subject is not None:
            self._memory.drop(record.visit.id)

    def _is_current(self, seen: Seen) -> bool:
        """Whether a visit that was seen then would last."""
        until = seen.last_seen_at + _seconds(self._limits.gone_after_s)
        return self._now is None or until > self._now

    def _pass(self, now: datetime) -> datetime:
        """Note that it is so late; return the latest moment that was heard of."""
        self._now = max(now, self._now) if self._now is not None else now
        return self._now


def _seconds(span_s: float) -> timedelta:
    return timedelta(seconds=span_s)
