"""A camera's link to a scripted server, without a camera."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.testing import LogCapture

from base.clock import SystemClock
from branch_edge import wire
from branch_edge.news import SightingNews
from branch_edge.spool.spool import Spool
from branch_edge.uplink.availability import LinkWatch
from branch_edge.uplink.backoff import Backoff
from branch_edge.uplink.channel import ServerLink, ServerPlace
from branch_edge.uplink.identity import Identity, Request
from branch_edge.uplink.link import CameraLink
from branch_edge.uplink.port import FrameOrder, Health
from branch_edge.uplink.stream import Sender
from tests.support.edge_server import DEVICE, ScriptedServer
from vision.scene import CameraScene

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BARE = Identity(DEVICE, "", "", "")


class ScriptedPort:
    """Stands for a camera: keeps what the server tells it."""

    def __init__(self, name: str = "door") -> None:
        self.name = name
        self.display_name = f"Camera {name}"
        self.scene_version = 0
        self.scenes: list[CameraScene] = []
        self.orders: list[FrameOrder] = []
        self.forgotten_count = 0

    def health(self) -> Health:
        return Health(source_fps=25.0, trouble="SPOOL_FAILED")

    async def take_scene(self, scene: CameraScene, text: str) -> None:
        assert wire.scene_from_text(text) == scene
        self.scene_version = scene.version
        self.scenes.append(scene)

    def take_order(self, order: FrameOrder) -> None:
        self.orders.append(order)

    def forget_orders(self) -> None:
        self.forgotten_count += 1


@dataclass
class Linked:
    """A link that runs, and what belongs to it."""

    spool: Spool
    port: ScriptedPort
    camera: CameraLink
    server: ServerLink
    log: LogCapture = field(default_factory=LogCapture)

    def events(self, *names: str) -> list[str]:
        """Return the log's lines of these names, in order."""
        return [one["event"] for one in self.log.entries if one["event"] in names]

    async def add(self, *tracks: str) -> None:
        """Put one sighting for each track into the spool."""
        for track in tracks:
            await self.spool.add(self.port.name, sighting(track))

    @property
    def count(self) -> int:
        """Records that wait."""
        tally = self.spool.state.tallies.get(self.port.name)
        return 0 if tally is None else tally.count


def sighting(track: str) -> bytes:
    """Return somebody without a face, as a record."""
    return wire.payload_of(SightingNews(track, AT, AT))


def capturing_log() -> tuple[Any, LogCapture]:
    """Return a logger and what it was told."""
    capture = LogCapture()
    return structlog.wrap_logger(structlog.PrintLogger(), processors=[capture]), capture


@asynccontextmanager
async def linked(
    server: ScriptedServer,
    spool: Spool,
    health_every_s: float = 60.0,
    place: ServerPlace | None = None,
    identity: Identity = BARE,
) -> AsyncIterator[Linked]:
    """Run a link until the block ends."""
    log, capture = capturing_log()
    link = ServerLink(place or ServerPlace(server.address, is_insecure=True), identity)
    sender = Sender(DEVICE, "1.0", SystemClock(), log, health_every_s)
    port = ScriptedPort()
    backoff = Backoff(first_s=0.05, most_s=0.2, slow_s=0.2)
    camera = CameraLink(link, sender, port, spool, LinkWatch(log), backoff)
    running = asyncio.create_task(camera.run())
    try:
        yield Linked(spool, port, camera, link, capture)
    finally:
        running.cancel()
        await asyncio.wait({running})
        await link.close()


def new_key() -> str:
    """Return a private key, PEM."""
    return Request.new().key
