"""The segment files of a recording: read, checked, and mended after a crash."""

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from base.errors import RecordingDamagedError, SecretsUnavailableError
from serving.crypto.key import Key
from serving.interview.recording_format import (
    damaged,
    next_chain,
    open_start,
    pack_entries,
    unpack_entries,
    unreadable,
    walk,
)
from serving.interview.recording_types import (
    RecordEntry,
    RecordingHead,
    RecordingPlace,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment file that was read. count, chain: over everything up to its end.

    first_chain: over everything before it.
    """

    number: int
    entries: tuple[RecordEntry, ...]
    first_chain: bytes
    count: int
    chain: bytes
    end: int

    def chain_at(self, count: int) -> str | None:
        """Return the hash over the first `count` records, None if they do not end in here."""
        chain, at = self.first_chain, self.count - len(self.entries)
        for entry in self.entries:
            if at == count:
                break
            chain, at = next_chain(chain, entry), at + 1
        return chain.hex() if at == count else None


def segment_path(folder: Path, number: int) -> Path:
    """Return the file of a segment."""
    return folder / f"{number:06d}.seg"


def index_path(folder: Path, number: int) -> Path:
    """Return the file of a segment's index."""
    return folder / f"{number:06d}.idx"


def read_segment(
    folder: Path,
    key: Key,
    place: RecordingPlace,
    number: int,
    end: int | None = None,
    behind: tuple[int, str] | None = None,
) -> Segment:
    """Read and check every record of a segment. end: bytes of it that count, None for all.

    behind: count and chain of what has to be before it. Raises RecordingDamagedError.
    """
    data = _read(folder, place, number)
    if end is not None and len(data) < end:
        raise damaged(place, f"segment {number} was cut")
    data = data[:end]
    segment = _walk_all(key, place, number, data)
    if segment.end != len(data):
        raise damaged(place, f"segment {number} was cut")
    before = segment.count - len(segment.entries), segment.first_chain.hex()
    if behind is not None and before != behind:
        raise damaged(place, f"segment {number} does not follow the one before it")
    return segment


def _walk_all(key: Key, place: RecordingPlace, number: int, data: bytes) -> Segment:
    count, first_chain, at = open_start(key, place, number, data)
    chain, entries = first_chain, []
    for entry in walk(key, place, number, count, data, at):
        entries.append(entry)
        chain = next_chain(chain, entry)
    end = entries[-1].offset + entries[-1].sealed_bytes if entries else at
    return Segment(number, tuple(entries), first_chain, count + len(entries), chain, end)


def recover(folder: Path, key: Key, place: RecordingPlace, head: RecordingHead) -> RecordingHead:
    """Return how far the files go: whole records behind the head are kept, torn ones dropped.

    Raises RecordingDamagedError if anything before the head is missing or changed.
    """
    found = head
    if head.segment:
        check_names(folder, place, head.segment)
        counted = read_segment(folder, key, place, head.segment, head.end)
        if (counted.count, counted.chain.hex()) != (head.count, head.chain):
            raise damaged(place, f"segment {head.segment} is not the one that was written")
        found = _take_tail(folder, key, place, head)
    return _take_next(folder, key, place, found)


def _take_tail(folder: Path, key: Key, place: RecordingPlace, head: RecordingHead) -> RecordingHead:
    path = segment_path(folder, head.segment)
    found = _behind(key, place, head, path.read_bytes())
    _keep(path, found.end)
    return found


def _take_next(folder: Path, key: Key, place: RecordingPlace, head: RecordingHead) -> RecordingHead:
    """Take in a segment that was begun when the process died, before its head was written."""
    number = head.segment + 1
    path = segment_path(folder, number)
    if not path.exists():
        return head
    data = path.read_bytes()
    with suppress(RecordingDamagedError):
        count, chain, at = open_start(key, place, number, data)
        if (count, chain.hex()) == (head.count, head.chain):
            begun = replace(head, segment=number, end=at, byte_count=head.byte_count + at)
            found = _behind(key, place, begun, data)
            if found != begun:
                _keep(path, found.end)
                return found
    path.unlink()
    return head


def _behind(key: Key, place: RecordingPlace, head: RecordingHead, data: bytes) -> RecordingHead:
    """Return the head moved over the whole records behind it; what does not open was torn."""
    found = head
    with suppress(RecordingDamagedError):
        for entry in walk(key, place, head.segment, head.count, data, head.end):
            found = _moved(found, entry)
    return found


def _keep(path: Path, end: int) -> None:
    """Cut what is torn off and make the rest durable, before a head counts it."""
    with path.open("r+b") as file:
        file.truncate(end)
        os.fsync(file.fileno())


def _moved(head: RecordingHead, entry: RecordEntry) -> RecordingHead:
    end = entry.offset + entry.sealed_bytes
    return RecordingHead(
        count=head.count + 1,
        last_sequence=entry.sequence,
        segment=head.segment,
        end=end,
        byte_count=head.byte_count + end - head.end,
        chain=next_chain(bytes.fromhex(head.chain), entry).hex(),
    )


def check_names(folder: Path, place: RecordingPlace, last: int) -> None:
    """Raise RecordingDamagedError unless every segment up to `last` is there."""
    for number in range(1, last + 1):
        if not segment_path(folder, number).exists():
            raise damaged(place, f"segment {number} is missing")


def check_noted(place: RecordingPlace, head: RecordingHead, noted: RecordingHead | None) -> None:
    """Raise RecordingDamagedError if a recording ends before what was noted of it earlier."""
    if noted is None or noted.count < head.count:
        return
    if (noted.count, noted.chain) != (head.count, head.chain):
        raise damaged(place, f"it was put back to {head.count} of {noted.count} records")


def write_index(
    folder: Path, key: Key, place: RecordingPlace, number: int, entries: list[RecordEntry]
) -> None:
    """Keep the index of a segment that is finished; without it, the segment is read whole."""
    draft = index_path(folder, number).with_suffix(".tmp")
    with suppress(OSError):
        draft.write_bytes(key.seal(pack_entries(entries), f"{place}#index/{number}"))
        os.replace(draft, index_path(folder, number))


def read_index(
    folder: Path, key: Key, place: RecordingPlace, number: int
) -> tuple[RecordEntry, ...] | None:
    """Return the entries of a finished segment, None if its index is not there or torn."""
    try:
        sealed = index_path(folder, number).read_bytes()
        return unpack_entries(key.open(sealed, f"{place}#index/{number}"))
    except (OSError, SecretsUnavailableError):
        return None


def _read(folder: Path, place: RecordingPlace, number: int) -> bytes:
    try:
        return segment_path(folder, number).read_bytes()
    except FileNotFoundError:
        raise damaged(place, f"segment {number} is missing") from None
    except OSError as error:
        raise unreadable(place, error) from error
