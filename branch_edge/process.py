"""The box's process, from signals to the end."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import cv2
from structlog.typing import FilteringBoundLogger

from base.clock import SystemClock
from branch_edge.assembly import (
    agent_version,
    build_agent,
    code_of,
    only_one,
    open_eyes,
    open_spool,
    server_place,
)
from branch_edge.settings import EdgeSettings
from branch_edge.uplink.channel import ServerLink
from branch_edge.uplink.identity import Identity, IdentityFolder
from branch_edge.uplink.registration import register
from branch_edge.watch.views import Eyes

T = TypeVar("T")
# The event loop needs the interpreter for moments at a time, between threads that look at frames.
SWITCH_INTERVAL_S = 0.001


def run_box(settings: EdgeSettings, log: FilteringBoundLogger) -> None:
    """Run the agent until SIGTERM or SIGINT.

    Raises what keeps it from starting for good; waits for a server that cannot be reached.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    # Cameras run side by side already; threads inside one small picture only get in their way.
    cv2.setNumThreads(1)
    with only_one(settings.data_dir), open_eyes(settings) as eyes:
        asyncio.run(_run(settings, eyes, log))


def register_box(settings: EdgeSettings, log: FilteringBoundLogger) -> Identity:
    """Register the box, or return who it is. Raises what the server refuses it with."""
    with only_one(settings.data_dir):
        return asyncio.run(_register(settings, log))


async def _run(settings: EdgeSettings, eyes: Eyes, log: FilteringBoundLogger) -> None:
    stop, clock = asyncio.Event(), SystemClock()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    identity = await _unless_stopped(stop, _register(settings, log))
    if identity is None:
        return
    link = ServerLink(server_place(settings, identity.stream_address), identity)
    with ThreadPoolExecutor(settings.worker_count, thread_name_prefix="look") as pool:
        try:
            async with open_spool(settings, clock, log) as spool:
                agent = build_agent(settings, identity, link, spool, eyes, pool, clock, log)
                log.info("running", device=identity.device, cameras=len(settings.camera))
                await agent.run(stop)
        finally:
            await link.close()
    log.info("stopped")


async def _register(settings: EdgeSettings, log: FilteringBoundLogger) -> Identity:
    folder, code = IdentityFolder(settings.data_dir), code_of(settings)
    return await register(folder, server_place(settings), code, agent_version(), log)


async def _unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Return what the work returns, None if `stop` is set before."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    tasks = {working, stopping}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return None if working.cancelled() else working.result()
