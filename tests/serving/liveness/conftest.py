from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from protos.smartbranch.liveness.v1.liveness_service_pb2_grpc import LivenessServiceStub
from tests.support.liveness import InProcessServer, serving_scripted


@pytest.fixture
async def scripted(tmp_path: Path) -> AsyncIterator[InProcessServer]:
    """A server in this process whose judge follows a script."""
    async with serving_scripted(tmp_path, session_heartbeat_s=0.3) as server:
        yield server


@pytest.fixture
async def stub(scripted: InProcessServer) -> AsyncIterator[Any]:
    async with grpc.aio.insecure_channel(scripted.grpc) as channel:
        yield LivenessServiceStub(channel)
