"""Sessions over real gRPC that are broken off, abandoned, refused or ended from outside."""

import asyncio
import gc
import json
import weakref
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from liveness.outcome import LivenessOutcome
from protos.smartbranch.liveness.v1 import liveness_pb2
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from protos.smartbranch.liveness.v1.liveness_service_pb2_grpc import LivenessServiceStub
from protos.smartbranch.media.v1 import media_pb2
from tests.support.grpc_sessions import (
    Call,
    Request,
    chunk,
    end_of,
    failure_of,
    open_session,
    pass_challenges,
    read,
    until,
)
from tests.support.liveness import InProcessServer, serving_scripted

pytestmark = pytest.mark.timed


@asynccontextmanager
async def serving_quick(
    folder: Path, limits: Mapping[str, Any] | None = None, **settings: Any
) -> AsyncIterator[tuple[InProcessServer, Any]]:
    """Run a server of its own settings, and open a stub. limits: of attempts."""
    async with (
        serving_scripted(folder, limits, session_heartbeat_s=0.3, **settings) as server,
        grpc.aio.insecure_channel(server.grpc) as channel,
    ):
        yield server, LivenessServiceStub(channel)


async def test_a_dropped_client_comes_back_and_no_finished_step_repeats(
    stub: Any, scripted: InProcessServer, portrait: bytes
) -> None:
    call, opened = await open_session(stub, challenge_count=2)
    await pass_challenges(call, portrait, 1, 1)
    while (await until(call, "progress")).passed_count < 1:
        pass
    call.cancel()
    again, reopened = await open_session(stub, resume_token=opened.resume_token)
    assert reopened.session == opened.session
    assert reopened.next_sequence == 4
    assert reopened.resume_token != opened.resume_token
    assert (await until(again, "progress")).passed_count == 1
    sending = asyncio.create_task(pass_challenges(again, portrait, 4, 1))
    assert (await until(again, "verdict")).decision.outcome == liveness_pb2.LivenessDecision.LIVE
    await sending
    (row,) = scripted.house.rows()
    assert (row.outcome, row.resumed_count) == ("LIVE", 1)


async def test_a_call_whose_deadline_passes_breaks_its_session_off(
    stub: Any, scripted: InProcessServer
) -> None:
    call: Call = stub.RunSession(timeout=1.0)
    await call.write(Request(config=messages.SessionConfig()))
    opened = (await read(call)).opened
    assert await end_of(call) == "DEADLINE_EXCEEDED"
    again, reopened = await open_session(stub, resume_token=opened.resume_token)
    assert reopened.session == opened.session
    assert (await until(again, "notice")).code == "CONNECTION_LOST"
    again.cancel()


async def test_an_abandoned_session_is_closed_recorded_and_counted(tmp_path: Path) -> None:
    async with serving_quick(tmp_path, session_resume_s=0.3) as (server, stub):
        call, opened = await open_session(stub)
        call.cancel()
        await server.house.all_closed()
        (row,) = server.house.rows()
        assert (row.outcome, json.loads(row.reasons)) == ("INCONCLUSIVE", ["SESSION_ABANDONED"])
        assert row.ended_at is not None
        assert server.house.judge.open_analyzers == 0
        late: Call = stub.RunSession()
        await late.write(Request(config=messages.SessionConfig(resume_token=opened.resume_token)))
        verdict = await until(late, "verdict")
        assert verdict.decision.outcome == liveness_pb2.LivenessDecision.INCONCLUSIVE


async def test_silence_ends_the_call_and_heartbeats_keep_it(tmp_path: Path) -> None:
    async with serving_quick(tmp_path, session_silence_s=1.0) as (_, stub):
        call, _ = await open_session(stub)
        for _ in range(4):
            await asyncio.sleep(0.4)
            await call.write(Request(heartbeat=media_pb2.Heartbeat()))
        assert (await until(call, "heartbeat")).send_time.seconds > 0
        assert await end_of(call) == "DEADLINE_EXCEEDED"


async def test_nothing_of_the_face_outlives_the_session(
    stub: Any, scripted: InProcessServer, portrait: bytes
) -> None:
    call, _ = await open_session(stub)
    await call.write(chunk(1, portrait))
    await until(call, "notice")
    seen = weakref.ref(scripted.house.judge.sessions.pop())
    await call.done_writing()
    assert await end_of(call) == "OK"
    gc.collect()
    # The verdict is kept for a client that comes back; the frames and what was seen are not.
    assert seen() is None


async def test_a_fault_tells_its_request_id_alone_and_does_not_count(
    stub: Any, scripted: InProcessServer, portrait: bytes
) -> None:
    call, _ = await open_session(stub)
    scripted.house.judge.broken = ValueError("the customer's face is secret")
    await call.write(chunk(1, portrait))
    error = await failure_of(call)
    assert (error.reason, error.code) == ("INTERNAL", "INTERNAL")
    assert "secret" not in error.message
    (row,) = scripted.house.rows()
    assert row.outcome == "VOID"


async def test_guessing_ends_and_says_when_to_come_back(tmp_path: Path, portrait: bytes) -> None:
    async with serving_quick(tmp_path, {"max_spoof_attempts": 2}) as (server, stub):
        server.house.judge.ending = LivenessOutcome.SPOOF
        for _ in range(2):
            call, _ = await open_session(stub, person="c-1", challenge_count=1)
            sending = asyncio.create_task(pass_challenges(call, portrait, 1, 1))
            await until(call, "verdict")
            await sending
        locked: Call = stub.RunSession()
        await locked.write(Request(config=messages.SessionConfig(person="c-1")))
        error = await failure_of(locked)
        assert (error.reason, error.code) == ("TOO_MANY_ATTEMPTS", "RESOURCE_EXHAUSTED")
        assert 800 < int(error.metadata["retry_after_s"]) <= 900
        other, _ = await open_session(stub, person="c-2")
        other.cancel()


async def test_a_drain_ends_sessions_with_a_verdict_that_does_not_count(
    tmp_path: Path, portrait: bytes
) -> None:
    async with serving_scripted(tmp_path) as server:
        async with grpc.aio.insecure_channel(server.grpc) as channel:
            call, _ = await open_session(LivenessServiceStub(channel))
            server.stop.set()
            verdict = await until(call, "verdict")
            assert verdict.decision.reasons[0].code == "SERVER_STOPPING"
            assert await end_of(call) == "OK"
        (row,) = server.house.rows()
        assert (row.outcome, json.loads(row.reasons)) == ("VOID", ["SERVER_STOPPING"])


async def test_sessions_have_places_and_no_more(tmp_path: Path) -> None:
    async with serving_quick(tmp_path, max_sessions=1) as (server, stub):
        call, _ = await open_session(stub)
        refused: Call = stub.RunSession()
        await refused.write(Request(config=messages.SessionConfig()))
        assert await end_of(refused) == "SERVER_BUSY"
        await call.done_writing()
        assert await end_of(call) == "OK"
        await server.house.all_closed()
        again, _ = await open_session(stub)
        again.cancel()
