"""How a frame was encoded: codec, size and tables; what is encoded otherwise has another source."""

import hashlib
import struct
from dataclasses import dataclass
from functools import cache

import numpy as np

# Start of frame: baseline, extended and progressive, by Huffman or arithmetic coding (ITU-T T.81,
# table B.1); 0xC4, 0xC8 and 0xCC are something else.
_FRAME_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES, _SCAN, _END = 0xDB, 0xDA, 0xD9
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_MAX_SEGMENTS = 256
_DIGEST_CHARS = 16
# The luminance table of ITU-T T.81, annex K, by rows; libjpeg and what descends from it scale it.
_STANDARD = np.array(
    """16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56
    14 17 22 29 51 87 80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92
    49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99""".split(),
    np.int64,
)
_PNG_SIGNATURE, _PNG_SIZE = b"\x89PNG\r\n\x1a\n", slice(16, 24)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a frame was encoded.

    codec: in FFmpeg's words. width, height: as encoded, before any turn. digest: of the JPEG's
    quantisation tables and subsampling, or of a film's parameter sets; empty where there are none.
    is_standard: of a JPEG, whether its tables are the standard's, scaled, as libjpeg and browsers
        write them; None where that is not known. Cameras and telephones bring their own.
    """

    codec: str
    width: int
    height: int
    digest: str = ""
    is_standard: bool | None = None


def picture_encoding(data: bytes) -> Encoding | None:
    """Return how a JPEG or PNG was encoded, None if its header does not say; reads no pixel."""
    try:
        if data.startswith(_PNG_SIGNATURE):
            return Encoding("png", *struct.unpack(">II", data[_PNG_SIZE]))
        return _jpeg_encoding(data) if data.startswith(b"\xff\xd8") else None
    except (struct.error, IndexError):
        return None


def film_encoding(codec: str, width: int, height: int, extradata: bytes | None) -> Encoding:
    """Return how a film's frame was encoded. extradata: the codec's parameter sets."""
    return Encoding(codec, width, height, _digest(extradata) if extradata else "")


def _jpeg_encoding(data: bytes) -> Encoding | None:
    """Read the segments of a JPEG up to its first scan."""
    tables: dict[int, bytes] = {}
    frame = b""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in (_SCAN, _END):
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if marker == _TABLES:
            tables |= _read_tables(body)
        elif marker in _FRAME_STARTS:
            frame = body
        at += 2 + length
    if len(frame) < 6:
        return None
    height, width = struct.unpack_from(">HH", frame, 1)
    subsampling = frame[7::3]
    described = b"".join(bytes([name]) + tables[name] for name in sorted(tables))
    is_standard = tables.get(0) in _standard_tables()
    return Encoding("mjpeg", width, height, _digest(described + subsampling), is_standard)


def _read_tables(body: bytes) -> dict[int, bytes]:
    """Return the tables of one segment by number, each as 64 values in zigzag order."""
    tables, at = {}, 0
    while at < len(body):
        is_wide, name = body[at] >> 4 > 0, body[at] & 0x0F
        size = 128 if is_wide else 64
        tables[name] = body[at + 1 : at + 1 + size]
        at += 1 + size
    return tables


@cache
def _standard_tables() -> frozenset[bytes]:
    """Return the standard's luminance table at each of libjpeg's hundred qualities, in zigzag."""
    order = sorted(range(64), key=_zigzag_key)
    tables = set()
    for quality in range(1, 101):
        scale = 5000 // quality if quality < 50 else 200 - 2 * quality
        scaled = np.clip((_STANDARD * scale + 50) // 100, 1, 255).astype(np.uint8)
        tables.add(scaled[order].tobytes())
    return frozenset(tables)


def _zigzag_key(place: int) -> tuple[int, int]:
    row, column = divmod(place, 8)
    diagonal = row + column
    return diagonal, row if diagonal % 2 else column


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGEST_CHARS]
