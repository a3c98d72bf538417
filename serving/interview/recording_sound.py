"""Where pieces of sound belong in a recording's time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from serving.interview.recording_types import RecordEntry, SoundSpan
from serving.streams.types import Codec

SAMPLE_RATE = 16_000
SAMPLE_BYTES = 2
# Pieces come in bursts; only a longer wait than this is a gap.
_GAP_SAMPLES = SAMPLE_RATE // 2
_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class SoundPiece:
    """One chunk of sound. first, last: samples from the beginning of all, last exclusive."""

    segment: int
    entry: RecordEntry
    first: int
    last: int

    @classmethod
    def place_all(
        cls, entries: Iterable[tuple[int, RecordEntry]], start_us: int
    ) -> tuple[Self, ...]:
        """Return every piece of sound: one behind the other, unless nothing came for a while."""
        pieces: list[Self] = []
        at = 0
        for segment, entry in entries:
            if entry.codec is not Codec.PCM_S16LE_16KHZ:
                continue
            count = entry.byte_count // SAMPLE_BYTES
            # A piece is here when it was over.
            arrived = (entry.received_us - start_us) * SAMPLE_RATE // _SECOND_US - count
            if arrived > at + _GAP_SAMPLES:
                at = arrived
            pieces.append(cls(segment, entry, at, at + count))
            at += count
        return tuple(pieces)


def spans(pieces: Sequence[SoundPiece]) -> tuple[SoundSpan, ...]:
    """Return the stretches of sound without a gap."""
    found: list[list[int]] = []
    for piece in pieces:
        if found and found[-1][1] == piece.first:
            found[-1][1] = piece.last
        else:
            found.append([piece.first, piece.last])
    return tuple(SoundSpan(first / SAMPLE_RATE, last / SAMPLE_RATE) for first, last in found)
