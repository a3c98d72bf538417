"""Sizes, rates and silence: what is refused, and with which reason."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from client import ApiError, Retry, SmartBranchClient
from client.errors import to_api_error
from tests.support.server import ServerProcess

Call = grpc.aio.StreamStreamCall[Any, Any]
MIB = 1024 * 1024
VERIFY = "/smartbranch.vision.v1.FaceService/VerifyFaces"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(
        tmp_path_factory.mktemp("strict"),
        max_in_flight=1,
        max_message_bytes=2 * MIB,
        max_picture_bytes=MIB,
        receive_limit_s=1.0,
        rate_per_s=20,
        rate_burst=5,
    ) as running:
        yield running


@pytest.fixture
async def client(strict: ServerProcess) -> AsyncIterator[SmartBranchClient]:
    await asyncio.sleep(0.3)  # The bucket of the test before fills again.
    async with SmartBranchClient(strict.grpc, retry=Retry(attempts=1)) as open_client:
        yield open_client


@pytest.mark.parametrize(
    ("size_bytes", "reason"),
    [
        (MIB + 1, "PICTURE_TOO_LARGE"),
        (2 * MIB + 1, "MESSAGE_TOO_LARGE"),
        (5 * MIB, "MESSAGE_TOO_LARGE"),
    ],
    ids=["picture", "message", "more than the transport takes"],
)
async def test_what_is_too_long_is_refused(
    client: SmartBranchClient, size_bytes: int, reason: str
) -> None:
    with pytest.raises(ApiError) as caught:
        await client.detect_faces(b"\xff\xd8\xff" + b"x" * size_bytes)
    assert caught.value.reason == reason


async def test_a_client_that_is_too_fast_is_told_when_to_come_back(
    client: SmartBranchClient,
) -> None:
    calls = [client.detect_faces(b"") for _ in range(40)]
    errors = await asyncio.gather(*calls, return_exceptions=True)
    limited = [
        error for error in errors if isinstance(error, ApiError) and error.reason == "RATE_LIMITED"
    ]
    assert 0 < len(limited) < len(errors)
    assert float(limited[0].metadata["retry_after_s"]) > 0


async def test_over_http_the_same_limit_sets_retry_after(strict: ServerProcess) -> None:
    async with httpx.AsyncClient(base_url=f"http://{strict.http}") as browser:
        calls = [browser.post("/v1/faces:detect", files={"picture": ("a", b"")}) for _ in range(40)]
        answers = await asyncio.gather(*calls)
    reasons = [answer.json()["error"]["reason"] for answer in answers]
    limited = answers[reasons.index("RATE_LIMITED")]
    assert limited.status_code == 429
    assert limited.headers["retry-after"] == "1"


async def test_a_caller_that_never_sends_its_message_loses_its_slot(
    client: SmartBranchClient, strict: ServerProcess
) -> None:
    async with grpc.aio.insecure_channel(strict.grpc) as channel:
        silent: Call = channel.stream_stream(VERIFY)()
        await asyncio.sleep(0.2)
        with pytest.raises(ApiError) as caught:
            await client.detect_faces(b"")
        assert caught.value.reason == "SERVER_BUSY"
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await silent.read()
        assert to_api_error(ended.value).reason == "DEADLINE_EXCEEDED"
        with pytest.raises(ApiError) as caught:
            await client.detect_faces(b"")
        assert caught.value.reason == "PICTURE_EMPTY"


async def test_bytes_that_are_no_message_and_calls_without_one_are_refused(
    strict: ServerProcess,
) -> None:
    await asyncio.sleep(0.3)
    async with grpc.aio.insecure_channel(strict.grpc) as channel:
        unary: Any = channel.unary_unary(VERIFY)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await unary(b"\xff\xff\xff")
        assert to_api_error(caught.value).reason == "ARGUMENT_INVALID"
        empty: Call = channel.stream_stream(VERIFY)()
        await empty.done_writing()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await empty.read()
        assert to_api_error(caught.value).reason == "ARGUMENT_INVALID"


def test_a_refused_picture_leaves_no_file(strict: ServerProcess) -> None:
    names = {path.name for path in (Path(strict.config).parent / "data").rglob("*")}
    assert not any(name.endswith((".jpg", ".png", ".part")) for name in names)
