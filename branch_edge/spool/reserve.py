"""Numbers set aside for times when the disk is full: none may ever be given twice."""

import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path

from base.errors import SpoolFailedError
from branch_edge.spool.types import Tally

# Two places, written in turn: one of them is whole, whenever the power goes.
_SLOT_BYTES = 4096
_SLOTS = 2


class Reserve:
    """A small file of a fixed size that is written in place, which takes no room on a full disk.

    It says up to which number each camera may go on without the database; a later start goes on
    behind that. Empty in ordinary times. Blocking; for one thread at a time.
    """

    def __init__(self, path: Path) -> None:
        """Open or make the file. Raises SpoolFailedError."""
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if os.fstat(self._file).st_size < _SLOTS * _SLOT_BYTES:
                os.pwrite(self._file, bytes(_SLOTS * _SLOT_BYTES), 0)
                os.fsync(self._file)
            slots = [_read(self._file, slot) for slot in range(_SLOTS)]
        except OSError as error:
            raise SpoolFailedError(f"{path} cannot be used: {error.strerror}") from error
        self._count, self._numbers = max(slots, key=lambda slot: slot[0])

    @property
    def numbers(self) -> Mapping[str, int]:
        """The last number that may be given without the database, by camera."""
        return self._numbers

    def behind(self, tallies: Mapping[str, Tally]) -> dict[str, int]:
        """Return the last number that may have been given, by camera."""
        last = {camera: tally.last_sequence for camera, tally in tallies.items()}
        return last | {
            camera: max(last.get(camera, 0), number) for camera, number in self._numbers.items()
        }

    def put(self, numbers: Mapping[str, int]) -> None:
        """Set the numbers, durably. Raises OSError, and ValueError for too many cameras."""
        count = self._count + 1
        body = json.dumps({"count": count, "numbers": dict(numbers)}).encode()
        record = zlib.crc32(body).to_bytes(4) + len(body).to_bytes(4) + body
        if len(record) > _SLOT_BYTES:
            raise ValueError("too many cameras for the reserve of numbers")
        os.pwrite(self._file, record, count % _SLOTS * _SLOT_BYTES)
        os.fdatasync(self._file)
        self._count, self._numbers = count, dict(numbers)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _read(file: int, slot: int) -> tuple[int, dict[str, int]]:
    """Return how often the file was written when this place was, and what it says."""
    data = os.pread(file, _SLOT_BYTES, slot * _SLOT_BYTES)
    size = int.from_bytes(data[4:8])
    body = data[8 : 8 + size]
    if not size or len(body) != size or zlib.crc32(body) != int.from_bytes(data[:4]):
        return 0, {}
    content = json.loads(body)
    return content["count"], content["numbers"]
