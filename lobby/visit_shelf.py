"""Where the book keeps its visits, so that one is found by track, by person and by id."""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime

from base.ids import SubjectName
from lobby.seen import TrackRef
from lobby.visit import Visit, VisitChange, VisitStep
from lobby.visit_record import MAX_TRACKS, Record

# Of several things that happened to one visit at once, the last in this order is told.
_WEIGHT = {
    step: weight
    for weight, step in enumerate(
        (
            VisitStep.SEEN,
            VisitStep.MOVED,
            VisitStep.IDENTIFIED,
            VisitStep.RETURNED,
            VisitStep.ARRIVED,
            VisitStep.SPLIT,
            VisitStep.ENDED,
            VisitStep.MERGED,
        )
    )
}


class VisitShelf:
    """Open visits, and some that ended; every index follows when a visit is filed anew."""

    def __init__(self, max_ended: int) -> None:
        self._max_ended = max_ended
        self.open: dict[str, Record] = {}
        self.ended: OrderedDict[str, Record] = OrderedDict()  # Longest untouched first.
        self._of_track: dict[TrackRef, Record] = {}
        self._of_subject: dict[SubjectName, Record] = {}

    def of_track(self, track: TrackRef) -> Record | None:
        """Return the visit that a track belongs to."""
        return self._of_track.get(track)

    def open_of(self, subject: SubjectName | None) -> Record | None:
        """Return the open visit of a known person."""
        return self._of_subject.get(subject) if subject is not None else None

    def ended_of(self, subject: SubjectName) -> list[Record]:
        """Return the visits of a known person that ended lately."""
        return [record for record in self.ended.values() if record.subject == subject]

    def find(self, visit_id: str) -> Record | None:
        """Return a visit by its id."""
        return self.open.get(visit_id) or self.ended.get(visit_id)

    def file(self, record: Record, now: datetime) -> None:
        """Put a visit where it belongs as it stands."""
        self.remove(record)
        record.touched_at = now
        self._limit_tracks(record)
        self._of_track |= dict.fromkeys(record.tracks, record)
        if not record.visit.is_open:
            self.ended[record.visit.id] = record
            while len(self.ended) > self._max_ended:
                self.remove(next(iter(self.ended.values())))
            return
        self.open[record.visit.id] = record
        if record.subject is not None:
            self._of_subject[record.subject] = record

    def remove(self, record: Record) -> None:
        """Take a visit out of every index."""
        self.open.pop(record.visit.id, None)
        self.ended.pop(record.visit.id, None)
        for track in record.tracks:
            self.loosen(track)
        if record.subject is not None and self._of_subject.get(record.subject) is record:
            del self._of_subject[record.subject]

    def loosen(self, track: TrackRef) -> None:
        """Let a track belong to nobody."""
        self._of_track.pop(track, None)

    def take_away(self, track: TrackRef) -> None:
        """Take a track from the visit that has it."""
        record = self._of_track.pop(track, None)
        if record is not None:
            del record.tracks[track]

    def forget_ended(self, before: datetime) -> None:
        """Take out ended visits that nothing was told of since."""
        while self.ended:
            oldest = next(iter(self.ended.values()))
            if oldest.touched_at > before:
                return
            self.remove(oldest)

    def clear(self) -> None:
        """Take everything out."""
        for index in (self.open, self.ended, self._of_track, self._of_subject):
            index.clear()

    def _limit_tracks(self, record: Record) -> None:
        spare = len(record.tracks) - MAX_TRACKS
        if spare <= 0:
            return
        oldest = sorted(record.tracks, key=lambda track: record.tracks[track].last_seen_at)
        for track in oldest[:spare]:
            del record.tracks[track]
        record.visit = replace(record.visit, tracks=tuple(record.tracks))


class ChangeLog:
    """What happened to visits in one go; each is told once, as it stands at the end."""

    def __init__(self) -> None:
        self._notes: dict[str, tuple[Record, Visit | None, VisitStep]] = {}

    def note(self, record: Record, before: Visit | None, step: VisitStep) -> None:
        """Note a step. before: the visit until then, None for one that was just made."""
        known = self._notes.get(record.visit.id)
        if known is not None:
            before = known[1]
            step = max(step, known[2], key=_WEIGHT.__getitem__)
        self._notes[record.visit.id] = (record, before, step)

    def changes(self, is_late: bool) -> tuple[VisitChange, ...]:
        """Return what changed, losers of a merge first; a revision more for each."""
        changes = []
        for record, before, step in self._notes.values():
            if record.visit == before:
                continue
            record.visit = replace(record.visit, revision=record.visit.revision + 1)
            late = not record.is_live if step is VisitStep.ENDED else is_late
            changes.append(VisitChange(step, record.visit, late))
        return tuple(sorted(changes, key=lambda change: change.step is not VisitStep.MERGED))
