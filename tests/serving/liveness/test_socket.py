"""Sessions over a real WebSocket: the same messages, and errors that a page can read."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from protos.smartbranch.liveness.v1 import liveness_pb2
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from protos.smartbranch.liveness.v1.liveness_service_pb2_grpc import LivenessServiceStub
from protos.smartbranch.media.v1 import media_pb2
from tests.support.liveness import InProcessServer, serving_scripted
from tests.support.sockets import SessionClient, session_socket
from tests.support.tokens import TokenMaker

pytestmark = pytest.mark.timed

QUICK: dict[str, Any] = {"session_silence_s": 3.0, "session_heartbeat_s": 0.3}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[InProcessServer]:
    async with serving_scripted(tmp_path, receive_limit_s=1.5, **QUICK) as server:
        yield server


def chunk(sequence: int, picture: bytes) -> messages.RunSessionRequest:
    made = media_pb2.MediaChunk(sequence=sequence, codec=media_pb2.MediaChunk.JPEG, data=picture)
    return messages.RunSessionRequest(chunk=made)


async def send_pictures(client: SessionClient, portrait: bytes, first: int, count: int) -> None:
    for number in range(first, first + count):
        await client.send(chunk(number, portrait))
        await asyncio.sleep(0.08)


async def test_a_session_runs_over_a_websocket(server: InProcessServer, portrait: bytes) -> None:
    async with session_socket(server.http) as client:
        assert client.socket.subprotocol == "smartbranch.v1"
        opened = await client.open(challenge_count=1)
        assert opened.next_sequence == 1
        assert (await client.until("prompt")).challenge == liveness_pb2.BLINK
        sending = asyncio.create_task(send_pictures(client, portrait, 1, 3))
        verdict = await client.until("verdict")
        await sending
        assert verdict.decision.outcome == liveness_pb2.LivenessDecision.LIVE
        assert await client.end() == (1000, None)
    (row,) = server.house.rows()
    assert row.outcome == "LIVE"


async def test_a_session_outlives_the_time_for_a_requests_head(server: InProcessServer) -> None:
    """The timer that ends idle HTTP connections ended upgraded ones as well."""
    async with session_socket(server.http) as client:
        await client.open()
        for _ in range(5):
            await asyncio.sleep(0.5)
            await client.send(messages.RunSessionRequest(heartbeat=media_pb2.Heartbeat()))
        await client.until("heartbeat")


async def test_a_session_may_change_from_a_websocket_to_grpc(
    server: InProcessServer, portrait: bytes
) -> None:
    async with session_socket(server.http) as client:
        opened = await client.open()
        await send_pictures(client, portrait, 1, 2)
        await client.until("ack")
        client.socket.transport.abort()
    async with grpc.aio.insecure_channel(server.grpc) as channel:
        call: Any = LivenessServiceStub(channel).RunSession()
        config = messages.SessionConfig(resume_token=opened.resume_token)
        await call.write(messages.RunSessionRequest(config=config))
        reopened = (await call.read()).opened
        assert (reopened.session, reopened.next_sequence) == (opened.session, 3)
        call.cancel()


async def test_a_page_that_closes_the_socket_ends_the_session(server: InProcessServer) -> None:
    async with session_socket(server.http) as client:
        await client.open()
    await server.house.all_closed()
    (row,) = server.house.rows()
    assert (row.outcome, json.loads(row.reasons)) == ("INCONCLUSIVE", ["SESSION_ABANDONED"])


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        ("text", 4400, "ARGUMENT_INVALID"),
        (b"\xff\xff\xff", 4400, "ARGUMENT_INVALID"),
        (b"", 4400, "ARGUMENT_INVALID"),
        (chunk(1, b"x").SerializeToString(), 4400, "ARGUMENT_INVALID"),
        (b"\x0a\x00" * 2000, 4400, "ARGUMENT_INVALID"),
        (
            messages.RunSessionRequest(
                config=messages.SessionConfig(resume_token="x")
            ).SerializeToString(),
            4404,
            "SESSION_NOT_FOUND",
        ),
    ],
    ids=["text", "no message", "empty", "chunk first", "endless", "token"],
)
async def test_an_error_is_told_as_json_and_by_the_closing_code(
    server: InProcessServer, data: str | bytes, code: int, reason: str
) -> None:
    async with session_socket(server.http) as client:
        await client.socket.send(data)
        closed, error = await client.end()
    assert closed == code
    assert error is not None
    assert error["reason"] == reason
    assert error["message"]
    assert error["metadata"]["request_id"].startswith("req-")


async def test_a_socket_that_says_nothing_is_closed(server: InProcessServer) -> None:
    async with session_socket(server.http) as client:
        closed, error = await client.end()
    assert closed == 4504
    assert error is not None
    assert error["reason"] == "DEADLINE_EXCEEDED"


@pytest.mark.parametrize(
    ("size", "reason"), [(3 * 2**20, "MESSAGE_TOO_LARGE"), (20 * 2**20, None)], ids=["long", "huge"]
)
async def test_a_chunk_that_is_too_long_is_refused(
    server: InProcessServer, size: int, reason: str | None
) -> None:
    async with session_socket(server.http) as client:
        await client.open()
        with suppress(ConnectionClosed):
            await client.send(chunk(1, bytes(size)))
        closed, error = await client.end()
    assert (closed, error and error["reason"]) == ((4429 if reason else 1009), reason)


async def test_a_page_of_another_site_is_not_let_in(server: InProcessServer) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with session_socket(server.http, origin="https://evil.example"):
            pass
    assert caught.value.response.status_code == 403


async def test_a_page_shows_its_token_as_a_subprotocol(tmp_path: Path) -> None:
    maker = TokenMaker(tmp_path)
    async with serving_scripted(tmp_path, **{**maker.settings, **QUICK}) as server:
        for token, reason in (
            ("", "TOKEN_MISSING"),
            ("nonsense", "TOKEN_INVALID"),
            (maker.token("edge_device"), "ROLE_NOT_ALLOWED"),
        ):
            async with session_socket(server.http, token) as client:
                _, error = await client.end()
                assert error is not None
                assert error["reason"] == reason
        async with session_socket(server.http, maker.token("interview_app")) as client:
            assert (await client.open()).session.startswith("tenants/default/")


async def test_a_drain_tells_pages_the_verdict(server: InProcessServer) -> None:
    async with session_socket(server.http) as client, session_socket(server.http) as idle:
        await client.open()
        server.stop.set()
        verdict = await client.until("verdict")
        assert verdict.decision.reasons[0].code == "SERVER_STOPPING"
        assert (await client.end())[0] == 1000
        closed, error = await idle.end()
        assert closed == 4503
        assert error is not None
        assert error["reason"] == "DRAINING"
