"""Zip files of one form alone: stored, without dates, sorted, nothing between, nothing behind.

Since names and contents decide every byte, a pack is read by building it again: what differs was
changed. Any program that reads zip files reads these.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from base.errors import EvidenceInvalidError

MAX_ENTRIES = 10_000
MAX_ENTRY_BYTES = 64 * 1024 * 1024
MAX_PACK_BYTES = 2 * 1024 * 1024 * 1024 - 1
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}(/[a-z0-9][a-z0-9._-]{0,62}){0,3}")
_MAX_NAME_BYTES = 4 * 64
# APPNOTE.TXT of PKWARE, 4.3.7, 4.3.12 and 4.3.16.
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_LOCAL_MAGIC, _CENTRAL_MAGIC, _END_MAGIC = 0x04034B50, 0x02014B50, 0x06054B50
_VERSION = 20
_NO_TIME, _NO_DATE = 0, 0x21  # 1980-01-01, the first there is.
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a pack, without its bytes. offset: where they begin, 0 before it is written."""

    name: str
    byte_count: int
    crc: int
    offset: int = 0

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError("a name in a pack has at most four parts of a-z, 0-9, '.', '_', '-'")


@dataclass(frozen=True, slots=True)
class Content:
    """One file that is to be written. read: returns its bytes, when their turn comes."""

    name: str
    byte_count: int
    crc: int
    read: Callable[[], bytes]

    @classmethod
    def of(cls, name: str, data: bytes) -> "Content":
        """Return a file whose bytes are there already."""
        return cls(name, len(data), zlib.crc32(data), lambda: data)


def write_archive(contents: Sequence[Content]) -> Iterator[bytes]:
    """Yield the bytes of a pack, file by file, sorted by name.

    Raises ValueError for two files of one name, for too many or too large ones, and for one that
    is not what was said of it.
    """
    ordered = sorted(contents, key=lambda one: one.name)
    entries = _place([(one.name, one.byte_count, one.crc) for one in ordered])
    for content, entry in zip(ordered, entries, strict=True):
        data = content.read()
        if (len(data), zlib.crc32(data)) != (entry.byte_count, entry.crc):
            raise ValueError(f"{entry.name} changed while the pack was written")
        yield local_header(entry)
        yield data
    yield directory(entries)


def _place(files: Sequence[tuple[str, int, int]]) -> list[Entry]:
    entries: list[Entry] = []
    at = 0
    for name, byte_count, crc in files:
        at += _LOCAL.size + len(name)
        entries.append(Entry(name, byte_count, crc, at))
        at += byte_count
        if byte_count > MAX_ENTRY_BYTES or at > MAX_PACK_BYTES:
            raise ValueError("the pack would be too large")
    if len({entry.name for entry in entries}) < len(entries) or len(entries) > MAX_ENTRIES:
        raise ValueError("the pack would have too many files, or two of one name")
    return entries


def pack_size(contents: Sequence[Content]) -> int:
    """Return how many bytes `write_archive` will yield."""
    files = [(one.name, one.byte_count, one.crc) for one in contents]
    entries = _place(files)
    end = entries[-1].offset + entries[-1].byte_count if entries else 0
    return end + len(directory(entries))


def local_header(entry: Entry) -> bytes:
    """Return what stands before a file's bytes."""
    name = entry.name.encode("ascii")
    return (
        _LOCAL.pack(
            *(_LOCAL_MAGIC, _VERSION, 0, 0, _NO_TIME, _NO_DATE),
            *(entry.crc, entry.byte_count, entry.byte_count, len(name), 0),
        )
        + name
    )


def directory(entries: Sequence[Entry]) -> bytes:
    """Return what stands behind all files."""
    parts = []
    for entry in entries:
        name = entry.name.encode("ascii")
        fields = (
            *(_CENTRAL_MAGIC, _VERSION, _VERSION, 0, 0, _NO_TIME, _NO_DATE),
            *(entry.crc, entry.byte_count, entry.byte_count, len(name), 0, 0, 0, 0, 0),
            entry.offset - _LOCAL.size - len(name),
        )
        parts.append(_CENTRAL.pack(*fields) + name)
    listed = b"".join(parts)
    at = entries[-1].offset + entries[-1].byte_count if entries else 0
    count = len(entries)
    return listed + _END.pack(_END_MAGIC, 0, 0, count, count, len(listed), at, 0)


def read_archive(file: BinaryIO) -> tuple[Entry, ...]:
    """Return the files of a pack, having read no more than their names.

    Raises EvidenceInvalidError for what is no zip file, or not of the one form.
    """
    entries: list[Entry] = []
    at = 0
    while (entry := _read_entry(file, at)) is not None:
        if entries and entry.name <= entries[-1].name:
            raise _invalid(f"{entry.name} is there twice or out of order")
        entries.append(entry)
        at = entry.offset + entry.byte_count
        if len(entries) > MAX_ENTRIES or at > MAX_PACK_BYTES:
            raise _invalid("it has more files or bytes than a pack may have")
    if not entries:
        raise EvidenceInvalidError(
            "the file is no evidence pack: it does not begin like a zip file"
        )
    expected = directory(entries)
    file.seek(at)
    found = file.read(len(expected) + 1)
    if found != expected:
        raise _invalid(_about_the_end(found, expected))
    return tuple(entries)


def _read_entry(file: BinaryIO, at: int) -> Entry | None:
    """Return the file whose header stands at `at`, None where no header does."""
    file.seek(at)
    head = file.read(_LOCAL.size + _MAX_NAME_BYTES)
    if len(head) < _LOCAL.size or head[:4] != _LOCAL_MAGIC.to_bytes(4, "little"):
        return None
    fields = _LOCAL.unpack_from(head)
    crc, byte_count, name_bytes = fields[6], fields[8], fields[9]
    name = head[_LOCAL.size : _LOCAL.size + name_bytes]
    try:
        entry = Entry(name.decode("ascii"), byte_count, crc, at + _LOCAL.size + name_bytes)
    except ValueError:
        raise _invalid("the name of a file in it was changed") from None
    if byte_count > MAX_ENTRY_BYTES:
        raise _invalid(f"{entry.name} is larger than a file in a pack may be")
    if head[: _LOCAL.size + name_bytes] != local_header(entry):
        raise _invalid(f"the header of {entry.name} was changed")
    return entry


def _about_the_end(found: bytes, expected: bytes) -> str:
    if found.startswith(expected):
        return "there is something behind its end"
    if expected.startswith(found):
        return "its end is missing"
    return "its list of files was changed"


def read_entry(file: BinaryIO, entry: Entry) -> bytes:
    """Return a file's bytes, as they are."""
    file.seek(entry.offset)
    return file.read(entry.byte_count)


def check_sum(file: BinaryIO, entry: Entry, digest: Callable[[bytes], object]) -> bool:
    """Hand a file's bytes to `digest`, block by block; return whether its check sum is right."""
    file.seek(entry.offset)
    left, crc = entry.byte_count, 0
    while left:
        block = file.read(min(left, _BLOCK))
        if not block:
            return False
        digest(block)
        crc = zlib.crc32(block, crc)
        left -= len(block)
    return crc == entry.crc


def _invalid(what: str) -> EvidenceInvalidError:
    return EvidenceInvalidError(f"the pack is not as it was written: {what}")
