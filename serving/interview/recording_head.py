"""The head of a recording: a small file that says how far it is durable, signed with its key.

It is written twice, one after the other, so that a torn write leaves the one before, and so that
nobody takes it back by spoiling one. A head is written after its records are on the disk: files
that end before their head were cut.
"""

import fcntl
import hmac
import os
import struct
from pathlib import Path

from base.errors import AlreadyAttendingError
from serving.crypto.key import Key
from serving.interview.recording_format import NO_CHAIN, damaged, unreadable
from serving.interview.recording_types import RecordingHead, RecordingPlace

HEAD_FILE = "head"
EMPTY = RecordingHead(0, 0, 0, 0, 0, NO_CHAIN.hex())
_FIELDS = struct.Struct(">QQQIQQ32s")  # turn, then the head's fields
_MAC_BYTES = 32
_SLOT_BYTES = 128


class HeadFile:
    """The head's file, held by one writer at a time."""

    def __init__(self, folder: Path, key: Key, place: RecordingPlace) -> None:
        """Open or make it. Raises AlreadyAttendingError, RecordingDamagedError and OSError."""
        self._key = key
        self._place = place
        self._file = os.open(folder / HEAD_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._lock()
            content = os.pread(self._file, 2 * _SLOT_BYTES, 0)
            if content or any(folder.glob("*.seg")):
                self._turn, self.head = _newest(content, key, place)
            else:
                self._turn = 0
                self.advance(EMPTY)
                sync_folder(folder)
        except BaseException:
            os.close(self._file)
            raise

    def advance(self, head: RecordingHead) -> None:
        """Write the head down; on return it is durable. Raises OSError."""
        self._turn += 1
        slot = _pack(self._turn, head, self._key, self._place)
        for at in (0, _SLOT_BYTES):
            os.pwrite(self._file, slot, at)
            os.fdatasync(self._file)
        self.head = head

    def close(self) -> None:
        """Let another writer come."""
        os.close(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyAttendingError(
                f"the recording of {self._place} is being written by another attendance",
                recording=self._place,
            ) from None


def read_head(folder: Path, key: Key, place: RecordingPlace) -> RecordingHead:
    """Return how far a recording is, while it may be written.

    Raises RecordingDamagedError and StorageFailedError.
    """
    try:
        content = (folder / HEAD_FILE).read_bytes()
    except FileNotFoundError:
        if any(folder.glob("*.seg")):
            raise damaged(place, "its head is missing") from None
        return EMPTY
    except OSError as error:
        raise unreadable(place, error) from error
    return _newest(content, key, place)[1]


def peek_count(folder: Path) -> int:
    """Return how many records there are said to be; nothing is checked without the key."""
    try:
        content = (folder / HEAD_FILE).read_bytes()
    except FileNotFoundError:
        return 0
    ends = [at + _FIELDS.size for at in (0, _SLOT_BYTES)]
    slots = [
        _FIELDS.unpack_from(content, end - _FIELDS.size) for end in ends if end <= len(content)
    ]
    return max(slots)[1] if slots else 0


def _newest(content: bytes, key: Key, place: RecordingPlace) -> tuple[int, RecordingHead]:
    slots = [content[at : at + _SLOT_BYTES] for at in (0, _SLOT_BYTES)]
    genuine = [one for slot in slots if (one := _unpack(slot, key, place)) is not None]
    if not genuine:
        raise damaged(place, "its head was changed")
    return max(genuine, key=lambda one: one[0])


def _pack(turn: int, head: RecordingHead, key: Key, place: RecordingPlace) -> bytes:
    fields = _FIELDS.pack(
        turn,
        head.count,
        head.last_sequence,
        head.segment,
        head.end,
        head.byte_count,
        bytes.fromhex(head.chain),
    )
    return (fields + _mac(fields, key, place)).ljust(_SLOT_BYTES, b"\0")


def _unpack(slot: bytes, key: Key, place: RecordingPlace) -> tuple[int, RecordingHead] | None:
    fields, mac = slot[: _FIELDS.size], slot[_FIELDS.size : _FIELDS.size + _MAC_BYTES]
    if len(fields) < _FIELDS.size or not hmac.compare_digest(mac, _mac(fields, key, place)):
        return None
    turn, count, last_sequence, segment, end, byte_count, chain = _FIELDS.unpack(fields)
    return turn, RecordingHead(count, last_sequence, segment, end, byte_count, chain.hex())


def _mac(fields: bytes, key: Key, place: RecordingPlace) -> bytes:
    return key.mac(str(place).encode() + b"\0" + fields, "recording-head")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, for their owner alone, durably."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        sync_folder(folder.parent)
