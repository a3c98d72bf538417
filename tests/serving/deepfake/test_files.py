"""A clip that is a file, over real gRPC: judged once, refused for what it is, and gone."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from base.errors import InferenceFailedError
from client.errors import to_api_error
from deepfake.outcome import ForgeryOutcome
from media.pictures import encode_jpeg
from protos.smartbranch.deepfake.v1 import deepfake_pb2
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from serving.audit.types import Outcome
from tests.support.clips import square_picture
from tests.support.grpc_clips import (
    ask,
    chunks,
    chunks_config,
    config,
    end,
    part,
    parts,
    reason_of,
    until,
)
from tests.support.liveness import InProcessServer

Count = Callable[[], int]


async def test_a_file_is_judged_and_gone(
    stub: Any, scripted: InProcessServer, clip: bytes, spooled: Count
) -> None:
    before = spooled()
    answer = await ask(
        stub, [config(wants_heat_map=True, request_id="req-1"), *parts(clip, 1000), end()]
    )
    decision = answer.decision
    assert decision.outcome == deepfake_pb2.ForgeryDecision.GENUINE
    assert [reason.code for reason in decision.reasons] == ["LOOKS_GENUINE"]
    assert [signal.name for signal in decision.signals] == ["frame_forgery", "sound_in_step"]
    assert not decision.signals[1].HasField("score")
    assert decision.operating_point.max_false_alarm_rate == 0.05
    assert [model.model_id for model in decision.models] == ["toy-passive"]
    heat = decision.heat_map
    assert (heat.height, heat.width, list(heat.cells)) == (2, 2, [0.0, 0.5, 1.0, 0.25])
    assert (heat.window.x1_px, heat.time_offset.ToMilliseconds()) == (-4.0, 500)
    assert (answer.frame_count, answer.judged_frame_count, answer.is_early) == (8, 4, False)
    (shown,) = scripted.house.forgery.clips
    assert not shown.plan.is_live
    assert sum(piece.duration_s for piece in shown.sound) == pytest.approx(0.3, abs=0.1)
    assert spooled() == before
    line = list(scripted.house.audit.lines("default"))[-1].event
    assert (line.action, line.resource) == ("deepfake.clip", "clip")
    assert line.details["decision"] == "GENUINE"
    assert line.details["request_id"] == "req-1"
    assert scripted.house.deepfake.decisions.snapshot() == {("deepfake.clip", "GENUINE"): 1}


async def test_a_file_that_is_certainly_forged_is_read_no_further(
    stub: Any, scripted: InProcessServer, clip: bytes
) -> None:
    scripted.house.forgery.certain_after = 3
    answer = await ask(stub, [config(), *parts(clip), end()])
    assert answer.decision.outcome == deepfake_pb2.ForgeryDecision.FAKE
    assert (answer.frame_count, answer.is_early) == (3, True)


async def test_a_file_has_no_name_that_anybody_finds(
    stub: Any, scripted: InProcessServer, clip: bytes, tmp_path: Path
) -> None:
    folder = Path(tempfile.gettempdir())
    before = set(os.listdir(folder)) | set(os.listdir(tmp_path))
    scripted.house.forgery.gate.clear()
    asking = asyncio.create_task(ask(stub, [config(), *parts(clip), end()]))
    await until(lambda: scripted.house.forgery.waiting > 0)
    new = (set(os.listdir(folder)) | set(os.listdir(tmp_path))) - before
    assert not [name for name in new if "clip" in name]
    scripted.house.forgery.gate.set()
    assert (await asking).frame_count == 8


async def test_a_client_that_goes_leaves_nothing(
    stub: Any, scripted: InProcessServer, clip: bytes, spooled: Count
) -> None:
    before = spooled()
    # While it sends, and while the file is being judged.
    sending = stub.CheckClip()
    await sending.write(config())
    await sending.write(part(clip[:100]))
    await until(lambda: spooled() > before)
    sending.cancel()
    await until(lambda: spooled() == before)
    scripted.house.forgery.gate.clear()
    asking = asyncio.create_task(ask(stub, [config(), *parts(clip), end()]))
    await until(lambda: scripted.house.forgery.waiting > 0)
    asking.cancel()
    await asyncio.wait({asking})
    # That it went takes a moment to arrive; a clip that is judged by then is answered.
    await until(lambda: len(_unanswered(scripted)) == 2)
    scripted.house.forgery.gate.set()
    await until(lambda: spooled() == before and not scripted.house.forgery.open_analyzers)
    assert not scripted.house.deepfake.decisions.snapshot()
    assert _unanswered(scripted) == ["CANCELLED", "CANCELLED"]


def _unanswered(scripted: InProcessServer) -> list[object]:
    """Return why clips ended without an answer, by the audit log."""
    events = [line.event for line in scripted.house.audit.lines("default")]
    return [one.details["reason"] for one in events if one.outcome is not Outcome.OK]


async def test_a_clip_that_gets_no_answer_leaves_a_line(
    stub: Any, scripted: InProcessServer, clip: bytes
) -> None:
    """Who watched how a clip was taken and broke it off was seen in no audit log."""
    refused = [config(request_id="r-1"), *parts(clip[:-400]), end()]
    assert await reason_of(stub, refused) == "CLIP_BROKEN"
    assert await reason_of(stub, [chunks_config(), *chunks(2)]) == "UNFINISHED_CLIP"
    scripted.house.forgery.broken = InferenceFailedError("the model gave no number")
    await reason_of(stub, [config(), *parts(clip), end()])
    assert _unanswered(scripted) == ["CLIP_BROKEN", "UNFINISHED_CLIP", "INFERENCE_FAILED"]
    events = [line.event for line in scripted.house.audit.lines("default")]
    assert [one.outcome for one in events] == [Outcome.REFUSED, Outcome.REFUSED, Outcome.FAILED]
    assert {(one.action, one.resource) for one in events} == {("deepfake.clip", "clip")}
    assert events[0].details["request_id"] == "r-1"


async def test_a_fault_of_ours_leaves_nothing(
    stub: Any, scripted: InProcessServer, clip: bytes, spooled: Count
) -> None:
    before = spooled()
    scripted.house.forgery.broken = InferenceFailedError("the model gave no number")
    assert await reason_of(stub, [config(), *parts(clip), end()]) == "INFERENCE_FAILED"
    await until(lambda: spooled() == before)


async def test_a_deadline_ends_a_clip_and_its_file(
    stub: Any, scripted: InProcessServer, clip: bytes, spooled: Count
) -> None:
    before = spooled()
    call = stub.CheckClip(timeout=0.3)
    await call.write(config())
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    assert to_api_error(caught.value).reason == "DEADLINE_EXCEEDED"
    await until(lambda: spooled() == before)


async def test_silence_ends_a_clip(stub: Any) -> None:
    call = stub.CheckClip()
    await call.write(config())
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    assert to_api_error(caught.value).reason == "DEADLINE_EXCEEDED"


async def test_one_clip_too_many_is_refused_and_the_next_one_served(
    stub: Any, scripted: InProcessServer, clip: bytes
) -> None:
    scripted.house.forgery.gate.clear()
    first = [asyncio.create_task(ask(stub, [config(), *parts(clip), end()])) for _ in range(2)]
    await until(lambda: scripted.house.forgery.waiting == 2)
    assert await reason_of(stub, [config(), *parts(clip), end()]) == "SERVER_BUSY"
    scripted.house.forgery.gate.set()
    for answer in await asyncio.gather(*first):
        assert answer.decision.outcome == deepfake_pb2.ForgeryDecision.GENUINE
    assert (await ask(stub, [config(), *parts(clip), end()])).frame_count == 8


async def test_a_picture_is_judged_with_the_face_that_it_is_about(
    stub: Any, scripted: InProcessServer
) -> None:
    scripted.house.forgery.ending = ForgeryOutcome.FAKE
    request = messages.CheckImageRequest(picture=encode_jpeg(square_picture()), wants_heat_map=True)
    answer = await stub.CheckImage(request)
    assert answer.decision.outcome == deepfake_pb2.ForgeryDecision.FAKE
    assert answer.decision.heat_map.width == 2
    assert answer.face.box.x2_px == 30
    line = list(scripted.house.audit.lines("default"))[-1].event
    assert (line.action, line.details["decision"]) == ("deepfake.check", "FAKE")
