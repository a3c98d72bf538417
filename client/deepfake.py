"""A clip on its way to be checked for forgery, signed piece by piece."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import grpc

from client import deepfake_wire as wire
from client.connection import Connection
from client.deepfake_types import ClipForgery
from client.errors import ApiError, to_api_error
from client.frame_chain import ChainSigner
from client.liveness_types import Codec
from client.wire import span, stamp
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from protos.smartbranch.media.v1 import media_pb2

if TYPE_CHECKING:
    from protos.smartbranch.deepfake.v1.deepfake_service_pb2_grpc import DeepfakeServiceAsyncStub

METHOD = "/smartbranch.deepfake.v1.DeepfakeService/CheckClip"
PART_BYTES = 256 * 1024
Request = messages.CheckClipRequest
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """How a clip is to be checked."""

    parent: str = ""
    is_signed: bool = True
    wants_heat_map: bool = False
    request_id: str = ""


class ClipStream:
    """One CheckClip call.

    It is read while it is written, since the server answers early where it is certain.
    """

    def __init__(self, connection: Connection, config: messages.ClipConfig) -> None:
        # As a stream both ways: grpc.aio gives the answer of a client stream only with the call's
        # end, and a write that comes between both loses it.
        method = connection.channel.stream_stream(
            METHOD,
            request_serializer=Request.SerializeToString,
            response_deserializer=messages.CheckClipResponse.FromString,
        )
        self._call = method(metadata=connection.metadata)
        self._config = config
        self._reading: asyncio.Task[messages.CheckClipResponse | None] | None = None
        self._end: grpc.aio.AioRpcError | None = None
        self._call.add_done_callback(self._note_end)

    @property
    def has_ended(self) -> bool:
        """Whether the server has said its last word; what is sent then is not looked at."""
        return self._reading is not None and self._reading.done()

    async def send(self, request: Request) -> bool:
        """Send one message as soon as the server takes it; False once it has ended the call."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
            await self._write(Request(config=self._config))
        return await self._write(request)

    async def finish(self, end: messages.ClipEnd) -> ClipForgery:
        """Send the end and return the answer. Raises ApiError."""
        try:
            if await self.send(Request(end=end)) and not self.has_ended:
                await self._call.done_writing()
            assert self._reading is not None
            answer = await self._reading
            if answer is not None:
                return wire.clip_from(answer)
            raise await self._why()
        except grpc.aio.AioRpcError as error:
            raise to_api_error(error) from error
        finally:
            self._call.cancel()

    async def close(self) -> None:
        """Break the call off."""
        self._call.cancel()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})

    async def _write(self, request: Request) -> bool:
        if self.has_ended:
            return False
        try:
            await self._call.write(request)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            return False
        return not self.has_ended

    async def _read(self) -> messages.CheckClipResponse | None:
        """Return the answer, None where the call ended without one."""
        try:
            answer: Any = await self._call.read()
        except grpc.aio.AioRpcError:
            return None
        return None if answer is grpc.aio.EOF else answer

    def _note_end(self, _: object) -> None:
        """Keep how the call ended, now: a write that meets it overwrites that with INTERNAL."""
        code, details = _at_once(self._call.code()), _at_once(self._call.details())
        trailers = _at_once(self._call.trailing_metadata())
        self._end = grpc.aio.AioRpcError(
            code, grpc.aio.Metadata(), grpc.aio.Metadata(*(trailers or ())), details
        )

    async def _why(self) -> ApiError:
        """Return why the call ended without an answer."""
        await self._call.code()
        if self._end is None or self._end.code() is grpc.StatusCode.OK:
            return ApiError("UNAVAILABLE", "UNAVAILABLE", "the server gave no answer", {})
        return to_api_error(self._end)


def _at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    coroutine.close()
    raise RuntimeError("the call has not ended")


