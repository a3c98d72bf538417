"""Where records of boxes go: read and recognised first, then written in one transaction."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from lobby.flow import CameraNews, FlowSpan
from lobby.identity import Identity, IdentityKind
from lobby.seen import Seen, TrackRef
from lobby.visit import Visit, VisitChange
from media.pictures import encode_jpeg
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent
from serving.edge.sink import Commit
from serving.edge.types import EdgeCamera, EdgeEvent, Sighting
from serving.lobby.customers import Customers
from serving.lobby.lobbies import Lobbies
from serving.lobby.photos import Photos
from serving.lobby.recogniser import ReadShot, Recogniser
from serving.lobby.room import BranchRoom
from serving.storage.database import Transaction
from serving.storage.records import TenantRecords
from vision.face_shot import FaceShot

# Waiting longer for the directory would show on the tablet; what comes later is filled in.
DIRECTORY_WAIT_S = 0.25
# Quality, 0 to 100, that a shot of somebody known has to gain to be looked at once more.
CLEARLY_BETTER = 15.0
# A match is confirmed once; after that only a clearly better shot is worth a search.
ENOUGH_MATCHES = 2
_MAX_TRACKS = 4096
_PHOTO_QUALITY = 88


@dataclass(frozen=True, slots=True)
class _Matched:
    """What was found of a track that belongs to somebody known."""

    count: int
    quality: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Looked:
    """What was seen in a shot."""

    identity: Identity | None = None
    read: ReadShot | None = None
    events: tuple[AuditEvent, ...] = ()


class LobbyIntake:
    """Takes what cameras tell; blocking, safe to share between threads."""

    def __init__(
        self,
        lobbies: Lobbies,
        recogniser: Recogniser,
        customers: Customers,
        photos: Photos,
        audit: AuditLog,
    ) -> None:
        self._lobbies = lobbies
        self._recogniser = recogniser
        self._customers = customers
        self._photos = photos
        self._audit = audit
        self._lock = threading.Lock()
        self._matched: OrderedDict[tuple[str, TrackRef], _Matched] = OrderedDict()

    def prepare(self, event: EdgeEvent) -> Commit:
        """Look at a record, and return what writes it down."""
        room = self._lobbies.find(event.camera.tenant, event.camera.branch)
        record = event.record
        if room is None:
            return _nothing  # A branch that is not in the plan any more.
        if isinstance(record, Sighting):
            return self._sighting(room, record)
        if isinstance(record, FlowSpan):
            return lambda transaction: self._flow(transaction, room, record)
        return lambda transaction: self._camera(transaction, room, record)

    def connected(self, camera: EdgeCamera, at: datetime) -> None:
        """Note that a camera's stream is open."""
        self._link(camera, lambda room: room.cameras.come(camera.ref, at))

    def disconnected(self, camera: EdgeCamera, at: datetime) -> None:
        """Note that it is not any more."""
        self._link(camera, lambda room: room.cameras.go(camera.ref, at))

    def _link(self, camera: EdgeCamera, change: Callable[[BranchRoom], CameraNews | None]) -> None:
        room = self._lobbies.find(camera.tenant, camera.branch)
        if room is None:
            return
        database = self._lobbies.database
        with database.write() as transaction, self._lobbies.turn(transaction, room) as turn:
            state = change(room)
            if state is not None:
                turn.show_camera(state)

    def _sighting(self, room: BranchRoom, sighting: Sighting) -> Commit:
        looked = _Looked()
        if sighting.shot is not None and self._is_worth_a_look(room, sighting, sighting.shot):
            looked = self._look(room, sighting, sighting.shot)
        read = looked.read
        seen = Seen(
            track=sighting.track,
            first_seen_at=sighting.first_seen_at,
            last_seen_at=sighting.last_seen_at,
            zones=sighting.zones,
            face_at=sighting.face_at,
            identity=looked.identity,
            embedding=None if read is None else read.reading.embedding,
            is_final=sighting.is_final,
            is_late=sighting.is_late,
        )
        photo = b""
        if read is not None and seen.identity is not None and seen.identity.subject is not None:
            photo = encode_jpeg(read.image, _PHOTO_QUALITY)
            if not seen.identity.is_watchlisted:
                self._customers.find(seen.identity.subject, DIRECTORY_WAIT_S)
        return lambda transaction: self._see(transaction, room, seen, looked, photo)

    def _is_worth_a_look(self, room: BranchRoom, sighting: Sighting, shot: FaceShot) -> bool:
        with self._lock:
            matched = self._matched.get((room.branch.name, sighting.track))
        if matched is None or matched.count < ENOUGH_MATCHES:
            return True
        return shot.quality >= matched.quality + CLEARLY_BETTER

    def _look(self, room: BranchRoom, sighting: Sighting, shot: FaceShot) -> _Looked:
        read = self._recogniser.read(shot)
        if read is None:
            return _Looked()
        device = sighting.track.camera.device
        finding = self._recogniser.identify(room.branch, device, read.reading)
        self._remember(room, sighting.track, finding.identity, shot.quality)
        return _Looked(finding.identity, read, finding.events)

    def _remember(
        self, room: BranchRoom, track: TrackRef, identity: Identity, quality: float
    ) -> None:
        key = room.branch.name, track
        with self._lock:
            if identity.kind is not IdentityKind.KNOWN:
                self._matched.pop(key, None)
                return
            before = self._matched.pop(key, _Matched(0, 0.0))
            self._matched[key] = _Matched(before.count + 1, max(before.quality, quality))
            if len(self._matched) > _MAX_TRACKS:
                self._matched.popitem(last=False)

    def _see(
        self,
        transaction: Transaction,
        room: BranchRoom,
        seen: Seen,
        looked: _Looked,
        photo: bytes,
    ) -> None:
        self._audit.record_all(transaction, looked.events)
        with self._lobbies.turn(transaction, room) as turn:
            seen = _if_there(turn.records, seen)
            changes = room.visits.see(seen)
            visit = _visit_of(changes, seen.track)
            if visit is not None and looked.read is not None:
                self._keep(room, visit, seen, photo, looked.read.reading.quality.score)
            turn.take_visits(changes)

    def _keep(
        self, room: BranchRoom, visit: Visit, seen: Seen, photo: bytes, quality: float
    ) -> None:
        """Keep the picture if it shows who the visit is of."""
        subject = None if seen.identity is None else seen.identity.subject
        if photo and subject is not None and visit.is_open and visit.identity.subject == subject:
            self._photos.put(room.branch, visit.id, subject, photo, quality)

    def _flow(self, transaction: Transaction, room: BranchRoom, span: FlowSpan) -> None:
        with self._lobbies.turn(transaction, room) as turn:
            turn.take_flow(span)

    def _camera(self, transaction: Transaction, room: BranchRoom, news: CameraNews) -> None:
        with self._lobbies.turn(transaction, room) as turn:
            turn.take_camera(news, room.cameras.tell(news))


def _nothing(transaction: Transaction) -> None:
    """Write nothing."""


def _visit_of(changes: tuple[VisitChange, ...], track: TrackRef) -> Visit | None:
    for change in reversed(changes):
        if track in change.visit.tracks:
            return change.visit
    return None


def _if_there(records: TenantRecords, seen: Seen) -> Seen:
    """Return the sighting, of a stranger where the subject was erased since it was searched."""
    subject = None if seen.identity is None else seen.identity.subject
    if subject is None:
        return seen
    gallery = records.galleries.find(subject.gallery)
    if gallery is not None and records.subjects.find(gallery, subject.subject) is not None:
        return seen
    return replace(seen, identity=Identity(IdentityKind.STRANGER))
