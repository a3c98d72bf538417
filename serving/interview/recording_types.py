"""What a recording consists of; plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from base.ids import InterviewName
from serving.streams.types import Codec

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RecordingLimits:
    """Bounds of one participant's recording.

    max_bytes: on the disk. segment_bytes: after which the next file begins. max_pending_bytes:
    that wait in memory for the disk.
    """

    max_bytes: int = 1024 * MIB
    segment_bytes: int = 16 * MIB
    max_pending_bytes: int = 32 * MIB


@dataclass(frozen=True, slots=True)
class RecordingPlace:
    """Whose recording it is; every sealed piece is bound to it."""

    tenant: str
    interview: str
    participant: str

    def __str__(self) -> str:
        return InterviewName(self.tenant, self.interview).participant(self.participant)


@dataclass(frozen=True, slots=True)
class RecordingHead:
    """How far a recording is durable.

    count: records. last_sequence: number of the last chunk, 0 for none. segment, end: the last
    file and its bytes. byte_count: of all files. chain: hash over every record, hex.
    """

    count: int
    last_sequence: int
    segment: int
    end: int
    byte_count: int
    chain: str


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One chunk in a segment file, without its bytes.

    received_us, capture_us: microseconds since 1970, by our clock and by the sender's. digest:
    SHA-256 of the bytes. offset, sealed_bytes: where the sealed record lies. index: among all
    records, from 0.
    """

    index: int
    sequence: int
    track: str
    codec: Codec
    received_us: int
    capture_us: int | None
    pts_s: float | None
    byte_count: int
    digest: bytes
    offset: int
    sealed_bytes: int


@dataclass(frozen=True, slots=True)
class SegmentHash:
    """What a segment held. sha256: over the SHA-256 of each chunk's bytes, in order, hex."""

    segment: int
    count: int
    first_sequence: int
    last_sequence: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordedPicture:
    """One picture that may be asked for. offset_s: from the recording's beginning."""

    sequence: int
    offset_s: float
    track: str
    codec: Codec


@dataclass(frozen=True, slots=True)
class SoundSpan:
    """Sound without a gap, from the recording's beginning."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class RecordingIndex:
    """What a recording holds, in order. Times are None where nothing was recorded."""

    started_at: datetime | None
    ended_at: datetime | None
    pictures: tuple[RecordedPicture, ...]
    sounds: tuple[SoundSpan, ...]
    chunk_count: int


class HeadBook(Protocol):
    """Remembers heads where whoever can write the files cannot reach them: in the database."""

    def note(self, place: RecordingPlace, head: RecordingHead) -> None:
        """Remember how far a recording is."""
        ...

    def find(self, place: RecordingPlace) -> RecordingHead | None:
        """Return what was remembered last."""
        ...
