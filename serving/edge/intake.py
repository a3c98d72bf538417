"""One record of a camera, taken exactly once."""

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from base.errors import (
    CameraNotFoundError,
    CapacityError,
    DeviceRevokedError,
    StorageFailedError,
)
from lobby.flow import FlowSpan
from serving.edge.cameras import CameraReport
from serving.edge.devices import revoked
from serving.edge.names import DeviceName
from serving.edge.record_group import RecordGroup
from serving.edge.sink import Commit, EdgeSink
from serving.edge.types import EdgeCamera, EdgeEvent, EdgeRecord, Sighting
from serving.storage.database import Database, Transaction

# A camera that has stalled is told so long after its last frame as it takes to be sure of it.
NEWS_DELAY = timedelta(seconds=60)
# A box whose clock was not set yet wrote 1970 on what it kept: nobody knows when that was.
MAX_AGE = timedelta(days=90)


class Fate(Enum):
    """What became of a record."""

    NEW = "new"
    LATE = "late"
    DUPLICATE = "duplicate"
    FAULTY = "faulty"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """A record whose number is durably noted. last_sequence: of its camera.

    fault: why nothing, or less, came of it. missing_count: numbers that were left out before it.
    """

    fate: Fate
    last_sequence: int
    missing_count: int = 0
    fault: Exception | None = None


class RecordIntake:
    """Takes records. Blocking, safe to share between threads; one camera's come one by one."""

    def __init__(self, database: Database, sink: EdgeSink, late_after_s: float) -> None:
        self._group: RecordGroup[Taken] = RecordGroup(database)
        self._sink = sink
        self._late_after = timedelta(seconds=late_after_s)
        self._turns: dict[EdgeCamera, threading.Lock] = {}

    def turn(self, camera: EdgeCamera) -> threading.Lock:
        """Return what whoever works for this camera holds, over the change of a stream too."""
        return self._turns.setdefault(camera, threading.Lock())

    def take(
        self,
        camera: EdgeCamera,
        sequence: int,
        record: EdgeRecord,
        received_at: datetime,
        report: CameraReport | None = None,
        last_sequence: int = 0,
    ) -> Taken:
        """Give a record to the sink, and note its number with what the sink writes.

        One that the sink cannot take, or of nobody knows when, counts as taken: a camera must not
        come to a stop by it.
        report: with a record that tells how the camera is. last_sequence: a number that is known
        to be noted; what is not above it is not looked at. Raises CapacityError if it is to be
        tried again, StorageFailedError, DeviceRevokedError and CameraNotFoundError.
        """
        with self.turn(camera):
            if sequence <= last_sequence:
                return Taken(Fate.DUPLICATE, last_sequence)
            age = received_at - told_at(record)
            timed = replace(record, is_late=age > self._late_after)
            event = EdgeEvent(camera, sequence, timed, received_at)
            if age > MAX_AGE:
                return self._note(event, None, None, Fate.REFUSED)
            return self._take(event, report, Fate.LATE if timed.is_late else Fate.NEW)

    def _take(self, event: EdgeEvent, report: CameraReport | None, fate: Fate) -> Taken:
        commit, fault = self._prepare(event)
        try:
            taken = self._note(event, commit, report, fate)
        except (DeviceRevokedError, CameraNotFoundError):
            raise
        except Exception:
            taken, fault = self._note_again(event, report, fate)
        return taken if fault is None else replace(taken, fault=fault)

    def _note_again(
        self, event: EdgeEvent, report: CameraReport | None, fate: Fate
    ) -> tuple[Taken, Exception | None]:
        """Try once more, then note the number alone.

        Where the disk is full that fails too, and the box keeps the record; where it does not,
        the record itself was in the way.
        """
        try:
            commit, fault = self._prepare(event)
            return self._note(event, commit, report, fate), fault
        except Exception as error:
            return self._note(event, None, report, Fate.FAULTY), error

    def _prepare(self, event: EdgeEvent) -> tuple[Commit | None, Exception | None]:
        """Let the sink prepare a record; without its picture if that is what is wrong with it."""
        try:
            return self._sink.prepare(event), None
        except (CapacityError, StorageFailedError):
            raise
        except Exception as error:
            record = event.record
            if not isinstance(record, Sighting) or record.shot is None:
                return None, error
            commit, _ = self._prepare(replace(event, record=replace(record, shot=None)))
            return commit, error

    def _note(
        self, event: EdgeEvent, commit: Commit | None, report: CameraReport | None, fate: Fate
    ) -> Taken:
        """Note a number, and what goes with it, in one transaction."""

        def note(transaction: Transaction) -> Taken:
            last = _place(transaction, event.camera)
            if event.sequence <= last:
                return Taken(Fate.DUPLICATE, last)
            missing_count = event.sequence - last - 1 if last else 0
            device, camera = event.camera.ref.device, event.camera.ref.camera
            cameras = transaction.tenant(event.camera.tenant).cameras
            cameras.note(device, camera, event.sequence, missing_count, event.received_at)
            if report is not None:
                cameras.set_report(device, camera, report.to_text())
            if commit is not None:
                commit(transaction)
            return Taken(fate, event.sequence, missing_count)

        return self._group.write(note)


def _place(transaction: Transaction, camera: EdgeCamera) -> int:
    """Return the last number of a camera. Raises CameraNotFoundError and DeviceRevokedError."""
    ref = camera.ref
    place = transaction.tenant(camera.tenant).cameras.place(ref.device, ref.camera)
    if place is None:
        raise CameraNotFoundError(f"there is no camera {ref} any more")
    last_sequence, revoked_at = place
    if revoked_at is not None:
        raise revoked(DeviceName(camera.tenant, ref.device))
    return last_sequence


def told_at(record: EdgeRecord) -> datetime:
    """Return when that was which a record tells."""
    if isinstance(record, Sighting):
        return record.last_seen_at
    if isinstance(record, FlowSpan):
        return record.start_at + timedelta(seconds=record.length_s)
    return record.since + NEWS_DELAY
