"""One camera's way to the server, over as many streams as it takes."""

import asyncio
from typing import TYPE_CHECKING

from base.errors import (
    InvalidInputError,
    LinkLostError,
    MessageTooLargeError,
    SmartBranchError,
)
from branch_edge.spool.spool import Spool
from branch_edge.tasks import until_first_ends
from branch_edge.uplink.availability import LinkWatch
from branch_edge.uplink.backoff import Backoff
from branch_edge.uplink.channel import ServerLink
from branch_edge.uplink.failures import needs_a_person
from branch_edge.uplink.port import CameraPort, OrderedFrame
from branch_edge.uplink.stream import MAX_WINDOW, CameraStream, Sender
from protos.smartbranch.edge.v1.edge_service_pb2_grpc import EdgeServiceStub

if TYPE_CHECKING:
    from protos.smartbranch.edge.v1.edge_service_pb2_grpc import EdgeServiceAsyncStub

# A link that held for so long was a good one.
_HELD_S = 10.0
# Acknowledgements after which records are trusted to be taken again.
_TRUSTED_AFTER = 64
# What the server answers to a record that it will never take.
_REFUSED = (InvalidInputError, MessageTooLargeError)


class CameraLink:
    """Opens a stream, and the next one when it breaks, until it is cancelled.

    A record that the server refuses is dropped, and counted, once it is certain which one it is:
    the server names it, or after a refusal records go one by one.
    """

    def __init__(
        self,
        link: ServerLink,
        sender: Sender,
        port: CameraPort,
        spool: Spool,
        watch: LinkWatch,
        backoff: Backoff,
    ) -> None:
        self._link = link
        self._sender = sender
        self._port = port
        self._spool = spool
        self._watch = watch
        self._backoff = backoff
        self._stream: CameraStream | None = None
        self._is_careful = False

    @property
    def is_open(self) -> bool:
        """Whether the server listens."""
        return self._stream is not None and self._stream.is_open

    def offer(self, frame: OrderedFrame) -> None:
        """Send a frame that was asked for, if anybody is there."""
        if self._stream is not None and self._stream.is_open:
            self._stream.offer(frame)

    async def run(self) -> None:
        """Carry the camera's records for ever."""
        name, clock = self._port.name, self._sender.clock
        while True:
            began_s = clock.monotonic()
            error = await self._carry()
            if error is None:
                self._watch.closed(name)
                continue
            is_slow = needs_a_person(error)
            self._watch.lost(name, error, is_slow)
            if clock.monotonic() - began_s > _HELD_S:
                self._backoff.reset()
            await asyncio.sleep(self._backoff.wait_s(is_slow))

    async def _carry(self) -> SmartBranchError | None:
        """Run one stream; return what ended it, None if the certificate was renewed."""
        stub: EdgeServiceAsyncStub = EdgeServiceStub(self._link.channel)
        most = 1 if self._is_careful else MAX_WINDOW
        call = stub.StreamCamera()
        self._stream = stream = CameraStream(call, self._sender, self._port, self._spool, most)
        renewed = self._link.renewed
        try:
            await until_first_ends(stream.carry(self._opened), _wait(renewed))
        except SmartBranchError as error:
            if stream.is_open and _is_about_a_record(error):
                await self._suspect(stream, error)
                return LinkLostError(f"a record was refused: {error.message}")
            return error
        finally:
            self._stream = None
            if stream.acknowledged_count >= _TRUSTED_AFTER:
                self._is_careful = False
        return None

    def _opened(self) -> None:
        self._watch.opened(self._port.name)

    async def _suspect(self, stream: CameraStream, error: SmartBranchError) -> None:
        """Drop the one record that is meant, or let the next ones go one by one."""
        sequence = _blamed(stream, error)
        if sequence is None and self._is_careful and len(stream.in_flight) == 1:
            sequence = stream.in_flight[0]
        self._is_careful = True
        if sequence is None:
            return
        await self._spool.refuse(self._port.name, sequence)
        self._sender.log.error(
            "record refused and dropped",
            camera=self._port.name,
            sequence=sequence,
            reason=error.reason,
            text=error.message,
        )


def _is_about_a_record(error: SmartBranchError) -> bool:
    """Return whether a refusal may be meant for a record, and not for what goes beside them."""
    is_named = "sequence" in error.metadata
    field = error.metadata.get("field", "record")
    return isinstance(error, _REFUSED) and (is_named or field.startswith("record"))


def _blamed(stream: CameraStream, error: SmartBranchError) -> int | None:
    """Return the number that a refusal names, None if it names none that was on its way."""
    named = error.metadata.get("sequence", "")
    sequence = int(named) if named.isdecimal() else 0
    return sequence if sequence in stream.in_flight else None


async def _wait(event: asyncio.Event) -> None:
    await event.wait()
