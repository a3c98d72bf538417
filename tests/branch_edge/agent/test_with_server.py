"""The box and the server as they are, over a real port; only camera and models are scripted."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from base.clock import SystemClock
from base.errors import DeviceCodeInvalidError
from branch_edge.agent import AgentSettings, BoxAgent
from branch_edge.news import CameraState
from branch_edge.spool.spool import Spool
from branch_edge.uplink.channel import ServerLink, ServerPlace
from branch_edge.uplink.identity import Identity, IdentityFolder
from branch_edge.uplink.registration import register
from branch_edge.uplink.stream import Sender
from lobby.flow import CameraCondition, CameraNews
from lobby.seen import CameraRef
from media.pictures import decode_picture
from serving.edge.scenes import SceneView
from serving.edge.types import Sighting
from tests.support.boxes import OPERATOR, EdgeHouse, serving_boxes
from tests.support.edge_cameras import FastFeed, ScriptedCamera, open_box
from tests.support.edge_links import capturing_log
from tests.support.liveness import InProcessServer
from tests.support.spools import open_spool
from vision.scene import CameraScene

DOOR = CameraRef("box-1", "door")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[InProcessServer]:
    async with serving_boxes(tmp_path / "server", edge_window=8) as server:
        yield server


@pytest.fixture
def house(server: InProcessServer) -> EdgeHouse:
    assert isinstance(server.house, EdgeHouse)
    return server.house


def place_of(server: InProcessServer) -> ServerPlace:
    return ServerPlace(server.grpc, is_insecure=True)


async def registered(server: InProcessServer, folder: Path, code: str) -> Identity:
    log, _ = capturing_log()
    return await register(IdentityFolder(folder), place_of(server), code, "1.0", log)


@asynccontextmanager
async def box_running(
    server: InProcessServer, spool: Spool, identity: Identity, folder: Path
) -> AsyncIterator[ScriptedCamera]:
    log, clock, stop = capturing_log()[0], SystemClock(), asyncio.Event()
    link = ServerLink(place_of(server), identity)
    with ThreadPoolExecutor(2) as pool:
        camera = ScriptedCamera(
            open_box(folder, spool, pool, log), scene=CameraScene(target_fps=20.0), feed=FastFeed
        )
        sender = Sender(identity.device, "1.0", clock, log, 0.2)
        agent = BoxAgent([camera.agent], spool, link, sender, None, AgentSettings(0.2, 0.2))
        running = asyncio.create_task(agent.run(stop))
        try:
            yield camera
        finally:
            stop.set()
            await asyncio.wait_for(running, 10)
            await link.close()


async def until_kept(house: EdgeHouse, count: int) -> None:
    async with asyncio.timeout(15):
        while len(house.kept.events) < count:  # noqa: ASYNC110 - Written in threads.
            await asyncio.sleep(0.01)


async def until_known(house: EdgeHouse, scene_version: int) -> None:
    """Wait until the box has said that it looks by this scene."""
    async with asyncio.timeout(10):
        while True:
            health = house.edge.cameras(OPERATOR)[0].health
            if health is not None and health.scene_version == scene_version:
                return
            await asyncio.sleep(0.01)


async def test_a_box_registers_streams_is_told_what_to_do_and_comes_back(
    server: InProcessServer, house: EdgeHouse, tmp_path: Path
) -> None:
    code = house.edge.registry.create_code(OPERATOR, "box-1", "west").code
    identity = await registered(server, tmp_path / "box", code)
    assert identity.device == "tenants/default/devices/box-1"
    with pytest.raises(DeviceCodeInvalidError):
        await registered(server, tmp_path / "thief", code)

    async with open_spool(tmp_path / "box") as spool:
        async with box_running(server, spool, identity, tmp_path / "box") as camera:
            await until_kept(house, 1)
            camera.feed.tell(CameraState.UP)
            await until_kept(house, 10)
            (view,) = house.edge.cameras(OPERATOR)
            scene = SceneView(CameraScene(target_fps=10.0), {})
            await asyncio.to_thread(house.edge.books.update, OPERATOR, view.name, scene)
            async with asyncio.timeout(10):
                while camera.agent.scene_version != 1:  # noqa: ASYNC110 - Comes by the stream.
                    await asyncio.sleep(0.01)
            frame = await house.edge.hub.frame("default", DOOR, 64)
            assert decode_picture(frame.picture).shape == (48, 64, 3)
            assert datetime.now(UTC) - frame.captured_at < timedelta(seconds=10)
            await until_known(house, 1)
        async with box_running(server, spool, identity, tmp_path / "box") as camera:
            assert camera.agent.scene_version in (0, 1)
            await until_kept(house, len(house.kept.events) + 10)
    events = house.kept.events
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    reports = [event.record for event in events if isinstance(event.record, CameraNews)]
    assert [report.condition for report in reports] == [CameraCondition.UP]
    sightings = [event.record for event in events if isinstance(event.record, Sighting)]
    assert len(sightings) == len(events) - 1
    assert not any(one.is_late for one in sightings)


async def test_a_revoked_box_is_put_out_and_keeps_what_it_sees(
    server: InProcessServer, house: EdgeHouse, tmp_path: Path
) -> None:
    code = house.edge.registry.create_code(OPERATOR, "box-1", "west").code
    identity = await registered(server, tmp_path / "box", code)
    async with (
        open_spool(tmp_path / "box") as spool,
        box_running(server, spool, identity, tmp_path / "box"),
    ):
        await until_kept(house, 5)
        (device,) = house.edge.devices(OPERATOR)
        await asyncio.to_thread(house.edge.revoke, OPERATOR, device.name)
        await house.all_closed()
        count = len(house.kept.events)
        async with asyncio.timeout(10):
            while spool.state.tallies["door"].count < 10:  # noqa: ASYNC110 - Fills by itself.
                await asyncio.sleep(0.02)
        assert len(house.kept.events) == count
