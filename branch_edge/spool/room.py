"""Disk space that is kept for the spool to be opened in, when others have filled the rest."""

import os
from contextlib import suppress
from pathlib import Path

# Twice what SQLite's log has when it is put back into the file.
ROOM_BYTES = 2 * 1024 * 1024


class Room:
    """A file that is there to be removed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self) -> None:
        """Take the space, if it is to be had."""
        with suppress(OSError):
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(handle, 0, ROOM_BYTES)
            finally:
                os.close(handle)

    def give(self) -> bool:
        """Let go of the space; return whether there was any."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
