"""A recording of a few made-up pictures, in segments that are soon full."""

import random
from pathlib import Path

from serving.crypto.key import Key
from serving.interview.recording import Recorder, open_recorder
from serving.interview.recording_types import (
    HeadBook,
    RecordingHead,
    RecordingLimits,
    RecordingPlace,
)
from serving.streams.types import Chunk, Codec
from tests.support.galleries import START, ManualClock

KEY = Key(bytes(range(32)))
PLACE = RecordingPlace("bank-a", "iv-1", "p-1")
# Small enough for a recording of a few chunks to have several segments.
LIMITS = RecordingLimits(segment_bytes=2_000)
SOUND = 320  # Samples of 20 ms.
# What stands before a sealed record of a picture of 500 bytes: header, track and seal are the rest.
RECORD_LENGTH = (500 + 71 + 6 + 29).to_bytes(4, "big")


class MemoryBook:
    """Notes heads like the database does."""

    def __init__(self) -> None:
        self.heads: dict[RecordingPlace, RecordingHead] = {}

    def note(self, place: RecordingPlace, head: RecordingHead) -> None:
        self.heads[place] = head

    def find(self, place: RecordingPlace) -> RecordingHead | None:
        return self.heads.get(place)


def picture(sequence: int, size: int = 500) -> Chunk:
    data = random.Random(sequence).randbytes(size)
    return Chunk(sequence, "camera", Codec.JPEG, data, sequence / 15, START, 0.0)


def sound(sequence: int, level: int) -> Chunk:
    data = level.to_bytes(2, "little") * SOUND
    return Chunk(sequence, "microphone", Codec.PCM_S16LE_16KHZ, data, None, None, 0.0)


def open_at(
    folder: Path,
    clock: ManualClock | None = None,
    limits: RecordingLimits = LIMITS,
    book: HeadBook | None = None,
) -> Recorder:
    return open_recorder(folder, KEY, PLACE, clock or ManualClock(), limits, book)


def append_all(recorder: Recorder, first: int, last: int) -> None:
    for sequence in range(first, last + 1):
        recorder.append(picture(sequence))


def record(folder: Path, first: int, last: int, book: HeadBook | None = None) -> None:
    recorder = open_at(folder, book=book)
    for sequence in range(first, last + 1):
        recorder.append(picture(sequence))
        if sequence % 2 == 0:
            recorder.flush()
    recorder.close()
