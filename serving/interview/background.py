"""Slow checks, beside the streams: few threads of low priority, and queues with an end."""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from base.errors import InferenceFailedError, QueueFullError, SmartBranchError

T = TypeVar("T")
_log = logging.getLogger(__name__)
NICE = 10  # Behind everything that a participant waits for.
MAX_WAITING = 16


class LowPool:
    """Threads that all attendances share."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, "slow-check", _be_nice)

    def lane(self) -> "Lane":
        """Return what one attendance submits to."""
        return Lane(self._pool.submit)

    def close(self) -> None:
        """Drop what has not begun and wait for the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class Lane:
    """Runs one attendance's functions, one after another; `kyc.background.Background`.

    Nobody's lane waits behind another's queue, since each gives a thread one function at a time.
    """

    def __init__(self, start: Callable[[Callable[[], None]], object]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_running = False

    def submit(self, function: Callable[[], T]) -> "Future[T]":
        """Run it soon. Raises QueueFullError where too much waits already."""
        future: Future[T] = Future()
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                raise QueueFullError("too many slow checks wait already; ask again in a moment")
            self._waiting.append(lambda: _fulfil(future, function))
            must_start, self._is_running = not self._is_running, True
        if must_start:
            self._start(self._run_next)
        return future

    def close(self) -> None:
        """Drop what has not begun."""
        with self._lock:
            self._waiting.clear()

    def _run_next(self) -> None:
        with self._lock:
            if not self._waiting:
                self._is_running = False
                return
            job = self._waiting.popleft()
        job()
        # At the end of the queue: other lanes come first. A pool that is shut takes nothing.
        with suppress(RuntimeError):
            self._start(self._run_next)


def _fulfil(future: "Future[T]", function: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(function())
    except SmartBranchError as error:
        future.set_exception(error)
    except Exception:  # One check's fault is not the end of an attendance.
        _log.exception("a slow check failed")
        future.set_exception(InferenceFailedError("a check failed by a fault of ours"))


def _be_nice() -> None:
    # Linux gives each thread a priority of its own; elsewhere it stays as it is.
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
