"""What CheckClip refuses, each with its reason and nothing left; one server bears it all."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import numpy as np
import pytest
import pytest_asyncio

from media.pictures import encode_jpeg, encode_png
from protos.smartbranch.deepfake.v1.deepfake_service_pb2_grpc import DeepfakeServiceStub
from protos.smartbranch.media.v1 import media_pb2
from tests.serving.deepfake.conftest import SMALL
from tests.support.clips import make_clip, make_wav, square_picture
from tests.support.grpc_clips import (
    PCM,
    PICTURE,
    PNG,
    SOUND,
    Request,
    chunk,
    chunks,
    chunks_config,
    config,
    end,
    part,
    parts,
    reason_of,
    until,
)
from tests.support.liveness import serving_scripted

pytestmark = pytest.mark.asyncio(loop_scope="module")
Count = Callable[[], int]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    folder = tmp_path_factory.mktemp("refusals")
    async with (
        serving_scripted(folder, **SMALL) as server,
        grpc.aio.insecure_channel(server.grpc) as channel,
    ):
        yield DeepfakeServiceStub(channel)


def large(count: int = 1) -> bytes:
    return make_clip(pictures=[square_picture(width=256, height=128)] * count)


IN_PIECES = {"movflags": "frag_keyframe+empty_moov"}
FILES = {
    "nothing": (b"", "CLIP_EMPTY"),
    "zeros": (b"\x00" * 5000, "CLIP_UNSUPPORTED"),
    "an archive": (b"PK\x03\x04" + bytes(500), "CLIP_UNSUPPORTED"),
    "a picture": (PICTURE, "CLIP_UNSUPPORTED"),
    "sound alone": (make_wav(np.zeros((1, 16_000), np.int16)), "CLIP_UNSUPPORTED"),
    "another codec": (make_clip().replace(b"avc1", b"dvh1"), "CLIP_UNSUPPORTED"),
    "truncated": (make_clip()[:-400], "CLIP_BROKEN"),
    "truncated, in pieces": (
        make_clip(options={"movflags": "frag_keyframe+empty_moov"})[:1200],
        "CLIP_BROKEN",
    ),
    "truncated matroska": (make_clip("matroska-h264")[:900], "CLIP_BROKEN"),
    "pixels": (large(), "CLIP_TOO_LARGE"),
    "duration": (make_clip(pts=[0, 25 * 9], pictures=[square_picture()] * 2), "CLIP_TOO_LONG"),
    "frames": (make_clip(pictures=[square_picture()] * 61), "CLIP_TOO_LARGE"),
    "bytes": (bytes(200_001), "CLIP_TOO_LARGE"),
}


@pytest.mark.parametrize(("data", "reason"), FILES.values(), ids=FILES)
async def test_a_file_that_is_no_whole_clip_within_limits_is_refused(
    stub: Any, spooled: Count, data: bytes, reason: str
) -> None:
    before = spooled()
    assert await reason_of(stub, [config(), *parts(data, 50_000), end()]) == reason
    await until(lambda: spooled() == before)


ORDERS: dict[str, tuple[list[Request], str]] = {
    "nothing": ([], "ARGUMENT_INVALID"),
    "no config": ([part(b"x")], "ARGUMENT_INVALID"),
    "an empty message": ([Request()], "ARGUMENT_INVALID"),
    "config twice": ([config(), config()], "ARGUMENT_INVALID"),
    "config in a clip": ([chunks_config(), chunk(1), chunks_config()], "ARGUMENT_INVALID"),
    "empty later": ([config(), part(b"x"), Request()], "ARGUMENT_INVALID"),
    "chunk in a file": ([config(), chunk(1)], "ARGUMENT_INVALID"),
    "part among chunks": ([chunks_config(), part(b"x")], "ARGUMENT_INVALID"),
    "part after the end": ([config(), part(b"x"), end(), part(b"x")], "ARGUMENT_INVALID"),
    "chunk after the end": ([chunks_config(), *chunks(2), end(), chunk(3)], "ARGUMENT_INVALID"),
    "end twice": ([chunks_config(), *chunks(2), end(), end()], "ARGUMENT_INVALID"),
    "a signed file": ([config(clip="tenants/default/deepfakeClips/d")], "ARGUMENT_INVALID"),
    "content": ([config(content=9), end()], "ARGUMENT_INVALID"),
    "tenant": ([config(parent="tenants/other"), end()], "ROLE_NOT_ALLOWED"),
    "request id": ([config(request_id="?"), end()], "RESOURCE_NAME_INVALID"),
    "unknown clip": ([chunks_config(clip="tenants/default/deepfakeClips/d")], "CLIP_NOT_FOUND"),
    "no clip's name": ([chunks_config(clip="tenants/default/x" * 99)], "RESOURCE_NAME_INVALID"),
    "a clip that is none": (
        [chunks_config(clip="tenants/default/deepfakeClips/\n")],
        "RESOURCE_NAME_INVALID",
    ),
    "huge part": ([config(), part(bytes(1024 * 1024 + 1)), end()], "MESSAGE_TOO_LARGE"),
    "no end": ([config()], "UNFINISHED_CLIP"),
    "no end of a file": ([config(), part(b"x")], "UNFINISHED_CLIP"),
    "no end of chunks": ([chunks_config(), *chunks(3)], "UNFINISHED_CLIP"),
}


@pytest.mark.parametrize(("requests", "reason"), ORDERS.values(), ids=ORDERS)
async def test_messages_out_of_order_are_refused(
    stub: Any, spooled: Count, requests: list[Request], reason: str
) -> None:
    before = spooled()
    assert await reason_of(stub, requests) == reason
    await until(lambda: spooled() == before)


def _noise(side: int) -> bytes:
    return encode_png(np.random.default_rng(1).integers(0, 255, (side, side, 3), np.uint8))


CHUNKS: dict[str, tuple[list[Request], str]] = {
    "none": ([], "ARGUMENT_INVALID"),
    "number 0": ([chunk(0)], "ARGUMENT_INVALID"),
    "begins late": ([chunk(2)], "SEQUENCE_GAP"),
    "gap": ([chunk(1), chunk(3)], "SEQUENCE_GAP"),
    "twice": ([chunk(1), chunk(1)], "SEQUENCE_GAP"),
    "backwards": ([*chunks(3), chunk(2)], "SEQUENCE_GAP"),
    "last one missing": ([*chunks(3), end(last_sequence=4)], "SEQUENCE_GAP"),
    "no codec": ([chunk(1, codec=0)], "ARGUMENT_INVALID"),
    "reserved codec": ([chunk(1, codec=media_pb2.MediaChunk.H264)], "ARGUMENT_INVALID"),
    "no picture": ([chunk(1, b"")], "PICTURE_EMPTY"),
    "sound as picture": ([chunk(1, SOUND)], "PICTURE_UNSUPPORTED"),
    "half a picture": ([chunk(1, PICTURE[: len(PICTURE) // 2])], "PICTURE_BROKEN"),
    "half a sample": ([chunk(1), chunk(2, b"abc", codec=PCM)], "SOUND_BROKEN"),
    "no sound": ([chunk(1), chunk(2, b"", codec=PCM)], "SOUND_BROKEN"),
    "pixels": ([chunk(1, encode_jpeg(square_picture(width=256, height=128)))], "PICTURE_TOO_LARGE"),
    "long chunk": ([chunk(1, _noise(160), codec=PNG)], "MESSAGE_TOO_LARGE"),
    "frames": (chunks(61), "CLIP_TOO_LARGE"),
    "bytes": ([chunk(n, _noise(76), codec=PNG) for n in range(1, 13)], "CLIP_TOO_LARGE"),
    "duration": ([chunk(1, pts={"seconds": 0}), chunk(2, pts={"seconds": 9})], "CLIP_TOO_LONG"),
    "sound": ([chunk(n, SOUND, codec=PCM) for n in range(1, 55)], "CLIP_TOO_LONG"),
    "two cameras": ([chunk(1), chunk(2, track="other")], "ARGUMENT_INVALID"),
    "track": ([chunk(1, track="?")], "RESOURCE_NAME_INVALID"),
    "time": ([chunk(1, pts={"seconds": 2**62})], "ARGUMENT_INVALID"),
}


@pytest.mark.parametrize(("sent", "reason"), CHUNKS.values(), ids=CHUNKS)
async def test_chunks_that_do_not_fit_are_refused(
    stub: Any, sent: list[Request], reason: str
) -> None:
    last = [] if sent and sent[-1].HasField("end") else [end()]
    assert await reason_of(stub, [chunks_config(), *sent, *last]) == reason
