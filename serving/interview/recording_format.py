"""How chunks lie in segment files: sealed records, one after another, each bound to its place.

A segment begins with a magic and a sealed start that repeats the hash over every record before
it; then come records, each with its length in front. Nothing of a chunk is readable without the
key, and no record opens at another place than its own.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace

from base.errors import RecordingDamagedError, SecretsUnavailableError, StorageFailedError
from serving.crypto.key import Key
from serving.interview.recording_types import RecordEntry, RecordingPlace
from serving.storage.schema import to_micros
from serving.streams.types import Chunk, Codec

MAGIC = b"SBRS\x01"
NO_CHAIN = bytes(32)
MAX_TRACK_BYTES = 63
_LENGTH = struct.Struct(">I")
LENGTH_BYTES = _LENGTH.size
_START = struct.Struct(">IQ32s")
# sequence, codec, presence bits, received_us, capture_us, pts_s, bytes, track bytes, digest
_HEADER = struct.Struct(">QBBqqdIB32s")
_PLACE = struct.Struct(">QII")  # index, offset, sealed bytes
_CODECS = {Codec.JPEG: 1, Codec.PNG: 2, Codec.PCM_S16LE_16KHZ: 3}
_CODEC_OF = {number: codec for codec, number in _CODECS.items()}
_HAS_CAPTURE, _HAS_PTS = 1, 2


def recording_key(case_key: Key, place: RecordingPlace) -> Key:
    """Return the key of one participant's recording; it goes with the case's key."""
    return Key(case_key.mac(str(place).encode(), "recording"))


def describe(chunk: Chunk, received_us: int) -> RecordEntry:
    """Return what is kept beside a chunk's bytes; its place is not known yet.

    Raises ValueError for a track with a longer name than any has.
    """
    if len(chunk.track.encode()) > MAX_TRACK_BYTES:
        raise ValueError(f"the name of a track has at most {MAX_TRACK_BYTES} bytes")
    return RecordEntry(
        index=0,
        sequence=chunk.sequence,
        track=chunk.track,
        codec=chunk.codec,
        received_us=received_us,
        capture_us=None if chunk.capture_time is None else to_micros(chunk.capture_time),
        pts_s=chunk.pts_s,
        byte_count=len(chunk.data),
        digest=hashlib.sha256(chunk.data).digest(),
        offset=0,
        sealed_bytes=0,
    )


def header_of(entry: RecordEntry) -> bytes:
    """Return an entry as it stands before the bytes of its chunk."""
    track = entry.track.encode()
    bits = _HAS_CAPTURE * (entry.capture_us is not None) | _HAS_PTS * (entry.pts_s is not None)
    return (
        _HEADER.pack(
            entry.sequence,
            _CODECS[entry.codec],
            bits,
            entry.received_us,
            entry.capture_us or 0,
            entry.pts_s or 0.0,
            entry.byte_count,
            len(track),
            entry.digest,
        )
        + track
    )


def _read_header(data: bytes, at: int) -> tuple[RecordEntry, int]:
    fields = _HEADER.unpack_from(data, at)
    sequence, codec, bits, received_us, capture_us, pts_s, byte_count, track_bytes, digest = fields
    end = at + _HEADER.size + track_bytes
    entry = RecordEntry(
        index=0,
        sequence=sequence,
        track=data[at + _HEADER.size : end].decode(),
        codec=_CODEC_OF[codec],
        received_us=received_us,
        capture_us=capture_us if bits & _HAS_CAPTURE else None,
        pts_s=pts_s if bits & _HAS_PTS else None,
        byte_count=byte_count,
        digest=digest,
        offset=0,
        sealed_bytes=0,
    )
    return entry, end


def next_chain(chain: bytes, entry: RecordEntry) -> bytes:
    """Return the hash over every record up to and including this one."""
    return hashlib.sha256(chain + header_of(entry)).digest()


def seal_start(key: Key, place: RecordingPlace, segment: int, count: int, chain: bytes) -> bytes:
    """Return the first bytes of a segment. count, chain: of everything before it."""
    sealed = key.seal(_START.pack(segment, count, chain), f"{place}#segment/{segment}")
    return MAGIC + _LENGTH.pack(len(sealed)) + sealed


def open_start(
    key: Key, place: RecordingPlace, segment: int, data: bytes
) -> tuple[int, bytes, int]:
    """Return count and chain before a segment, and where its records begin.

    Raises RecordingDamagedError.
    """
    found = data[: len(MAGIC)] == MAGIC and _framed(data, len(MAGIC))
    if not found:
        raise damaged(place, f"segment {segment} does not begin like one")
    begin, end = found
    try:
        plain = key.open(data[begin:end], f"{place}#segment/{segment}")
    except SecretsUnavailableError:
        raise damaged(place, f"the start of segment {segment} was changed") from None
    _, count, chain = _START.unpack(plain)
    return count, chain, end


def seal_record(
    key: Key, place: RecordingPlace, segment: int, entry: RecordEntry, data: bytes
) -> bytes:
    """Return a record as it is written."""
    sealed = key.seal(header_of(entry) + data, f"{place}#{segment}/{entry.index}")
    return _LENGTH.pack(len(sealed)) + sealed


def open_record(
    key: Key, place: RecordingPlace, segment: int, index: int, sealed: bytes
) -> tuple[RecordEntry, bytes]:
    """Return a record's entry and bytes. Raises RecordingDamagedError."""
    try:
        plain = key.open(sealed, f"{place}#{segment}/{index}")
    except SecretsUnavailableError:
        raise damaged(place, f"record {index} was changed or moved") from None
    entry, at = _read_header(plain, 0)
    data = plain[at:]
    if hashlib.sha256(data).digest() != entry.digest:
        raise damaged(place, f"record {index} does not hold what it says")
    return replace(entry, index=index), data


