"""Where records of boxes go."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from serving.edge.types import EdgeCamera, EdgeEvent
from serving.storage.database import Transaction

Commit = Callable[[Transaction], None]


class EdgeSink(Protocol):
    """Takes what cameras tell. Blocking; called in order for one camera, in any thread."""

    def prepare(self, event: EdgeEvent) -> Commit:
        """Do what takes long, and return what writes it down.

        The returned function is called in the transaction that also notes the record's number, so
        that a record counts once. It is not called if the number was taken meanwhile. What it
        changes in memory must be undone or read again if the transaction fails after it; it is
        called once more then, in another one. Records of several cameras may share a transaction.
        """
        ...

    def connected(self, camera: EdgeCamera, at: datetime) -> None:
        """Note that a camera's stream is open."""
        ...

    def disconnected(self, camera: EdgeCamera, at: datetime) -> None:
        """Note that it is not any more."""
        ...


class NoSink:
    """Takes what cameras tell where no lobby is set up: numbers are noted, and nothing else."""

    def prepare(self, event: EdgeEvent) -> Commit:
        """Return what writes nothing."""
        return lambda transaction: None

    def connected(self, camera: EdgeCamera, at: datetime) -> None:
        """Do nothing."""

    def disconnected(self, camera: EdgeCamera, at: datetime) -> None:
        """Do nothing."""