class ClipCheck:
    """One clip as a camera and a microphone give it; use it as an async context manager.

    A signed clip is opened on the server first, and each piece of it carries a link of its chain.
    Leaving without `finish` breaks it off, and nothing of it is kept.
    """

    def __init__(
        self, connection: Connection, stub: "DeepfakeServiceAsyncStub", options: ClipOptions
    ) -> None:
        self._connection = connection
        self._stub = stub
        self._options = options
        self._signer: ChainSigner | None = None
        self._stream: ClipStream | None = None
        self._sequence = 0
        self.name: str | None = None

    async def __aenter__(self) -> Self:
        options = self._options
        if options.is_signed:
            request = messages.OpenClipRequest(parent=options.parent, request_id=options.request_id)
            opened = await self._connection.call(self._stub.OpenClip, request)
            self.name = opened.clip
            self._signer = ChainSigner(opened.chain_key, opened.clip)
        config = messages.ClipConfig(
            parent=options.parent,
            content=messages.ClipConfig.CHUNKS,
            clip=self.name or "",
            wants_heat_map=options.wants_heat_map,
            request_id=options.request_id,
        )
        self._stream = ClipStream(self._connection, config)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.close()

    @property
    def has_answer(self) -> bool:
        """Whether the server needs no more: `finish` returns what it said."""
        return self._open.has_ended

    async def send_picture(
        self,
        picture: bytes,
        *,
        pts_s: float | None = None,
        capture_time: datetime | None = None,
        codec: Codec = Codec.JPEG,
    ) -> bool:
        """Send the next picture, as soon as the server takes it; False if it needs no more.

        pts_s: place in the recording. capture_time: aware.
        """
        number = media_pb2.MediaChunk.Codec.Value(codec.value)
        return await self._send(self._chunk(number, picture, pts_s, capture_time))

    async def send_sound(
        self, samples: bytes, *, pts_s: float | None = None, capture_time: datetime | None = None
    ) -> bool:
        """Send the next sound: 16-bit little-endian samples, 16,000 a second, at most 2 s."""
        number = media_pb2.MediaChunk.PCM_S16LE_16KHZ
        return await self._send(self._chunk(number, samples, pts_s, capture_time))

    async def finish(self) -> ClipForgery:
        """End the clip and return what was decided. Raises ApiError."""
        closing = b"" if self._signer is None else self._signer.close()
        end = messages.ClipEnd(last_sequence=self._sequence, chain_hash=closing)
        return await self._open.finish(end)

    @property
    def _open(self) -> ClipStream:
        if self._stream is None:
            raise RuntimeError("the clip is open inside of `async with` only")
        return self._stream

    def _chunk(
        self,
        codec: "media_pb2.MediaChunk.Codec.ValueType",
        data: bytes,
        pts_s: float | None,
        capture_time: datetime | None,
    ) -> media_pb2.MediaChunk:
        self._sequence += 1
        return media_pb2.MediaChunk(
            codec=codec,
            data=data,
            pts=None if pts_s is None else span(pts_s),
            capture_time=None if capture_time is None else stamp(capture_time),
            sequence=self._sequence,
        )

    async def _send(self, chunk: media_pb2.MediaChunk) -> bool:
        if self._signer is not None:
            self._signer.sign(chunk)
        return await self._open.send(Request(chunk=chunk))


async def check_file(connection: Connection, path: Path, options: ClipOptions) -> ClipForgery:
    """Send a clip that is a file and return what was decided. Raises ApiError and OSError."""
    config = messages.ClipConfig(
        parent=options.parent,
        wants_heat_map=options.wants_heat_map,
        request_id=options.request_id,
    )
    stream = ClipStream(connection, config)
    try:
        async for part in _parts(path):
            if not await stream.send(Request(file_part=part)):
                break
        return await stream.finish(messages.ClipEnd())
    finally:
        await stream.close()


async def _parts(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while part := await asyncio.to_thread(file.read, PART_BYTES):
            yield part
