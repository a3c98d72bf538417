"""The recording of one participant while it is made: encrypted, durable before it is acknowledged.

A crash between the records and their head leaves whole records behind the head; they were not
acknowledged, and are kept. A record that is not whole is dropped.
"""

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from base.clock import Clock
from base.errors import RecordingFullError, StorageFailedError
from serving.crypto.key import Key
from serving.interview.recording_format import (
    LENGTH_BYTES,
    describe,
    next_chain,
    recording_key,
    seal_record,
    seal_start,
)
from serving.interview.recording_head import HeadFile, make_folder, sync_folder
from serving.interview.recording_segments import (
    check_noted,
    recover,
    segment_path,
    write_index,
)
from serving.interview.recording_types import (
    HeadBook,
    RecordEntry,
    RecordingHead,
    RecordingLimits,
    RecordingPlace,
)
from serving.storage.schema import to_micros
from serving.streams.types import Chunk

_log = logging.getLogger(__name__)
RECORD_OVERHEAD = 256
"""Bytes of a record beside its chunk's, at most: header, track, seal and length."""


class Recorder:
    """Takes chunks in and writes them in groups.

    `append` is quick and may be called from any thread; `flush` blocks on the disk. Open it with
    `open_recorder`, close it after use.
    """

    def __init__(
        self,
        folder: Path,
        key: Key,
        place: RecordingPlace,
        head: HeadFile,
        clock: Clock,
        limits: RecordingLimits,
        book: HeadBook | None,
    ) -> None:
        self._folder = folder
        self._key = key
        self._place = place
        self._head = head
        self._clock = clock
        self._limits = limits
        self._book = book
        self._list = threading.Lock()
        self._disk = threading.Lock()
        self._pending: list[tuple[RecordEntry, bytes]] = []
        self._waiting_bytes = 0
        self._taken_bytes = head.head.byte_count
        self._taken_sequence = head.head.last_sequence
        self._file: int | None = None
        self._entries: list[RecordEntry] = []
        self._ended_by: RecordingFullError | None = None

    @property
    def last_sequence(self) -> int:
        """Number of the last chunk that is durable, 0 for none."""
        return self._head.head.last_sequence

    @property
    def head(self) -> RecordingHead:
        """How far the recording is durable."""
        return self._head.head

    def append(self, chunk: Chunk) -> None:
        """Take a chunk in; `flush` makes it durable. One that was taken before is left out.

        Raises RecordingFullError where there is no room for it, on the disk or on the way there.
        """
        entry = describe(chunk, to_micros(self._clock.now()))
        with self._list:
            if chunk.sequence <= self._taken_sequence:
                return
            byte_count = len(chunk.data) + RECORD_OVERHEAD
            self._check_room(byte_count)
            self._pending.append((entry, chunk.data))
            self._waiting_bytes += byte_count
            self._taken_bytes += byte_count
            self._taken_sequence = chunk.sequence

    def flush(self) -> int:
        """Write what was taken in; return the number of the last chunk that is durable.

        Raises RecordingFullError if the disk takes no more. What was acknowledged stays.
        """
        with self._disk:
            with self._list:
                pending, self._pending = self._pending, []
            if self._ended_by is not None:
                raise self._ended_by
            try:
                self._write(pending)
            except Exception as error:
                # What was pending is lost: nothing may be written behind it.
                self._ended_by = _disk_full(self._place, error)
                raise self._ended_by from error
            with self._list:
                self._waiting_bytes -= sum(len(data) + RECORD_OVERHEAD for _, data in pending)
            return self.last_sequence

    def close(self) -> None:
        """Write what is left, as far as that is possible, and let another recorder come."""
        try:
            if self._ended_by is None:
                self.flush()
        finally:
            with self._disk:
                self._end_segment()
                self._ended_by = RecordingFullError(f"the recording of {self._place} is closed")
                self._head.close()

    def _check_room(self, byte_count: int) -> None:
        if self._taken_bytes + byte_count > self._limits.max_bytes:
            raise RecordingFullError(
                f"the recording of {self._place} has reached {self._limits.max_bytes} bytes",
                max_bytes=self._limits.max_bytes,
            )
        if self._waiting_bytes + byte_count > self._limits.max_pending_bytes:
            raise RecordingFullError(f"the disk is too slow for the recording of {self._place}")

    def _write(self, pending: Sequence[tuple[RecordEntry, bytes]]) -> None:
        """Write records, in groups that end where a segment does."""
        group: list[bytes] = []
        head = self._head.head
        for entry, data in pending:
            if self._file is None:
                head = self._begin_segment()
            placed = replace(entry, index=head.count)
            record = seal_record(self._key, self._place, head.segment, placed, data)
            begin, sealed = head.end + LENGTH_BYTES, len(record) - LENGTH_BYTES
            self._entries.append(replace(placed, offset=begin, sealed_bytes=sealed))
            group.append(record)
            head = RecordingHead(
                head.count + 1,
                entry.sequence,
                head.segment,
                head.end + len(record),
                head.byte_count + len(record),
                next_chain(bytes.fromhex(head.chain), entry).hex(),
            )
            if head.end >= self._limits.segment_bytes:
                self._commit(group, head)
                self._end_segment()
                group = []
        if group:
            self._commit(group, head)

    def _commit(self, group: Sequence[bytes], head: RecordingHead) -> None:
        """Make records durable, then the head that counts them."""
        assert self._file is not None
        _write_all(self._file, b"".join(group))
        os.fdatasync(self._file)
        self._head.advance(head)

    def _begin_segment(self) -> RecordingHead:
        head = self._head.head
        number = head.segment + 1
        start = seal_start(self._key, self._place, number, head.count, bytes.fromhex(head.chain))
        path = segment_path(self._folder, number)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        _write_all(self._file, start)
        sync_folder(self._folder)
        self._entries = []
        return replace(
            head, segment=number, end=len(start), byte_count=head.byte_count + len(start)
        )

    def _end_segment(self) -> None:
        if self._file is None:
            return
        os.close(self._file)
        self._file = None
        head = self._head.head
        if self._entries and self._entries[-1].index + 1 == head.count:
            write_index(self._folder, self._key, self._place, head.segment, self._entries)
        self._note(head)

    def _note(self, head: RecordingHead) -> None:
        try:
            if self._book is not None:
                self._book.note(self._place, head)
        except StorageFailedError as error:
            # The records are durable by now, and their own head says so.
            _log.error("the head of %s was not noted: %s", self._place, error.reason)


def open_recorder(
    folder: Path,
    case_key: Key,
    place: RecordingPlace,
    clock: Clock,
    limits: RecordingLimits | None = None,
    book: HeadBook | None = None,
) -> Recorder:
    """Open a recording to go on with it; what a crash left is recovered first.

    Raises RecordingDamagedError if something that counted is missing or changed,
    AlreadyAttendingError while another recorder has it, and RecordingFullError where the disk
    takes nothing.
    """
    key = recording_key(case_key, place)
    try:
        make_folder(folder)
        head = HeadFile(folder, key, place)
        try:
            check_noted(place, head.head, None if book is None else book.find(place))
            recovered = recover(folder, key, place, head.head)
            if recovered != head.head:
                head.advance(recovered)
        except BaseException:
            head.close()
            raise
    except OSError as error:
        raise _disk_full(place, error) from error
    return Recorder(folder, key, place, head, clock, limits or RecordingLimits(), book)


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _disk_full(place: RecordingPlace, error: Exception) -> RecordingFullError:
    what = error.strerror if isinstance(error, OSError) else type(error).__name__
    return RecordingFullError(f"the disk takes no more of the recording of {place}: {what}")
