"""UNAVAILABLE alone is met with another try, within the deadline."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import grpc
import pytest

from client import ApiError, Retry, SmartBranchClient
from protos.smartbranch.vision.v1 import face_service_pb2, face_service_pb2_grpc

pytestmark = pytest.mark.timed

Context = grpc.aio.ServicerContext[Any, Any]
QUICK = Retry(attempts=3, backoff_s=0.01)


class Stumbling(face_service_pb2_grpc.FaceServiceServicer):
    """Fails the first calls with a code, then answers; knows one method."""

    def __init__(self, code: grpc.StatusCode, failures: int) -> None:
        self.code = code
        self.failures = failures
        self.calls = 0

    async def DetectFaces(
        self, request: face_service_pb2.DetectFacesRequest, context: Context
    ) -> face_service_pb2.DetectFacesResponse:
        self.calls += 1
        if self.calls <= self.failures:
            await context.abort(self.code, "not now")
        return face_service_pb2.DetectFacesResponse(width_px=3, height_px=4)

    async def VerifyFaces(self, request: object, context: Context) -> NoReturn:
        raise NotImplementedError

    async def SearchFaces(self, request: object, context: Context) -> NoReturn:
        raise NotImplementedError


@asynccontextmanager
async def serving(servicer: Stumbling) -> AsyncIterator[str]:
    server = grpc.aio.server()
    face_service_pb2_grpc.add_FaceServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


async def failure_of(call: Callable[[], Awaitable[object]]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await call()
    return caught.value


async def test_unavailable_is_tried_again() -> None:
    servicer = Stumbling(grpc.StatusCode.UNAVAILABLE, 2)
    async with serving(servicer) as address, SmartBranchClient(address, retry=QUICK) as client:
        assert (await client.detect_faces(b"x")).size_wh == (3, 4)
    assert servicer.calls == 3


async def test_the_number_of_tries_is_limited() -> None:
    servicer = Stumbling(grpc.StatusCode.UNAVAILABLE, 9)
    async with serving(servicer) as address, SmartBranchClient(address, retry=QUICK) as client:
        error = await failure_of(lambda: client.detect_faces(b"x"))
    assert (error.code, servicer.calls) == ("UNAVAILABLE", 3)


@pytest.mark.parametrize("code", ["RESOURCE_EXHAUSTED", "INTERNAL", "INVALID_ARGUMENT", "ABORTED"])
async def test_nothing_else_is_tried_again(code: str) -> None:
    servicer = Stumbling(grpc.StatusCode[code], 1)
    async with serving(servicer) as address, SmartBranchClient(address, retry=QUICK) as client:
        error = await failure_of(lambda: client.detect_faces(b"x"))
    assert (error.code, error.reason, servicer.calls) == (code, code, 1)


async def test_tries_end_with_the_deadline() -> None:
    patient = Retry(attempts=100, backoff_s=0.2)
    async with SmartBranchClient("127.0.0.1:1", retry=patient, timeout_s=0.5) as client:
        started_s = time.monotonic()
        await failure_of(lambda: client.detect_faces(b"x"))
        assert time.monotonic() - started_s < 2.0


def test_waiting_times_double_up_to_a_limit() -> None:
    retry = Retry(backoff_s=0.1)
    assert 0.05 <= retry.wait_s(1) <= 0.1
    assert 0.2 <= retry.wait_s(3) <= 0.4
    assert 1.0 <= retry.wait_s(30) <= 2.0
