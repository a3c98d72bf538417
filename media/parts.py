"""How many parts a picture file is cut into, told before a decoder walks through them.

Decoders take a pass over all pixels for each scan of a JPEG, and a moment of the interpreter for
each segment or chunk, whatever its length: a file of 2 MB can ask for minutes.
"""

import re

MAX_SCANS = 64  # Encoders write 10 for a progressive picture, 4 otherwise.
MAX_SEGMENTS = 4096
MAX_PADDING_BYTES = 4096
MAX_CHUNKS = 65_536  # libpng writes a chunk for every 8 KiB.
# A marker of a JPEG; what a scan escapes and where it restarts are none (ITU-T T.81, B.1.1).
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_END, _SCAN, _ALONE = b"\xd9", b"\xda", (b"\x01", b"\xd8")


def has_too_many_parts(data: bytes) -> bool:
    """Return whether a JPEG or PNG file has more parts than an encoder would give it."""
    if data.startswith(b"\xff\xd8"):
        return _is_jpeg_crumbled(data)
    return data.startswith(b"\x89PNG") and _is_png_crumbled(data)


def _is_jpeg_crumbled(data: bytes) -> bool:
    position = scan_count = padding_bytes = 0
    for _ in range(MAX_SEGMENTS):
        marker = _MARKER.search(data, position)
        if not scan_count:
            padding_bytes += (marker.start() if marker else len(data)) - position
        if padding_bytes > MAX_PADDING_BYTES:
            return True
        if marker is None or marker[1] == _END:
            return False
        scan_count += marker[1] == _SCAN
        if scan_count > MAX_SCANS:
            return True
        position = marker.end()
        if marker[1] not in _ALONE:
            position += max(2, int.from_bytes(data[position : position + 2], "big"))
    return True


def _is_png_crumbled(data: bytes) -> bool:
    position = 8
    for _ in range(MAX_CHUNKS):
        if position + 8 > len(data):
            return False
        position += 12 + int.from_bytes(data[position : position + 4], "big")
    return True
