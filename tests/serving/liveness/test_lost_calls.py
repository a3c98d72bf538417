"""A gRPC call that is lost looks, for a moment, like one whose client said its last word."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest

from protos.smartbranch.liveness.v1.liveness_service_pb2_grpc import LivenessServiceStub
from tests.support.grpc_sessions import chunk, open_session, until
from tests.support.liveness import InProcessServer, serving_scripted

pytestmark = pytest.mark.timed


async def test_a_lost_call_never_ends_its_session(tmp_path: Path, portrait: bytes) -> None:
    """Four in ten sessions were closed as abandoned the moment their connection was lost.

    gRPC tells the end of what a client sends some milliseconds before it tells that it is gone.
    """
    async with (
        serving_scripted(tmp_path, max_sessions=16) as server,
        grpc.aio.insecure_channel(server.grpc) as channel,
    ):
        stub = LivenessServiceStub(channel)
        lost = [await open_session(stub, person=f"c-{number}") for number in range(16)]
        for call, _ in lost:
            await call.write(chunk(1, portrait))
            await until(call, "notice")
            call.cancel()
        await asyncio.sleep(0.5)
        assert [row.outcome for row in server.house.rows()] == ["OPEN"] * 16
        again, reopened = await open_session(stub, resume_token=lost[0][1].resume_token)
        assert reopened.session == lost[0][1].session
        again.cancel()


async def test_a_client_that_ends_its_side_is_told_the_verdict_at_once(
    stub: Any, scripted: InProcessServer
) -> None:
    call, _ = await open_session(stub)
    await call.done_writing()
    async with asyncio.timeout(1):
        await until(call, "verdict")
