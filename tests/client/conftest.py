from collections.abc import AsyncIterator, Iterator

import pytest

from client import SmartBranchClient
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tests.support.server import ServerProcess


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
async def client(server: ServerProcess) -> AsyncIterator[SmartBranchClient]:
    async with SmartBranchClient(server.grpc) as open_client:
        yield open_client


@pytest.fixture(scope="session")
def portrait(astronaut: ImageRGB) -> bytes:
    return encode_jpeg(astronaut)
