"""The agent on a box: all its cameras, its spool and its way to the server."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from structlog.typing import FilteringBoundLogger

from branch_edge.camera_agent import CameraAgent
from branch_edge.spool.spool import Spool
from branch_edge.tasks import until_first_ends
from branch_edge.uplink.availability import LinkWatch
from branch_edge.uplink.backoff import Backoff
from branch_edge.uplink.channel import ServerLink
from branch_edge.uplink.link import CameraLink
from branch_edge.uplink.registration import Renewal
from branch_edge.uplink.stream import Sender


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """max_backoff_s: longest wait before the server is tried again."""

    max_backoff_s: float = 10.0
    slow_backoff_s: float = 60.0


class BoxAgent:
    """Runs cameras until stopped. renewal: None where certificates are not used."""

    def __init__(
        self,
        cameras: Sequence[CameraAgent],
        spool: Spool,
        link: ServerLink,
        sender: Sender,
        renewal: Renewal | None = None,
        settings: AgentSettings | None = None,
    ) -> None:
        settings = settings or AgentSettings()
        self._cameras = tuple(cameras)
        self._spool = spool
        self._renewal = renewal
        self._log: FilteringBoundLogger = sender.log
        self.watch = LinkWatch(sender.log)
        self._links = []
        for camera in self._cameras:
            backoff = Backoff(most_s=settings.max_backoff_s, slow_s=settings.slow_backoff_s)
            one = CameraLink(link, sender, camera, spool, self.watch, backoff)
            camera.pictures.send = one.offer
            self._links.append(one)

    async def run(self, stop: asyncio.Event) -> None:
        """Look, keep and send until `stop` is set."""
        for name in self._spool.state.tallies.keys() - {camera.name for camera in self._cameras}:
            count = self._spool.state.tallies[name].count
            if count:
                self._log.warning(
                    "records of a camera that is not set up", camera=name, count=count
                )
        work = [camera.run() for camera in self._cameras] + [link.run() for link in self._links]
        if self._renewal is not None:
            work.append(self._renewal.run())
        await until_first_ends(_wait(stop), self._spool.until_broken(), *work)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()
