"""Between a camera's thread and the event loop: the newest frame, and never two."""

import asyncio
import threading
from contextlib import suppress

from base.errors import SmartBranchError, SourceEndedError
from media.frame import Frame


class LatestFrame:
    """One-slot mailbox: a slow reader gets the newest frame; drops are counted.

    Any thread may put; one task of one event loop gets.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._end: SmartBranchError | None = None
        self._wake: asyncio.Future[None] | None = None
        self.dropped_count = 0

    def put(self, frame: Frame) -> None:
        """Leave a frame; one that nobody took is dropped and counted."""
        with self._changed:
            if self._end is not None:
                return
            self.dropped_count += self._frame is not None
            self._frame = frame
            self._wake_reader()

    def put_when_free(self, frame: Frame) -> None:
        """Leave a frame once the one before it was taken; for files that are read in full."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is None or self._end is not None)
        self.put(frame)

    def end(self, error: SmartBranchError, keeps_last: bool = True) -> None:
        """Let the reader have `error` from now on, after the last frame if that is kept."""
        with self._changed:
            if self._end is None:
                self._end = error
            if not keeps_last:
                self._frame = None
            self._changed.notify_all()
            self._wake_reader()

    async def get(self) -> Frame:
        """Return the newest frame that was not returned before, when there is one.

        Raises the error that `end` was given.
        """
        while True:
            with self._changed:
                if self._frame is not None:
                    frame, self._frame = self._frame, None
                    self._changed.notify_all()
                    return frame
                if self._end is not None:
                    raise _anew(self._end)
                self._wake = wake = asyncio.get_running_loop().create_future()
            await wake

    def _wake_reader(self) -> None:
        wake, self._wake = self._wake, None
        if wake is None:
            return
        # A loop that was closed has no reader left.
        with suppress(RuntimeError):
            wake.get_loop().call_soon_threadsafe(_finish, wake)


def _finish(wake: asyncio.Future[None]) -> None:
    if not wake.done():
        wake.set_result(None)


def _anew(error: SmartBranchError) -> SmartBranchError:
    """Return the same error without the trace of an earlier raise."""
    return type(error)(error.message, **error.metadata)


def closed() -> SourceEndedError:
    """Return the end of a source that somebody closed."""
    return SourceEndedError("the source was closed")
