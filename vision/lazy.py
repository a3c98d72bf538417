"""A value that is computed when it is first asked for, and only once."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """One value behind one lock: of several threads that ask, one computes and the others wait.

    A computation that fails is not tried again: everyone is told the same error.
    """

    def __init__(self, compute: Callable[[], T]) -> None:
        self._compute: Callable[[], T] | None = compute
        self._lock = threading.Lock()
        self._value: T | None = None
        self._error: BaseException | None = None

    def get(self) -> T:
        """Return the value; raises what computing it raised."""
        with self._lock:
            if self._compute is not None:
                self._fill(self._compute)
                self._compute = None  # What it holds on to is no longer needed.
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]

    def _fill(self, compute: Callable[[], T]) -> None:
        try:
            self._value = compute()
        except Exception as error:
            self._error = error
