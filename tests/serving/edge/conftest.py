from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import grpc
import pytest

from serving.edge.settings import EdgeSettings
from tests.support.boxes import EdgeHouse, serving_boxes
from tests.support.galleries import ManualClock
from tests.support.liveness import InProcessServer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def house(tmp_path: Path, clock: ManualClock) -> Iterator[EdgeHouse]:
    """Boxes without a server, with a clock that a test moves."""
    house = EdgeHouse(tmp_path, EdgeSettings(), clock)
    yield house
    house.close()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[InProcessServer]:
    """A server in this process, with a small window."""
    async with serving_boxes(tmp_path, edge_window=8) as server:
        yield server


@pytest.fixture
def served(server: InProcessServer) -> EdgeHouse:
    house = server.house
    assert isinstance(house, EdgeHouse)
    house.register()
    return house


@pytest.fixture
async def channel(server: InProcessServer) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(server.grpc) as channel:
        yield channel


@pytest.fixture
async def impatient(tmp_path: Path) -> AsyncIterator[InProcessServer]:
    """A server that takes a second's silence for a box that has gone."""
    async with serving_boxes(tmp_path, edge_silence_s=1.1) as server:
        yield server
