"""How many fields a message has, told before it is parsed."""

MAX_FIELDS = 1024  # Of the top level. An enrolment has 16 pictures and a few more fields.
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SIZE = {_FIXED64: 8, _FIXED32: 4}


def has_too_many_fields(data: bytes) -> bool:
    """Return whether a serialised message has more than MAX_FIELDS fields, or groups.

    A parser makes an object of each element of a list, so that 30 MB of empty elements take 600 MB.
    Lists are at the top level of our requests, groups are in none. Broken bytes are the parser's
    to refuse.
    """
    position = 0
    try:
        for _ in range(MAX_FIELDS):
            if position >= len(data):
                return False
            tag, position = _read_varint(data, position)
            kind = tag & 7
            if kind == _VARINT:
                _, position = _read_varint(data, position)
            elif kind == _BYTES:
                size, position = _read_varint(data, position)
                position += size
            elif kind in _SIZE:
                position += _SIZE[kind]
            else:
                return True
    except IndexError:
        return False
    return position < len(data)


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        # The longest varint has 10 bytes; without an end, broken bytes would cost square time.
        if byte < 0x80 or shift >= 70:
            return value, position
