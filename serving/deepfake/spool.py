"""The file of a clip, from its first part until it is judged."""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar

from base.errors import ClipTooLargeError, StorageFailedError

T = TypeVar("T")


class Spool:
    """A bounded temporary file without a name: it is gone with whoever has it open, by any end.

    It is reached through /proc, so a reader can open it and nobody finds it. file: what is there
    already, which becomes the spool's.
    """

    def __init__(self, max_bytes: int, file: IO[bytes] | None = None) -> None:
        self._max_bytes = max_bytes
        self._file = file or tempfile.TemporaryFile(prefix="smartbranch-clip-")
        self._lock = threading.Lock()
        self._is_used = self._is_closed = False
        self.byte_count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, part: bytes) -> None:
        """Add a part. Raises ClipTooLargeError and StorageFailedError."""
        self.byte_count += len(part)
        if self.byte_count > self._max_bytes:
            raise ClipTooLargeError(
                f"the clip has more than {self._max_bytes} bytes", max_bytes=self._max_bytes
            )
        try:
            self._file.write(part)
        except OSError as error:
            raise StorageFailedError("there is no room for the clip's file") from error

    def use(self, function: Callable[[Path], T]) -> T:
        """Call `function` with the file's path.

        The file stays open for it, however soon `close` is called: its number must not become
        that of somebody else's clip while it is read. Raises ValueError for a closed spool.
        """
        with self._lock:
            if self._is_closed:
                raise ValueError("the spool is closed")
            self._is_used = True
        try:
            self._file.flush()
            return function(Path(f"/proc/self/fd/{self._file.fileno()}"))
        finally:
            with self._lock:
                self._is_used = False
                is_last = self._is_closed
            if is_last:
                self._file.close()

    def close(self) -> None:
        """Let go of the file, or leave that to `use` where it is under way."""
        with self._lock:
            is_first, self._is_closed = not self._is_closed, True
            is_last = is_first and not self._is_used
        if is_last:
            self._file.close()
