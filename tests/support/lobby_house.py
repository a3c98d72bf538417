"""A server in this process that serves a lobby, its boxes and its staff on real ports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from base.clock import SystemClock
from serving.edge.service import EdgeService
from serving.edge.settings import EdgeSettings
from serving.settings import load_settings
from tests.support.boxes import certificate_request
from tests.support.galleries import ManualClock, open_world
from tests.support.liveness import InProcessServer, LivenessHouse
from tests.support.lobby import BRANCH, OPERATOR, LobbyWorld, open_lobby
from tests.support.server import write_settings
from tests.support.tokens import TokenMaker
from vision.assembly import FacePipeline

LIMIT_S = 10.0


class LobbyHouse(LivenessHouse):
    """Services with a lobby, which stands on the real face pipeline."""

    def __init__(self, folder: Path, running: LobbyWorld) -> None:
        super().__init__(folder)
        world = running.world
        self.running = running
        self.lobby: Any = running.lobby
        self.edge = EdgeService(
            world.database,
            world.keyring,
            world.audit,
            SystemClock(),
            running.lobby.plan,
            running.lobby.intake,
            EdgeSettings(),
        )

    def register(self, device: str = "box-1", branch: str = BRANCH) -> None:
        """Register a box."""
        code = self.edge.registry.create_code(OPERATOR, device, branch).code
        self.edge.registry.register(code, certificate_request()[0], "1.0", "req", "here")


@asynccontextmanager
async def serving_lobby(
    folder: Path, tokens: TokenMaker, pipeline: FacePipeline, data: Path, **lobby: Any
) -> AsyncIterator[InProcessServer]:
    """Run a server over the lobby of a data folder; `lobby`: see `open_lobby`."""
    config = write_settings(folder, rate_per_s=10_000, rate_burst=10_000, **tokens.settings)
    clock = cast(ManualClock, SystemClock())
    with (
        open_world(data, pipeline, clock) as world,
        open_lobby(data, pipeline, world=world, **lobby) as running,
    ):
        server = InProcessServer(load_settings(config), LobbyHouse(folder / "house", running))
        task = asyncio.create_task(server.run(server.stop))
        async with asyncio.timeout(LIMIT_S):
            while not server._readiness.is_ready:  # noqa: ASYNC110 -- nothing tells it.
                await asyncio.sleep(0.01)
        try:
            yield server
        finally:
            server.stop.set()
            await task
