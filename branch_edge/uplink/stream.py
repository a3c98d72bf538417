"""One stream of one camera: from its hello until the link breaks."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

import grpc
from grpc.aio import AioRpcError, StreamStreamCall
from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import LinkLostError, ServerRefusedError, SmartBranchError
from branch_edge import wire
from branch_edge.spool.spool import Spool
from branch_edge.tasks import until_first_ends
from branch_edge.uplink.failures import ENDED, silence, to_error
from branch_edge.uplink.port import CameraPort, OrderedFrame
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages

Call = StreamStreamCall[messages.StreamCameraRequest, messages.StreamCameraResponse]
OPEN_S = 15.0
# Read from the spool at once; some are large.
READ_COUNT = 16
# Of the silence that the server allows, after which we say something.
_SPEAK_AT_SHARE = 1 / 3
_MIN_SILENCE_S, _MAX_SILENCE_S = 0.3, 600.0
MAX_WINDOW = 1024
# Pictures that wait; newer ones take the place of older ones.
MAX_FRAMES = 2
MAX_PROBES = 16


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks on every stream of a box. health_every_s: how often it says how it is."""

    device: str
    version: str
    clock: Clock
    log: FilteringBoundLogger
    health_every_s: float = 5.0


class CameraStream:
    """Carries one camera's records over one call.

    max_in_flight: fewer than the server's window, where a record is suspected of being refused.
    """

    def __init__(
        self,
        call: Call,
        sender: Sender,
        port: CameraPort,
        spool: Spool,
        max_in_flight: int = MAX_WINDOW,
    ) -> None:
        self._call = call
        self._sender = sender
        self._clock = sender.clock
        self._port = port
        self._spool = spool
        self._max_in_flight = max_in_flight
        self._window = 1
        self._silence_s = OPEN_S
        self._cursor = 0
        self._wake = asyncio.Event()
        self._probes: deque[int] = deque(maxlen=MAX_PROBES)
        self._frames: deque[OrderedFrame] = deque(maxlen=MAX_FRAMES)
        self._ready: deque[tuple[int, bytes]] = deque()
        self._said_s = self._health_s = sender.clock.monotonic()
        self._was_frame = False
        self.in_flight: deque[int] = deque()
        self.acknowledged_count = 0
        self.is_open = False

    async def carry(self, on_open: Callable[[], None]) -> None:
        """Open the stream, call `on_open`, and go on until it ends.

        Returns if the server ended it without a fault; else raises why.
        """
        self._spool.listen(self._port.name, self._wake.set)
        try:
            async with asyncio.timeout(OPEN_S):
                await self._open()
            self.is_open = True
            on_open()
            await until_first_ends(self._receive(), self._send())
        except TimeoutError:
            raise silence(OPEN_S) from None
        finally:
            self._port.forget_orders()
            self._call.cancel()

    def offer(self, frame: OrderedFrame) -> None:
        """Send a frame when there is room; one that is newer takes its place."""
        self._frames.append(frame)
        self._wake.set()

    async def _open(self) -> None:
        name = self._port.name
        hello = messages.CameraHello(
            camera=name,
            device=self._sender.device,
            agent_version=self._sender.version,
            scene_version=self._port.scene_version,
            oldest_sequence=await self._spool.oldest(name),
            display_name=self._port.display_name,
        )
        await self._write(messages.StreamCameraRequest(hello=hello))
        answer = await self._read()
        if answer.WhichOneof("payload") != "opened":
            raise ServerRefusedError("the server's first message does not open the stream")
        opened = answer.opened
        await self._spool.meet(name, opened.last_sequence)
        self._cursor = opened.last_sequence
        self._window = max(1, min(opened.window, MAX_WINDOW, self._max_in_flight))
        silence_s = opened.silence_limit.ToTimedelta().total_seconds()
        self._silence_s = min(max(silence_s, _MIN_SILENCE_S), _MAX_SILENCE_S)
        self._tell_health()
        await self._take_scene(opened.scene)

    async def _receive(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._silence_s):
                    message = await self._read()
            except TimeoutError:
                raise silence(self._silence_s) from None
            await self._take(message)

    async def _take(self, message: messages.StreamCameraResponse) -> None:
        kind = message.WhichOneof("payload")
        if kind == "ack":
            self._acknowledge(message.ack.sequence)
        elif kind == "probe":
            self._probes.append(message.probe.number)
        elif kind == "scene":
            await self._take_scene(message.scene)
        elif kind == "frames":
            self._port.take_order(wire.order_from(message.frames))
        self._wake.set()

    def _acknowledge(self, sequence: int) -> None:
        # Never more than was sent: what the server has not seen must not be deleted.
        while self.in_flight and self.in_flight[0] <= sequence:
            done = self.in_flight.popleft()
            self.acknowledged_count += 1
            self._spool.acknowledge(self._port.name, done)

    async def _take_scene(self, message: wire.SceneMessage) -> None:
        if message.version <= 0:
            return
        try:
            scene = wire.scene_from(message)
        except (ValueError, SmartBranchError) as error:
            self._sender.log.error(
                "scene refused; the one before stays",
                camera=self._port.name,
                version=message.version,
                error=str(error),
            )
            return
        await self._port.take_scene(scene, wire.scene_text(message))
        self._tell_health()

    def _tell_health(self) -> None:
        """Say next how the box is: what a console shows of a change should be true."""
        self._health_s = self._clock.monotonic() - self._sender.health_every_s

    async def _send(self) -> None:
        while True:
            self._wake.clear()
            message = await self._next()
            if message is not None:
                await self._write(message)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest_s()):
                    await self._wake.wait()

    async def _next(self) -> messages.StreamCameraRequest | None:
        """Return what is to be said now, None if nothing is."""
        if self._probes:
            answer = wire.clock_answer(self._probes.popleft(), self._clock.now())
            return messages.StreamCameraRequest(clock=answer)
        now_s = self._clock.monotonic()
        if now_s - self._health_s >= self._sender.health_every_s:
            self._health_s = now_s
            return messages.StreamCameraRequest(health=wire.health_of(self._port.health()))
        # Pictures wait for records, but not for more than one at a time.
        if self._frames and not self._was_frame:
            self._was_frame = True
            return messages.StreamCameraRequest(frame=wire.frame_of(self._frames.popleft()))
        self._was_frame = False
        record = await self._next_record()
        if record is not None:
            return record
        if self._frames:
            return messages.StreamCameraRequest(frame=wire.frame_of(self._frames.popleft()))
        if now_s - self._said_s >= self._silence_s * _SPEAK_AT_SHARE:
            return messages.StreamCameraRequest(heartbeat=wire.heartbeat(self._clock.now()))
        return None

    async def _next_record(self) -> messages.StreamCameraRequest | None:
        if len(self.in_flight) >= self._window:
            return None
        if not self._ready:
            entries = await self._spool.read(self._port.name, self._cursor, READ_COUNT)
            self._ready.extend((entry.sequence, entry.payload) for entry in entries)
        if not self._ready:
            return None
        self._cursor, payload = self._ready.popleft()
        self.in_flight.append(self._cursor)
        return messages.StreamCameraRequest(record=wire.record_of(payload, self._cursor))

    def _rest_s(self) -> float:
        """Return for how long there is nothing to say unless something happens."""
        now_s = self._clock.monotonic()
        speak_s = self._said_s + self._silence_s * _SPEAK_AT_SHARE
        return max(0.0, min(speak_s, self._health_s + self._sender.health_every_s) - now_s)

    async def _write(self, message: messages.StreamCameraRequest) -> None:
        try:
            async with asyncio.timeout(self._silence_s):
                await self._call.write(message)
        except ENDED:
            await self._raise_end()
        except TimeoutError:
            raise LinkLostError(f"nothing could be sent for {self._silence_s:g} s") from None
        self._said_s = self._clock.monotonic()

    async def _read(self) -> messages.StreamCameraResponse:
        try:
            message = await self._call.read()
        except ENDED:
            await self._raise_end()
        if not isinstance(message, messages.StreamCameraResponse):
            await self._raise_end()
        return message

    async def _raise_end(self) -> NoReturn:
        """Raise how the call ended."""
        code = await self._call.code()
        if code is grpc.StatusCode.OK:
            raise LinkLostError("the server ended the stream")
        raise to_error(
            AioRpcError(
                code,
                await self._call.initial_metadata(),
                await self._call.trailing_metadata(),
                await self._call.details(),
            )
        )
