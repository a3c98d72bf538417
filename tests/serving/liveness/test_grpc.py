"""The contract of RunSession over real gRPC, with a scripted judge behind it."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from liveness.plan import SessionPlan
from protos.smartbranch.liveness.v1 import liveness_pb2
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from protos.smartbranch.liveness.v1.liveness_service_pb2_grpc import LivenessServiceStub
from protos.smartbranch.media.v1 import media_pb2
from tests.support.grpc_sessions import (
    Call,
    Request,
    chunk,
    end_of,
    open_session,
    pass_challenges,
    until,
)
from tests.support.liveness import InProcessServer, serving_scripted

pytestmark = pytest.mark.timed


async def test_a_session_runs_from_its_config_to_one_verdict(
    stub: Any, scripted: InProcessServer, portrait: bytes
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
    (row,) = scripted.house.rows()
    assert (row.outcome, row.person, row.caller) == ("LIVE", "c-17", "local")
    assert (row.request_id, row.nonce, row.frame_count) == ("req-1", "0f" * 16, 3)
    assert row.is_accessible
    assert json.loads(row.challenges)[0]["challenge"] == "BLINK"
    assert json.loads(row.reasons) == ["CHALLENGES_PASSED"]
    (line,) = scripted.house.audit.lines("default")
    assert line.event.action == "liveness.session"
    assert line.event.details["decision"] == "LIVE"
    assert scripted.house.judge.open_analyzers == 0
    async with httpx.AsyncClient() as browser:
        metrics = (await browser.get(f"http://{scripted.http}/metrics")).text
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
    stub: Any, scripted: InProcessServer, config: dict[str, Any], reason: str
) -> None:
    call: Call = stub.RunSession()
    await call.write(Request(config=messages.SessionConfig(**config)))
    assert await end_of(call) == reason
    assert scripted.house.rows() == []


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
    stub: Any, scripted: InProcessServer
) -> None:
    call, _ = await open_session(stub)
    await call.write(chunk(1, b"no picture"))
    assert (await until(call, "notice")).code == "PICTURE_BROKEN"
    for number in range(2, 12):
        await call.write(chunk(number, b"no picture"))
        await asyncio.sleep(0.08)
    assert await end_of(call) == "PICTURE_UNSUPPORTED"
    (row,) = scripted.house.rows()
    assert (row.outcome, json.loads(row.reasons)) == ("INCONCLUSIVE", ["PICTURE_BROKEN"])


async def test_unreadable_pictures_buy_nobody_a_free_attempt(tmp_path: Path) -> None:
    """Eleven of them ended a session as a fault of ours, which counts for nothing.

    Who did not like the draw could ask for another one without end.
    """
    async with (
        serving_scripted(tmp_path, {"max_inconclusive_attempts": 2}) as server,
        grpc.aio.insecure_channel(server.grpc) as channel,
    ):
        stub = LivenessServiceStub(channel)
        for _ in range(2):
            call, _ = await open_session(stub, person="c-1")
            for number in range(1, 12):
                await call.write(chunk(number, b"no picture"))
                await asyncio.sleep(0.08)
            assert await end_of(call) == "PICTURE_UNSUPPORTED"
        call = stub.RunSession()
        await call.write(Request(config=messages.SessionConfig(person="c-1")))
        assert await end_of(call) == "TOO_MANY_ATTEMPTS"


async def test_times_of_the_sender_reach_the_judge_as_they_are(
    stub: Any, scripted: InProcessServer, portrait: bytes
) -> None:
    call, _ = await open_session(stub)
    times = [(2.0, 100), (1.0, 50), (1.0, 50)]
    for number, (pts_s, seconds) in enumerate(times, 1):
        more = {"pts": {"seconds": int(pts_s)}, "capture_time": {"seconds": seconds}}
        await call.write(chunk(number, portrait, **more))
        await asyncio.sleep(0.1)
    frames = scripted.house.judge.sessions[0].frames
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
