"""A clip that comes in chunks, over real gRPC: all of it looked at, signed or not, once."""

import asyncio
import time
from typing import Any

import grpc
import pytest

from client.errors import to_api_error
from client.frame_chain import ChainSigner
from protos.smartbranch.deepfake.v1 import deepfake_pb2
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from serving.deepfake.intake import MAX_WAITING, ClipIntake
from serving.streams.types import Chunk
from tests.support.grpc_clips import (
    PCM,
    SOUND,
    Request,
    ask,
    chunk,
    chunks,
    chunks_config,
    end,
    reason_of,
    until,
)
from tests.support.liveness import InProcessServer

FAKE, GENUINE = deepfake_pb2.ForgeryDecision.FAKE, deepfake_pb2.ForgeryDecision.GENUINE
BREAKS, HOLDS = deepfake_pb2.Moment.BREAKS, deepfake_pb2.Moment.HOLDS


async def test_pictures_and_sound_reach_the_judge_as_they_were_sent(
    stub: Any, scripted: InProcessServer
) -> None:
    sent = [
        chunk(1, pts={"nanos": 40_000_000}, capture_time={"seconds": 1_700_000_000}),
        chunk(2, SOUND, codec=PCM, pts={"nanos": 50_000_000}),
        chunk(3, pts={"nanos": 80_000_000}),
    ]
    answer = await ask(
        stub, [chunks_config(request_id="r-1", wants_heat_map=True), *sent, end(last_sequence=3)]
    )
    assert (answer.decision.outcome, answer.frame_count) == (GENUINE, 2)
    assert answer.decision.HasField("heat_map")
    assert not answer.is_early
    (shown,) = scripted.house.forgery.clips
    assert shown.plan.is_live
    first, second = shown.frames
    assert (first.index, first.pts_s, second.pts_s) == (0, 0.04, 0.08)
    assert first.capture_time is not None
    assert first.capture_time.timestamp() == 1_700_000_000
    (piece,) = shown.sound
    assert (piece.duration_s, piece.pts_s) == (0.1, 0.05)
    # By the sender's clock it began 10 ms after the first picture; it came when it was whole.
    assert piece.received_monotonic_s - first.received_monotonic_s == pytest.approx(0.01)
    assert not scripted.house.forgery.open_analyzers
    line = list(scripted.house.audit.lines("default"))[-1].event
    assert (line.resource, line.details["frames"]) == ("clip", 2)


async def test_sound_without_the_sender_s_clock_began_before_it_came(
    stub: Any, scripted: InProcessServer
) -> None:
    began_s = time.monotonic()
    await ask(stub, [chunks_config(), chunk(1), chunk(2, bytes(64_000), codec=PCM), end()])
    (piece,) = scripted.house.forgery.clips[0].sound
    assert piece.duration_s == 2.0
    assert began_s - 2.0 <= piece.received_monotonic_s <= time.monotonic() - 2.0


async def test_a_slow_look_drops_nothing_and_holds_the_sender(
    stub: Any, scripted: InProcessServer
) -> None:
    forgery = scripted.house.forgery
    forgery.gate.clear()
    call = stub.CheckClip()
    await call.write(chunks_config())
    for request in chunks(60):
        await call.write(request)
    await until(lambda: forgery.waiting == 1)
    forgery.gate.set()
    await call.write(end())
    await call.done_writing()
    assert (await call).frame_count == 60
    assert [frame.index for frame in forgery.clips[0].frames] == list(range(60))


