"""A box with scripted cameras as a process of its own, for a test that kills it.

Says each record once it is kept: `kept CAMERA SEQUENCE TRACK`.
"""

import asyncio
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from base.clock import SystemClock
from branch_edge import wire
from branch_edge.agent import AgentSettings, BoxAgent
from branch_edge.spool.cipher import SpoolCipher
from branch_edge.spool.spool import Spool
from branch_edge.uplink.channel import ServerLink, ServerPlace
from branch_edge.uplink.stream import Sender
from tests.support.edge_cameras import FastFeed, ScriptedCamera, open_box
from tests.support.edge_links import BARE
from tests.support.edge_server import DEVICE
from tests.support.spools import KEY
from vision.scene import CameraScene


class TellingSpool(Spool):
    """Says what is kept."""

    async def add(self, camera: str, payload: bytes) -> int | None:
        number = await super().add(camera, payload)
        if number is not None:
            track = wire.record_of(payload, number).sighting.track.rstrip("x")
            print(f"kept {camera} {number} {track}", flush=True)
        return number


async def run(folder: Path, address: str, cameras: list[str], fps: float, shot_bytes: int) -> None:
    """Run until SIGTERM."""
    stop, clock = asyncio.Event(), SystemClock()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    link = ServerLink(ServerPlace(address, is_insecure=True), BARE)
    with ThreadPoolExecutor(2) as pool:
        async with TellingSpool(folder, SpoolCipher(KEY), clock, log) as spool:
            box, scene = open_box(folder, spool, pool, log), CameraScene(target_fps=fps)
            scripted = [
                ScriptedCamera(box, name, scene, FastFeed, shot_bytes, f"{name}-{os.getpid()}-")
                for name in cameras
            ]
            sender = Sender(DEVICE, "1.0", clock, log, health_every_s=1.0)
            agents = [one.agent for one in scripted]
            await BoxAgent(agents, spool, link, sender, None, AgentSettings(0.5)).run(stop)
    await link.close()


if __name__ == "__main__":
    _, data, server, names, rate, size = sys.argv
    asyncio.run(run(Path(data), server, names.split(","), float(rate), int(size)))
