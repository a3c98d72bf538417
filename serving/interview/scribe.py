"""The one thread that writes what attendances record to the disk."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from base.clock import Clock
from serving.streams.types import Chunk

# Streams that wait for the disk share its writes; a client waits this much longer for its
# acknowledgement, and never for a prompt.
GROUP_S = 0.1


class Recorder(Protocol):
    """Where one participant's chunks are written; `append` and `flush` in different threads."""

    @property
    def last_sequence(self) -> int:
        """The last chunk that was written before, 0 for none."""
        ...

    def append(self, chunk: Chunk) -> None:
        """Keep a chunk in memory. Raises RecordingFullError."""
        ...

    def flush(self) -> int:
        """Write what is kept, and return the last chunk that outlasts a crash."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


@dataclass(eq=False)
class Seat:
    """One recorder at the scribe's table.

    on_safe: told the last chunk that is written. on_failure: told why no more is. Both are called
    in the scribe's thread.
    """

    recorder: Recorder
    on_safe: Callable[[int], None]
    on_failure: Callable[[Exception], None]
    has_news: bool = False
    has_failed: bool = False
    leaving: "Future[None] | None" = None


class Scribe:
    """Flushes every recorder that has news, in turn, ten times a second; idle without news."""

    def __init__(self, clock: Clock, group_s: float = GROUP_S) -> None:
        self._clock = clock
        self._group_s = group_s
        self._seats: set[Seat] = set()
        self._changed = threading.Condition()
        self._is_closing = False
        self._thread: threading.Thread | None = None

    def join(
        self,
        recorder: Recorder,
        on_safe: Callable[[int], None],
        on_failure: Callable[[Exception], None],
    ) -> Seat:
        """Take a recorder in."""
        seat = Seat(recorder, on_safe, on_failure)
        with self._changed:
            self._seats.add(seat)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="scribe", daemon=True)
                self._thread.start()
        return seat

    def note(self, seat: Seat) -> None:
        """Say that a recorder has something to write."""
        with self._changed:
            seat.has_news = True
            self._changed.notify()

    def leave(self, seat: Seat) -> "Future[None]":
        """Write what is left of a recorder and close it."""
        with self._changed:
            seat.leaving = seat.leaving or Future()
            self._changed.notify()
        return seat.leaving

    def close(self) -> None:
        """Write what is left of all, and end the thread."""
        with self._changed:
            self._is_closing = True
            for seat in self._seats:
                seat.leaving = seat.leaving or Future()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (seats := self._next()) is not None:
            began_s = self._clock.monotonic()
            for seat in seats:
                self._write(seat)
            self._rest(began_s)

    def _next(self) -> list[Seat] | None:
        """Return who has something to write, None at the end."""
        with self._changed:
            while True:
                seats = [one for one in self._seats if one.has_news or one.leaving is not None]
                if seats:
                    return seats
                if self._is_closing:
                    return None
                self._changed.wait()

    def _rest(self, began_s: float) -> None:
        """Let news gather, unless somebody leaves."""
        until_s = began_s + self._group_s
        with self._changed:
            while (left_s := until_s - self._clock.monotonic()) > 0:
                if any(one.leaving is not None for one in self._seats):
                    return
                self._changed.wait(left_s)

    def _write(self, seat: Seat) -> None:
        leaving = seat.leaving
        if not seat.has_failed:
            try:
                seat.has_news = False  # What comes from here on is written with the next group.
                seat.on_safe(seat.recorder.flush())
            except Exception as error:
                seat.has_failed = True
                seat.on_failure(error)
        if leaving is not None:
            self._see_off(seat, leaving)

    def _see_off(self, seat: Seat, leaving: "Future[None]") -> None:
        with self._changed:
            self._seats.discard(seat)
        try:
            seat.recorder.close()
        except Exception as error:
            leaving.set_exception(error)
        else:
            leaving.set_result(None)
