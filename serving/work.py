"""What one request may still do: its deadline, and whether anybody waits for it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from typing import TypeVar

from base.clock import Clock
from base.errors import DeadlineExceededError
from inference.engine import Engine, Tensors

T = TypeVar("T")


class Work:
    """The blocking work of one request.

    Cancelling it drops what no model has begun and stops the rest at its next step.
    deadline_s: monotonic.
    """

    def __init__(self, deadline_s: float, clock: Clock) -> None:
        self.deadline_s = deadline_s
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: set[Future[Tensors]] = set()
        self._is_cancelled = False

    def call(self, function: Callable[[], T]) -> T:
        """Run `function` in this thread as part of this work."""
        token = _current.set(self)
        try:
            self.check()
            return function()
        finally:
            _current.reset(token)

    def check(self) -> None:
        """Raise DeadlineExceededError if nobody waits for an answer any more."""
        if self._is_cancelled or self._clock.monotonic() >= self.deadline_s:
            raise DeadlineExceededError(
                "nobody waits for the answer any more; the work was dropped"
            )

    def cancel(self) -> None:
        """Drop everything that has not begun."""
        with self._lock:
            self._is_cancelled = True
            pending = list(self._pending)
        for future in pending:
            future.cancel()

    def track(self, future: "Future[Tensors]") -> None:
        """Let `future` end with this work."""
        with self._lock:
            is_late = self._is_cancelled
            if not is_late:
                self._pending.add(future)
        if is_late:
            future.cancel()
        else:
            future.add_done_callback(self._forget)

    def _forget(self, future: "Future[Tensors]") -> None:
        with self._lock:
            self._pending.discard(future)


_current: ContextVar[Work | None] = ContextVar("work", default=None)


def current_work() -> Work | None:
    """Return the request that this thread works for, if any."""
    return _current.get()


def check_current_work() -> None:
    """Stop the work of this thread where nobody waits for it. Raises DeadlineExceededError."""
    work = _current.get()
    if work is not None:
        work.check()


class BoundEngine:
    """An engine whose items inherit deadline and cancellation from the request at hand."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def submit(
        self, model_id: str, inputs: Tensors, *, deadline_s: float | None = None
    ) -> "Future[Tensors]":
        """Queue one item for the request that this thread works for."""
        work = _current.get()
        if work is None:
            return self._engine.submit(model_id, inputs, deadline_s=deadline_s)
        work.check()
        limit = work.deadline_s if deadline_s is None else min(deadline_s, work.deadline_s)
        future = self._engine.submit(model_id, inputs, deadline_s=limit)
        work.track(future)
        return future
