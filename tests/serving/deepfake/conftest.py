import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from protos.smartbranch.deepfake.v1.deepfake_service_pb2_grpc import DeepfakeServiceStub
from tests.support.clips import make_clip
from tests.support.liveness import InProcessServer, serving_scripted

SMALL: dict[str, Any] = {
    "max_clips": 2,
    "clip_max_bytes": 200_000,
    "clip_max_s": 5.0,
    "clip_max_frames": 60,
    "clip_max_pixels": 20_000,
    "session_max_chunk_bytes": 64_000,
    "clip_silence_s": 2.0,
}


@pytest.fixture
async def scripted(tmp_path: Path) -> AsyncIterator[InProcessServer]:
    """A server in this process whose check for forgery follows a script, with small limits."""
    async with serving_scripted(tmp_path, **SMALL) as server:
        yield server


@pytest.fixture
async def stub(scripted: InProcessServer) -> AsyncIterator[Any]:
    async with grpc.aio.insecure_channel(scripted.grpc) as channel:
        yield DeepfakeServiceStub(channel)


@pytest.fixture(scope="session")
def clip() -> bytes:
    """A clip of eight frames and a tone, an MP4 file."""
    return make_clip(tone_s=0.3)


@pytest.fixture
def spooled() -> Callable[[], int]:
    """How many files without a name this process has open."""

    def count() -> int:
        found = 0
        for number in os.listdir("/proc/self/fd"):
            try:
                found += "(deleted)" in os.readlink(f"/proc/self/fd/{number}")
            except FileNotFoundError:  # The listing's own.
                continue
        return found

    return count