def walk(
    key: Key, place: RecordingPlace, segment: int, index: int, data: bytes, at: int
) -> Iterator[RecordEntry]:
    """Yield the entries of a segment's whole records from `at` on; it ends at a torn one.

    index: of the first record. Raises RecordingDamagedError for a whole one that does not open.
    """
    while (found := _framed(data, at)) is not None:
        begin, end = found
        entry, _ = open_record(key, place, segment, index, data[begin:end])
        yield replace(entry, offset=begin, sealed_bytes=end - begin)
        index, at = index + 1, end


def _framed(data: bytes, at: int) -> tuple[int, int] | None:
    """Return where the sealed bytes at `at` begin and end, None if they are not whole."""
    begin = at + _LENGTH.size
    if begin > len(data):
        return None
    (length,) = _LENGTH.unpack_from(data, at)
    return (begin, begin + length) if begin + length <= len(data) else None


def pack_entries(entries: Sequence[RecordEntry]) -> bytes:
    """Return the index of a segment."""
    return b"".join(
        _PLACE.pack(one.index, one.offset, one.sealed_bytes) + header_of(one) for one in entries
    )


def unpack_entries(data: bytes) -> tuple[RecordEntry, ...]:
    """Read the index of a segment."""
    entries, at = [], 0
    while at < len(data):
        index, offset, sealed_bytes = _PLACE.unpack_from(data, at)
        entry, at = _read_header(data, at + _PLACE.size)
        entries.append(replace(entry, index=index, offset=offset, sealed_bytes=sealed_bytes))
    return tuple(entries)


def damaged(place: RecordingPlace, what: str) -> RecordingDamagedError:
    """Return what is said of a recording that is not as it was written."""
    return RecordingDamagedError(f"the recording of {place} is damaged: {what}", recording=place)


def unreadable(place: RecordingPlace, error: OSError) -> StorageFailedError:
    """Return what is said of a recording that the disk does not give."""
    return StorageFailedError(f"the recording of {place} cannot be read: {error.strerror}")
