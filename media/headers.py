"""The two header fields that are read by hand, because reading them must not fail or allocate."""

import struct

_ORIENTATION_TAG = 0x0112
_SHORT = 3
_UPRIGHT = 1


def webp_size_wh(data: bytes) -> tuple[int, int]:
    """Return width and height of a WebP file (RFC 9649, sections 2.5 to 2.7).

    Raises ValueError or struct.error if the header is cut off or of no known kind.
    """
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no VP8, VP8L or VP8X chunk where a WebP file has one")


def jpeg_orientation(exif: bytes) -> int:
    """Return EXIF tag 274 (1 to 8), or 1 where it is absent or cannot be read.

    exif: the block as Pillow hands it over, with or without the `Exif` prefix.
    """
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None:
        return _UPRIGHT
    try:
        return _find_orientation(tiff, order)
    except struct.error:
        return _UPRIGHT


def _find_orientation(tiff: bytes, order: str) -> int:
    (directory,) = struct.unpack_from(order + "I", tiff, 4)
    (entry_count,) = struct.unpack_from(order + "H", tiff, directory)
    for entry in range(entry_count):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, directory + 2 + 12 * entry)
        if tag == _ORIENTATION_TAG:
            return int(value) if kind == _SHORT and 1 <= value <= 8 else _UPRIGHT
    return _UPRIGHT
