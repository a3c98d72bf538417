"""The recording of one participant as a reviewer sees it: what is in it, a picture, some sound."""

import hashlib
import io
import os
import wave
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from base.errors import InvalidArgumentError, PhotoNotFoundError
from serving.crypto.key import Key
from serving.interview.recording_format import (
    NO_CHAIN,
    damaged,
    open_record,
    recording_key,
    unreadable,
)
from serving.interview.recording_head import read_head
from serving.interview.recording_segments import (
    Segment,
    check_names,
    check_noted,
    read_index,
    read_segment,
    segment_path,
)
from serving.interview.recording_sound import SAMPLE_BYTES, SAMPLE_RATE, SoundPiece, spans
from serving.interview.recording_types import (
    HeadBook,
    RecordedPicture,
    RecordEntry,
    RecordingHead,
    RecordingIndex,
    RecordingPlace,
    SegmentHash,
)
from serving.storage.schema import from_micros
from serving.streams.types import Codec

MAX_SOUND_S = 60.0
_SECOND_US = 1e6


class Recording:
    """A recording up to its head when it was opened; safe to read while it is written.

    Every method raises RecordingDamagedError where it meets something that was changed, and
    StorageFailedError where the disk does not give it.
    """

    def __init__(
        self, folder: Path, case_key: Key, place: RecordingPlace, book: HeadBook | None = None
    ) -> None:
        self._folder = folder
        self._place = place
        self._key = recording_key(case_key, place)
        # Before the head, which moves on while the recording is written.
        self._noted = None if book is None else book.find(place)
        self._head = read_head(folder, self._key, place)
        check_noted(place, self._head, self._noted)
        check_names(folder, place, self._head.segment)

    @property
    def head(self) -> RecordingHead:
        """How far the recording goes."""
        return self._head

    def index(self) -> RecordingIndex:
        """Return what the recording holds."""
        entries = [entry for _, entry in self._entries]
        if not entries:
            return RecordingIndex(None, None, (), (), 0)
        start_us = self._start_us
        pictures = tuple(
            RecordedPicture(
                one.sequence, (one.received_us - start_us) / _SECOND_US, one.track, one.codec
            )
            for one in entries
            if one.codec is not Codec.PCM_S16LE_16KHZ
        )
        end_us = max(one.received_us for one in entries)
        return RecordingIndex(
            from_micros(start_us), from_micros(end_us), pictures, spans(self._sounds), len(entries)
        )

    def picture(self, sequence: int) -> bytes:
        """Return one picture as it was sent, JPEG or PNG.

        Raises PhotoNotFoundError if there is none of this number.
        """
        found = self._by_sequence.get(sequence)
        if found is None or found[1].codec is Codec.PCM_S16LE_16KHZ:
            raise PhotoNotFoundError(f"the recording has no picture of number {sequence}")
        return self._read(*found)

    def sound_wav(self, start_s: float, end_s: float) -> bytes:
        """Return a stretch of the sound, silent where there was none: WAV, 16 kHz, one channel.

        Raises InvalidArgumentError for a stretch that is empty or longer than MAX_SOUND_S.
        """
        if not 0 <= start_s < end_s or end_s - start_s > MAX_SOUND_S:
            raise InvalidArgumentError(
                f"expected 0 <= start_s < end_s and at most {MAX_SOUND_S:g} s between them",
                field="start_s",
            )
        first, last = round(start_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE)
        samples = bytearray((last - first) * SAMPLE_BYTES)
        for piece in self._sounds:
            if piece.first < last and piece.last > first:
                _lay(samples, first, piece, self._read(piece.segment, piece.entry))
        return _wav(bytes(samples))

    def hashes(self) -> tuple[SegmentHash, ...]:
        """Return what each segment held, as its index says; `verify` reads the segments."""
        grouped: dict[int, list[RecordEntry]] = {}
        for segment, entry in self._entries:
            grouped.setdefault(segment, []).append(entry)
        return tuple(segment_hash(number, entries) for number, entries in grouped.items())

    def verify(self) -> tuple[SegmentHash, ...]:
        """Read everything and return the hash of each segment."""
        chain, count, last_sequence = NO_CHAIN.hex(), 0, 0
        hashes = []
        for number in range(1, self._head.segment + 1):
            segment = read_segment(
                self._folder, self._key, self._place, number, self._end_of(number), (count, chain)
            )
            for entry in segment.entries:
                if entry.sequence <= last_sequence:
                    raise damaged(self._place, f"chunk {entry.sequence} is out of order")
                last_sequence = entry.sequence
            self._check_noted(segment)
            count, chain = segment.count, segment.chain.hex()
            if segment.entries:
                hashes.append(segment_hash(number, segment.entries))
        if (count, chain, last_sequence) != (
            self._head.count,
            self._head.chain,
            self._head.last_sequence,
        ):
            raise damaged(self._place, "it does not end where its head says")
        return tuple(hashes)

    def _check_noted(self, segment: Segment) -> None:
        noted = self._noted
        if noted is None or noted.segment != segment.number:
            return
        if segment.chain_at(noted.count) != noted.chain:
            raise damaged(self._place, f"the first {noted.count} records were replaced")

    def _end_of(self, number: int) -> int | None:
        return self._head.end if number == self._head.segment else None

    def _read(self, segment: int, entry: RecordEntry) -> bytes:
        try:
            with segment_path(self._folder, segment).open("rb") as file:
                sealed = os.pread(file.fileno(), entry.sealed_bytes, entry.offset)
        except OSError as error:
            raise unreadable(self._place, error) from error
        found, data = open_record(self._key, self._place, segment, entry.index, sealed)
        if found.sequence != entry.sequence:
            raise damaged(self._place, f"record {entry.index} is not chunk {entry.sequence}")
        return data

    @cached_property
    def _entries(self) -> Sequence[tuple[int, RecordEntry]]:
        """Every chunk with its segment, in order."""
        return [
            (number, entry)
            for number in range(1, self._head.segment + 1)
            for entry in self._entries_of(number)
        ]

    def _entries_of(self, number: int) -> Sequence[RecordEntry]:
        found = read_index(self._folder, self._key, self._place, number)
        if found is not None and (number < self._head.segment or self._is_whole(found)):
            return found
        end = self._end_of(number)
        return read_segment(self._folder, self._key, self._place, number, end).entries

    def _is_whole(self, entries: Sequence[RecordEntry]) -> bool:
        """Return whether an index of the last segment goes up to the head and no further."""
        return bool(entries) and entries[-1].index + 1 == self._head.count

    @cached_property
    def _by_sequence(self) -> dict[int, tuple[int, RecordEntry]]:
        return {entry.sequence: (segment, entry) for segment, entry in self._entries}

    @cached_property
    def _start_us(self) -> int:
        return min(entry.received_us for _, entry in self._entries)

    @cached_property
    def _sounds(self) -> Sequence[SoundPiece]:
        return SoundPiece.place_all(self._entries, self._start_us) if self._entries else ()


def segment_hash(number: int, entries: Iterable[RecordEntry]) -> SegmentHash:
    """Return what is said of a segment in the evidence."""
    listed = list(entries)
    digest = hashlib.sha256(b"".join(one.digest for one in listed)).hexdigest()
    return SegmentHash(number, len(listed), listed[0].sequence, listed[-1].sequence, digest)


def _lay(samples: bytearray, first: int, piece: SoundPiece, data: bytes) -> None:
    """Copy the part of a piece that belongs to a stretch. first: sample that it begins with."""
    begin = max(piece.first, first)
    end = min(piece.last, first + len(samples) // SAMPLE_BYTES)
    part = data[(begin - piece.first) * SAMPLE_BYTES : (end - piece.first) * SAMPLE_BYTES]
    at = (begin - first) * SAMPLE_BYTES
    samples[at : at + len(part)] = part


def _wav(samples: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(samples)
    return file.getvalue()
