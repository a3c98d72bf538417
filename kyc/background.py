"""Where slow checks run, so that they never delay a prompt."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

T = TypeVar("T")


class Background(Protocol):
    """Runs functions one after another beside the stream; at most a few wait."""

    def submit(self, function: Callable[[], T]) -> Future[T]:
        """Run it soon. Raises QueueFullError where too much waits already."""
        ...


class Now:
    """Runs functions at once, for files and tests."""

    def submit(self, function: Callable[[], T]) -> Future[T]:
        """Run it now."""
        future: Future[T] = Future()
        try:
            future.set_result(function())
        except Exception as error:
            future.set_exception(error)
        return future
