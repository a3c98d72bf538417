from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest

from client import SmartBranchClient
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tests.support.server import ServerProcess


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A development server with real models, shared by all tests that do not stop it."""
    folder = tmp_path_factory.mktemp("server")
    with ServerProcess(folder, rate_per_s=10_000, rate_burst=10_000) as running:
        yield running


@pytest.fixture
async def client(server: ServerProcess) -> AsyncIterator[SmartBranchClient]:
    async with SmartBranchClient(server.grpc) as open_client:
        yield open_client


@pytest.fixture(scope="session")
def portrait(astronaut: ImageRGB) -> bytes:
    """A good photograph of one person, JPEG bytes."""
    return encode_jpeg(astronaut)


@pytest.fixture(scope="session")
def scenery() -> bytes:
    """A picture without a face, JPEG bytes."""
    rows = np.linspace(0, 255, 480, dtype=np.uint8)
    return encode_jpeg(np.repeat(np.repeat(rows[:, None, None], 640, axis=1), 3, axis=2))
