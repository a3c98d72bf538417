"""Records that came and were not taken yet: bounded in number and in bytes."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from base.errors import InvalidArgumentError
from protos.smartbranch.edge.v1.edge_pb2 import EdgeRecord

MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record and when it came: that, and not when it is taken, says whether it is late."""

    record: EdgeRecord
    received_at: datetime


class RecordBacklog:
    """Keeps records in order; for one event loop.

    A box that keeps to the window never has more than `window` here; one that does not is refused.
    Whoever puts waits while `MAX_BYTES` are here: nothing more is read, and the box's own writing
    comes to a stop.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._records: deque[Arrival] = deque()
        self._bytes = 0
        self._changed = asyncio.Condition()

    async def put(self, arrival: Arrival, can_wait: bool) -> None:
        """Add a record. can_wait: False while what others wait for comes the same way.

        Raises InvalidArgumentError if the window is exceeded.
        """
        if len(self._records) >= self._window:
            raise InvalidArgumentError(
                f"more than {self._window} records came without an acknowledgement",
                field="record.sequence",
                sequence=arrival.record.sequence,
            )
        async with self._changed:
            if can_wait:
                await self._changed.wait_for(lambda: self._bytes < MAX_BYTES)
            self._records.append(arrival)
            self._bytes += arrival.record.ByteSize()
            self._changed.notify_all()

    async def first(self) -> Arrival:
        """Return the oldest record, once there is one; it stays here until `done`."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._records))
            return self._records[0]

    async def done(self) -> None:
        """Let go of the oldest record."""
        async with self._changed:
            self._bytes -= self._records.popleft().record.ByteSize()
            self._changed.notify_all()

    async def drained(self) -> None:
        """Wait until every record is done."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._records)