async def test_pictures_are_told_by_when_they_came_and_not_by_when_they_were_looked_at(
    stub: Any, scripted: InProcessServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived: list[int] = []
    accept = ClipIntake.accept

    def accept_and_tell(intake: ClipIntake, chunk: Chunk) -> None:
        accept(intake, chunk)
        arrived.append(chunk.sequence)

    monkeypatch.setattr(ClipIntake, "accept", accept_and_tell)
    forgery = scripted.house.forgery
    forgery.gate.clear()
    call = stub.CheckClip()
    await call.write(chunks_config())
    for request in chunks(2):
        await call.write(request)
    await until(lambda: arrived == [1, 2])
    released_s = time.monotonic()
    forgery.gate.set()
    await call.write(end())
    await call.done_writing()
    await call
    assert forgery.clips[0].frames[1].received_monotonic_s <= released_s


async def test_what_waits_is_bounded(stub: Any, scripted: InProcessServer) -> None:
    assert MAX_WAITING < 100
    scripted.house.forgery.gate.clear()
    call = stub.CheckClip()
    await call.write(chunks_config())
    await call.write(chunk(1))
    for number in range(2, 55):
        await call.write(chunk(number, SOUND, codec=PCM))
    # Nothing but the first picture was looked at, and nothing was refused: it all waits.
    await until(lambda: scripted.house.forgery.waiting == 1)
    assert not scripted.house.forgery.clips[0].sound
    call.cancel()
    scripted.house.forgery.gate.set()
    await until(lambda: not scripted.house.forgery.open_analyzers)


async def test_a_certain_answer_comes_before_the_end(stub: Any, scripted: InProcessServer) -> None:
    scripted.house.forgery.certain_after = 3
    call = stub.CheckClip()
    await call.write(chunks_config())
    for request in chunks(3):
        await call.write(request)
    answer = await call
    assert (answer.decision.outcome, answer.is_early, answer.frame_count) == (FAKE, True, 3)
    assert (await call.code()) is grpc.StatusCode.OK
    line = list(scripted.house.audit.lines("default"))[-1].event
    assert line.details["is_early"] is True


async def test_a_client_that_goes_leaves_no_decision(stub: Any, scripted: InProcessServer) -> None:
    call = stub.CheckClip()
    await call.write(chunks_config())
    for request in chunks(3):
        await call.write(request)
    await until(lambda: scripted.house.forgery.waiting == 3)
    call.cancel()
    await until(lambda: not scripted.house.forgery.open_analyzers)
    assert not scripted.house.deepfake.decisions.snapshot()
    # Its place is free again.
    assert (await ask(stub, [chunks_config(), *chunks(2), end()])).frame_count == 2


async def test_a_client_that_goes_in_mid_look_leaves_nothing(
    stub: Any, scripted: InProcessServer
) -> None:
    forgery = scripted.house.forgery
    forgery.gate.clear()
    call = stub.CheckClip()
    await call.write(chunks_config())
    await call.write(chunk(1))
    await until(lambda: forgery.waiting == 1)
    call.cancel()
    # The place is free at once, while the look still holds its pictures.
    answer = asyncio.create_task(ask(stub, [chunks_config(), *chunks(1), end()]))
    await until(lambda: forgery.waiting == 2)
    assert forgery.open_analyzers == 2
    forgery.gate.set()
    assert (await answer).frame_count == 1
    await until(lambda: not forgery.open_analyzers)


class Signed:
    """A signed clip of five pictures, before anything happens to it."""

    def __init__(self, opened: messages.OpenClipResponse) -> None:
        signer = ChainSigner(opened.chain_key, opened.clip)
        self.chunks = [signer.sign(request.chunk) for request in chunks(5)]
        self.closing = signer.close()
        self.name = opened.clip

    def requests(self, **more: Any) -> list[Request]:
        sent = [Request(chunk=one) for one in self.chunks]
        last = {"last_sequence": 5, "chain_hash": self.closing} | more
        return [chunks_config(clip=self.name), *sent, end(**last)]


@pytest.fixture
async def signed(stub: Any) -> Signed:
    return Signed(await stub.OpenClip(messages.OpenClipRequest()))


async def test_a_signed_clip_that_came_whole_is_judged_by_its_pictures(
    stub: Any, scripted: InProcessServer, signed: Signed
) -> None:
    answer = await ask(stub, signed.requests())
    assert answer.decision.outcome == GENUINE
    assert not answer.decision.moments
    opened, judged = [line.event for line in scripted.house.audit.lines("default")][-2:]
    assert (opened.action, judged.action) == ("deepfake.open", "deepfake.clip")
    assert opened.resource == judged.resource == signed.name


def _edit(clip: Signed) -> None:
    clip.chunks[2].data = clip.chunks[3].data + b"\x00"


def _unsign(clip: Signed) -> None:
    clip.chunks[2].chain_hash = b""


def _swap(clip: Signed) -> None:
    clip.chunks[1], clip.chunks[2] = clip.chunks[2], clip.chunks[1]


def _retime(clip: Signed) -> None:
    clip.chunks[2].pts.nanos = 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_edit, "CHAIN_BROKEN"),
        (_retime, "CHAIN_BROKEN"),
        (_unsign, "CHAIN_MISSING"),
        (_swap, "CHAIN_REORDERED"),
    ],
    ids=["edited", "another time", "unsigned", "reordered"],
)
async def test_a_signed_clip_that_was_changed_is_refused_early(
    stub: Any, signed: Signed, change: Any, code: str
) -> None:
    change(signed)
    answer = await ask(stub, signed.requests())
    assert (answer.decision.outcome, answer.is_early) == (FAKE, True)
    assert (code, BREAKS) in [(one.code, one.weight) for one in answer.decision.moments]


async def test_what_a_signed_clip_lost_or_got_twice_is_mentioned_and_not_looked_at(
    stub: Any, scripted: InProcessServer, signed: Signed
) -> None:
    del signed.chunks[2]
    signed.chunks.insert(2, signed.chunks[1])
    answer = await ask(stub, signed.requests())
    assert answer.decision.outcome == GENUINE
    codes = {moment.code for moment in answer.decision.moments}
    assert codes == {"CHAIN_GAP", "CHAIN_REPLAYED"}
    assert answer.frame_count == 5
    assert len(scripted.house.forgery.clips[0].frames) == 4


async def test_a_signed_clip_without_its_closing_link_is_held(stub: Any, signed: Signed) -> None:
    answer = await ask(stub, signed.requests(chain_hash=b""))
    assert [(one.code, one.weight) for one in answer.decision.moments] == [
        ("CHAIN_UNFINISHED", HOLDS)
    ]


async def test_a_signed_clip_is_good_once(stub: Any, signed: Signed) -> None:
    assert (await ask(stub, signed.requests())).frame_count == 5
    assert await reason_of(stub, signed.requests()) == "CLIP_NOT_FOUND"


async def test_another_clip_s_chain_proves_nothing(stub: Any, signed: Signed) -> None:
    other = await stub.OpenClip(messages.OpenClipRequest())
    signed.name = other.clip
    assert (await ask(stub, signed.requests())).decision.outcome == FAKE


async def test_the_end_of_a_call_says_why(stub: Any) -> None:
    """A client that goes on writing after a refusal still learns the reason."""
    call = stub.CheckClip()
    await call.write(chunks_config())
    await call.write(chunk(7))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    failure = to_api_error(caught.value)
    assert (failure.reason, failure.metadata["next_sequence"]) == ("SEQUENCE_GAP", "1")
