"""Pictures and clips through the client, over real gRPC, with a judge that follows a script."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest

from client import ApiError, Retry, SmartBranchClient
from client.deepfake_types import ForgeryOutcome, HeatMap, Weight
from deepfake.outcome import ForgeryOutcome as ServerOutcome
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2_grpc
from tests.support.clips import make_clip
from tests.support.grpc_clips import JPEG, PICTURE, SOUND, clip_codes, until
from tests.support.liveness import InProcessServer, serving_scripted


@pytest.fixture
async def scripted(tmp_path: Path) -> AsyncIterator[InProcessServer]:
    async with serving_scripted(tmp_path, clip_max_bytes=200_000) as server:
        yield server


@pytest.fixture
async def app(scripted: InProcessServer) -> AsyncIterator[SmartBranchClient]:
    async with SmartBranchClient(scripted.grpc, retry=Retry(2, 0.02)) as client:
        yield client


async def test_a_picture_has_a_decision_and_a_face(app: SmartBranchClient) -> None:
    found = await app.check_deepfake_image(PICTURE, wants_heat_map=True, request_id="r-1")
    decision = found.decision
    assert decision.outcome is ForgeryOutcome.GENUINE
    assert decision.fake_score == pytest.approx(0.3)
    assert decision.signals[1].score is None
    assert decision.operating_point.max_inconclusive_rate == 0.2
    cells = ((0.0, 0.5), (1.0, 0.25))
    assert decision.heat_map == HeatMap(cells, (-4.0, 0.0, 60.0, 64.0), 0.5)
    assert found.face.box_xyxy == (1.0, 2.0, 30.0, 40.0)


async def test_a_filmed_clip_is_signed_and_arrives_whole(
    app: SmartBranchClient, scripted: InProcessServer
) -> None:
    taken = datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC)
    async with app.open_clip(request_id="r-1") as clip:
        assert clip.name is not None
        for number in range(4):
            assert await clip.send_picture(PICTURE, pts_s=number / 30, capture_time=taken)
            assert await clip.send_sound(SOUND, pts_s=number / 30)
        found = await clip.finish()
    assert found.decision.outcome is ForgeryOutcome.GENUINE
    assert (found.frame_count, found.is_early) == (4, False)
    assert not found.decision.moments
    (shown,) = scripted.house.forgery.clips
    assert [frame.capture_time for frame in shown.frames] == [taken] * 4
    assert len(shown.sound) == 4
    resources = [line.event.resource for line in scripted.house.audit.lines("default")]
    assert resources == [clip.name, clip.name]


async def test_a_clip_can_go_unsigned(app: SmartBranchClient) -> None:
    async with app.open_clip(is_signed=False, wants_heat_map=True) as clip:
        await clip.send_picture(PICTURE)
        found = await clip.finish()
    assert clip.name is None
    assert found.decision.heat_map is not None


async def test_what_a_chain_lacks_is_told_with_its_place(app: SmartBranchClient) -> None:
    async with app.open_clip() as clip:
        await clip.send_picture(PICTURE)
        assert clip._signer is not None
        clip._signer.sign(clip._chunk(JPEG, PICTURE, None, None))  # It is lost on its way.
        await clip.send_picture(PICTURE)
        found = await clip.finish()
    (moment,) = found.decision.moments
    assert (moment.code, moment.signal) == ("CHAIN_GAP", "frame_chain")
    assert moment.weight is Weight.HOLDS  # A third of the clip.
    assert moment.start_s >= 0


async def test_sending_stops_at_a_certain_answer(
    app: SmartBranchClient, scripted: InProcessServer
) -> None:
    scripted.house.forgery.certain_after = 3
    sent = 0
    async with app.open_clip() as clip:
        while await clip.send_picture(PICTURE):
            sent += 1
            await asyncio.sleep(0.005)
        assert clip.has_answer
        found = await clip.finish()
    assert found.decision.outcome is ForgeryOutcome.FAKE
    assert found.is_early
    assert sent >= 3


async def test_who_sends_without_a_pause_gets_the_early_answer_too(
    app: SmartBranchClient, scripted: InProcessServer
) -> None:
    """A write that met the end of the call took the answer with it."""
    scripted.house.forgery.certain_after = 3
    for _ in range(10):
        async with app.open_clip(is_signed=False) as clip:
            while await clip.send_sound(SOUND) and await clip.send_picture(PICTURE):
                pass
            assert (await clip.finish()).is_early


async def test_who_hangs_up_on_an_early_answer_is_in_the_books_as_answered(
    app: SmartBranchClient, scripted: InProcessServer
) -> None:
    """It was counted as CANCELLED, though the client had its answer."""
    scripted.house.forgery.certain_after = 1
    async with app.open_clip(is_signed=False) as clip:
        await clip.send_picture(PICTURE)
        await until(lambda: clip.has_answer)
        assert (await clip.finish()).is_early
    await until(lambda: bool(clip_codes(scripted._metrics)))
    assert clip_codes(scripted._metrics) == ["OK"]


async def test_a_refusal_in_mid_clip_says_why(app: SmartBranchClient) -> None:
    """The client got INTERNAL, for it was writing when the call ended."""
    for _ in range(10):
        async with app.open_clip(is_signed=False) as clip:
            await clip.send_picture(b"no picture")
            while await clip.send_picture(PICTURE):
                pass
            with pytest.raises(ApiError) as caught:
                await clip.finish()
            assert caught.value.reason == "PICTURE_UNSUPPORTED"


async def test_leaving_breaks_a_clip_off(app: SmartBranchClient, scripted: InProcessServer) -> None:
    async with app.open_clip() as clip:
        await clip.send_picture(PICTURE)
        await until(lambda: scripted.house.forgery.waiting > 0)
    await until(lambda: not scripted.house.forgery.open_analyzers)
    assert not scripted.house.deepfake.decisions.snapshot()


async def test_nothing_is_sent_outside_of_the_block(app: SmartBranchClient) -> None:
    with pytest.raises(RuntimeError):
        await app.open_clip().send_picture(PICTURE)


async def test_a_file_is_sent_in_parts(
    app: SmartBranchClient, scripted: InProcessServer, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(make_clip(tone_s=0.3))
    scripted.house.forgery.ending = ServerOutcome.INCONCLUSIVE
    found = await app.check_clip_file(path, wants_heat_map=True)
    assert found.decision.outcome is ForgeryOutcome.INCONCLUSIVE
    assert found.frame_count == 8
    assert found.decision.heat_map is not None


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "CLIP_EMPTY"), (b"text", "CLIP_UNSUPPORTED"), (bytes(3_000_000), "CLIP_TOO_LARGE")],
    ids=["empty", "text", "too large"],
)
async def test_a_file_that_is_refused_says_why(
    app: SmartBranchClient, tmp_path: Path, data: bytes, reason: str
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    with pytest.raises(ApiError) as caught:
        await app.check_clip_file(path)
    assert caught.value.reason == reason


async def test_a_server_that_is_not_there_is_told_soon(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(make_clip())
    async with SmartBranchClient("127.0.0.1:1", retry=Retry(2, 0.01)) as client:
        with pytest.raises(ApiError) as caught:
            await client.check_clip_file(path)
        assert caught.value.is_unavailable
        with pytest.raises(ApiError):
            async with client.open_clip():
                pass


class Silent(deepfake_service_pb2_grpc.DeepfakeServiceServicer):
    """Ends each clip well and says nothing."""

    async def CheckImage(self, request: Any, context: Any) -> Any:
        raise NotImplementedError

    async def OpenClip(self, request: Any, context: Any) -> Any:
        raise NotImplementedError

    async def CheckClip(
        self, requests: AsyncIterator[messages.CheckClipRequest], context: Any
    ) -> Any:
        return None


async def test_no_answer_is_no_decision(tmp_path: Path) -> None:
    server = grpc.aio.server()
    deepfake_service_pb2_grpc.add_DeepfakeServiceServicer_to_server(Silent(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with SmartBranchClient(f"127.0.0.1:{port}") as client:
        async with client.open_clip(is_signed=False) as clip:
            await clip.send_picture(PICTURE)
            with pytest.raises(ApiError):
                await clip.finish()
    await server.stop(None)
