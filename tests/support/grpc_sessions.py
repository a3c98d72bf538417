"""Liveness sessions over real gRPC, message by message."""

import asyncio
from typing import Any

import grpc

from client.errors import ApiError, to_api_error
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from protos.smartbranch.media.v1 import media_pb2

Call = grpc.aio.StreamStreamCall[Any, Any]
Request = messages.RunSessionRequest


async def open_session(stub: Any, **config: Any) -> tuple[Call, messages.SessionOpened]:
    call: Call = stub.RunSession()
    await call.write(Request(config=messages.SessionConfig(**config)))
    first: Any = await call.read()
    assert first is not grpc.aio.EOF
    return call, first.opened


def chunk(sequence: int, picture: bytes, **more: Any) -> Request:
    made = media_pb2.MediaChunk(
        sequence=sequence, data=picture, **{"codec": media_pb2.MediaChunk.JPEG, **more}
    )
    return Request(chunk=made)


async def read(call: Call) -> Any:
    answer = await call.read()
    return None if answer is grpc.aio.EOF else answer


async def failure_of(call: Call) -> ApiError:
    """Read to the end, which is an error."""
    try:
        while (await call.read()) is not grpc.aio.EOF:
            pass
    except grpc.aio.AioRpcError as error:
        return to_api_error(error)
    raise AssertionError("the stream ended well")


async def until(call: Call, kind: str) -> Any:
    async with asyncio.timeout(5):
        while (answer := await read(call)) is not None:
            if answer.WhichOneof("payload") == kind:
                return getattr(answer, kind)
    raise AssertionError(f"the stream ended without {kind}")


async def end_of(call: Call) -> str:
    async with asyncio.timeout(5):
        try:
            while await read(call) is not None:
                pass
        except grpc.aio.AioRpcError as error:
            return to_api_error(error).reason
    return "OK"


async def pass_challenges(call: Call, portrait: bytes, first: int, count: int) -> None:
    for number in range(first, first + 3 * count):
        await call.write(chunk(number, portrait))
        await asyncio.sleep(0.08)
