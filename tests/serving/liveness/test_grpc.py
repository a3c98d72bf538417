"""Sessions over real gRPC: the contract of RunSession, with a scripted judge behind it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from client.errors import ApiError, to_api_error
from liveness.outcome import LivenessOutcome
from liveness.plan import SessionPlan
from protos.smartbranch.liveness.v1 import liveness_pb2
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from protos.smartbranch.liveness.v1.liveness_service_pb2_grpc import LivenessServiceStub
from protos.smartbranch.media.v1 import media_pb2
from tests.support.liveness import InProcessServer, serving_scripted

Call = grpc.aio.StreamStreamCall[Any, Any]
Request = messages.RunSessionRequest
QUICK: dict[str, Any] = {
    "session_resume_s": 10.0,
    "session_silence_s": 1.0,
    "session_heartbeat_s": 0.3,
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[InProcessServer]:
    async with serving_scripted(tmp_path, **QUICK) as server:
        yield server


@pytest.fixture
async def stub(server: InProcessServer) -> AsyncIterator[Any]:
    async with grpc.aio.insecure_channel(server.grpc) as channel:
        yield LivenessServiceStub(channel)


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


async def test_a_session_runs_from_its_config_to_one_verdict(
    stub: Any, server: InProcessServer, portrait: bytes
) -> None:
    call, opened = await open_session(
        stub, person="c-17", challenge_count=1, request_id="req-1", accessible=True
    )
    assert opened.session.startswith("tenants/default/livenessSessions/ls-")
    assert opened.nonce == "0f" * 16
    assert opened.next_sequence == 1
    assert opened.max_fps == 15.0
    left_s = opened.expire_time.ToSeconds() - time.time()
    assert left_s <= SessionPlan(1, accessible=True).session_limit_s < left_s + 5
    prompt = await until(call, "prompt")
    assert (prompt.number, prompt.challenge) == (1, liveness_pb2.BLINK)
    assert prompt.time_limit.ToSeconds() == 5
    assert prompt.text
    sending = asyncio.create_task(pass_challenges(call, portrait, 1, 1))
    notice = await until(call, "notice")
    assert (notice.code, notice.sequence) == ("VIDEO_JUMP", 1)
    verdict = await until(call, "verdict")
    await sending
    decision = verdict.decision
    assert decision.outcome == liveness_pb2.LivenessDecision.LIVE
    assert [reason.code for reason in decision.reasons] == ["CHALLENGES_PASSED"]
    assert decision.operating_point.max_apcer == 0.05
    assert [model.model_id for model in decision.models] == ["toy-passive"]
    assert not decision.signals[1].HasField("score")
    (passed,) = verdict.challenges
    assert passed.state == messages.ChallengeResult.PASSED
    assert passed.response_delay.ToMilliseconds() == 400
    assert verdict.frame_count == 3
    assert await end_of(call) == "OK"
    (row,) = server.house.rows()
    assert (row.outcome, row.person, row.caller) == ("LIVE", "c-17", "local")
    assert (row.request_id, row.nonce, row.frame_count) == ("req-1", "0f" * 16, 3)
    assert row.is_accessible
    assert json.loads(row.challenges)[0]["challenge"] == "BLINK"
    assert json.loads(row.reasons) == ["CHALLENGES_PASSED"]
    (line,) = server.house.audit.lines("default")
    assert line.event.action == "liveness.session"
    assert line.event.details["decision"] == "LIVE"
    assert server.house.judge.open_analyzers == 0
    async with httpx.AsyncClient() as browser:
        metrics = (await browser.get(f"http://{server.http}/metrics")).text
    assert 'smartbranch_decisions_total{outcome="LIVE",task="liveness.session"} 1.0' in metrics
    assert 'smartbranch_stream_sessions{stream="liveness"} 0.0' in metrics


async def test_words_come_in_the_language_of_the_session(stub: Any) -> None:
    call, _ = await open_session(stub, language=messages.SessionConfig.CHINESE)
    prompt = await until(call, "prompt")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in prompt.text)
    call.cancel()


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"challenge_count": 0}, "ARGUMENT_INVALID"),
        ({"challenge_count": 7}, "ARGUMENT_INVALID"),
        ({"challenge_count": -1}, "ARGUMENT_INVALID"),
        ({"person": "Li Na"}, "RESOURCE_NAME_INVALID"),
        ({"parent": "tenants/other"}, "ROLE_NOT_ALLOWED"),
        ({"language": 9}, "ARGUMENT_INVALID"),
        ({"request_id": "a b"}, "RESOURCE_NAME_INVALID"),
        ({"resume_token": "x"}, "SESSION_NOT_FOUND"),
    ],
    ids=["none", "too many", "negative", "name", "tenant", "language", "request id", "token"],
)
async def test_a_wrong_config_is_refused_and_counts_nothing(
    stub: Any, server: InProcessServer, config: dict[str, Any], reason: str
) -> None:
    call: Call = stub.RunSession()
    await call.write(Request(config=messages.SessionConfig(**config)))
    assert await end_of(call) == reason
    assert server.house.rows() == []


@pytest.mark.parametrize("kind", ["chunk first", "config twice", "nothing", "empty"])
async def test_messages_out_of_turn_are_refused(stub: Any, portrait: bytes, kind: str) -> None:
    call: Call = stub.RunSession()
    config = Request(config=messages.SessionConfig())
    sent = {
        "chunk first": [chunk(1, portrait)],
        "config twice": [config, config],
        "nothing": [],
        "empty": [config, Request()],
    }[kind]
    for request in sent:
        await call.write(request)
    if not sent:
        await call.done_writing()
    assert await end_of(call) == "ARGUMENT_INVALID"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"codec": media_pb2.MediaChunk.H264}, "ARGUMENT_INVALID"),
        ({"codec": media_pb2.MediaChunk.PCM_S16LE_16KHZ}, "ARGUMENT_INVALID"),
        ({"track": "My Camera"}, "RESOURCE_NAME_INVALID"),
        ({"sequence": 0}, "ARGUMENT_INVALID"),
        ({"sequence": 5}, "SEQUENCE_GAP"),
        ({"pts": {"seconds": 2**60}}, "ARGUMENT_INVALID"),
        ({"capture_time": {"seconds": 2**60}}, "ARGUMENT_INVALID"),
    ],
    ids=["reserved codec", "sound", "track", "zero", "gap", "pts", "capture time"],
)
async def test_a_chunk_that_is_wrong_is_refused(
    stub: Any, portrait: bytes, more: dict[str, Any], reason: str
) -> None:
    call, _ = await open_session(stub)
    await call.write(chunk(**{"sequence": 1, "picture": portrait, **more}))
    assert await end_of(call) == reason


async def test_one_broken_picture_is_noticed_and_many_end_the_session(
    stub: Any, server: InProcessServer
) -> None:
    call, _ = await open_session(stub)
    await call.write(chunk(1, b"no picture"))
    assert (await until(call, "notice")).code == "PICTURE_BROKEN"
    for number in range(2, 12):
        await call.write(chunk(number, b"no picture"))
        await asyncio.sleep(0.08)
    assert await end_of(call) == "PICTURE_UNSUPPORTED"
    (row,) = server.house.rows()
    assert (row.outcome, json.loads(row.reasons)) == ("VOID", ["PICTURE_UNSUPPORTED"])


async def test_times_of_the_sender_reach_the_judge_as_they_are(
    stub: Any, server: InProcessServer, portrait: bytes
) -> None:
    call, _ = await open_session(stub)
    times = [(2.0, 100), (1.0, 50), (1.0, 50)]
    for number, (pts_s, seconds) in enumerate(times, 1):
        more = {"pts": {"seconds": int(pts_s)}, "capture_time": {"seconds": seconds}}
        await call.write(chunk(number, portrait, **more))
        await asyncio.sleep(0.1)
    frames = server.house.judge.sessions[0].frames
    assert [frame.pts_s for frame in frames] == [2.0, 1.0, 1.0]
    assert [frame.capture_time.timestamp() for frame in frames if frame.capture_time] == [
        100,
        50,
        50,
    ]
    arrivals = [frame.received_monotonic_s for frame in frames]
    assert arrivals == sorted(arrivals)
    assert [frame.index for frame in frames] == [0, 1, 2]
    call.cancel()


async def test_a_dropped_client_comes_back_and_no_finished_step_repeats(
    stub: Any, server: InProcessServer, portrait: bytes
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
    (row,) = server.house.rows()
    assert (row.outcome, row.resumed_count) == ("LIVE", 1)


async def test_an_abandoned_session_is_closed_recorded_and_counted(tmp_path: Path) -> None:
    async with (
        serving_scripted(tmp_path, **{**QUICK, "session_resume_s": 0.3}) as server,
        grpc.aio.insecure_channel(server.grpc) as channel,
    ):
        stub: Any = LivenessServiceStub(channel)
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


async def test_silence_ends_the_call_and_heartbeats_keep_it(stub: Any) -> None:
    call, _ = await open_session(stub)
    for _ in range(4):
        await asyncio.sleep(0.4)
        await call.write(Request(heartbeat=media_pb2.Heartbeat()))
    assert (await until(call, "heartbeat")).send_time.seconds > 0
    assert await end_of(call) == "DEADLINE_EXCEEDED"


async def test_a_fault_tells_its_request_id_alone_and_does_not_count(
    stub: Any, server: InProcessServer, portrait: bytes
) -> None:
    call, _ = await open_session(stub)
    server.house.judge.broken = ValueError("the customer's face is secret")
    await call.write(chunk(1, portrait))
    error = await failure_of(call)
    assert (error.reason, error.code) == ("INTERNAL", "INTERNAL")
    assert "secret" not in error.message
    (row,) = server.house.rows()
    assert row.outcome == "VOID"


async def test_guessing_ends_and_says_when_to_come_back(tmp_path: Path, portrait: bytes) -> None:
    limits = {"max_spoof_attempts": 2}
    async with (
        serving_scripted(tmp_path, limits, **QUICK) as server,
        grpc.aio.insecure_channel(server.grpc) as channel,
    ):
        stub: Any = LivenessServiceStub(channel)
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
    async with serving_scripted(tmp_path, **QUICK) as server:
        async with grpc.aio.insecure_channel(server.grpc) as channel:
            call, _ = await open_session(LivenessServiceStub(channel))
            server.stop.set()
            verdict = await until(call, "verdict")
            assert verdict.decision.reasons[0].code == "SERVER_STOPPING"
            assert await end_of(call) == "OK"
        (row,) = server.house.rows()
        assert (row.outcome, json.loads(row.reasons)) == ("VOID", ["SERVER_STOPPING"])


async def test_sessions_have_places_and_no_more(tmp_path: Path) -> None:
    async with (
        serving_scripted(tmp_path, max_sessions=1, **QUICK) as server,
        grpc.aio.insecure_channel(server.grpc) as channel,
    ):
        stub: Any = LivenessServiceStub(channel)
        call, _ = await open_session(stub)
        refused: Call = stub.RunSession()
        await refused.write(Request(config=messages.SessionConfig()))
        assert await end_of(refused) == "SERVER_BUSY"
        await call.done_writing()
        assert await end_of(call) == "OK"
        await server.house.all_closed()
        again, _ = await open_session(stub)
        again.cancel()
