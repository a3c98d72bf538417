import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from branch_edge import wire
from branch_edge.camera_agent import Box
from branch_edge.news import CameraState
from branch_edge.spool.spool import Spool
from branch_edge.uplink.port import FrameOrder, OrderedFrame
from media.pictures import decode_picture
from protos.smartbranch.edge.v1 import edge_pb2
from tests.support.edge_cameras import SIZE_WH, FastFeed, ScriptedCamera, open_box
from tests.support.edge_links import capturing_log
from tests.support.spools import open_spool
from vision.scene import CameraScene

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    async with open_spool(tmp_path) as spool:
        yield spool


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def box(tmp_path: Path, spool: Spool, pool: ThreadPoolExecutor) -> Box:
    return open_box(tmp_path, spool, pool, capturing_log()[0])


@asynccontextmanager
async def running(camera: ScriptedCamera) -> AsyncIterator[ScriptedCamera]:
    task = asyncio.create_task(camera.agent.run())
    await asyncio.sleep(0)
    try:
        yield camera
    finally:
        task.cancel()
        await asyncio.wait({task})


@pytest.fixture
async def camera(box: Box) -> AsyncIterator[ScriptedCamera]:
    async with running(ScriptedCamera(box)) as camera:
        yield camera


async def records(spool: Spool, count: int, camera: str = "door") -> list[edge_pb2.EdgeRecord]:
    """Return the first records of a camera, once there are so many."""
    async with asyncio.timeout(10):
        while True:
            found = await spool.read(camera, 0, 100)
            if len(found) >= count:
                return [wire.record_of(entry.payload, entry.sequence) for entry in found]
            await asyncio.sleep(0.005)


async def tracks(spool: Spool, count: int) -> list[str]:
    return [one.sighting.track for one in await records(spool, count)]


async def show(camera: ScriptedCamera, count: int) -> None:
    """Show frames, each once the one before was looked at."""
    async with asyncio.timeout(10):
        for _ in range(count):
            seen = len(camera.watch.frames)
            camera.feed.show()
            while len(camera.watch.frames) == seen:  # noqa: ASYNC110 - The watch is in a thread.
                await asyncio.sleep(0.002)


async def test_what_frames_tell_is_kept_in_order(spool: Spool, camera: ScriptedCamera) -> None:
    await show(camera, 5)
    assert await tracks(spool, 5) == ["1", "2", "3", "4", "5"]


async def test_a_slow_look_gets_the_newest_frame(spool: Spool, camera: ScriptedCamera) -> None:
    camera.watch.look_s = 0.2
    for value in range(6):
        camera.feed.show(value)
        await asyncio.sleep(0.01)
    await records(spool, 2)
    seen = [int(frame.image[0, 0, 0]) for frame in camera.watch.frames]
    assert seen == [0, 5]
    assert camera.agent.health().dropped_frame_count == 4


async def test_what_a_camera_is_doing_becomes_a_record(
    spool: Spool, camera: ScriptedCamera
) -> None:
    camera.feed.tell(CameraState.UP)
    camera.feed.tell(CameraState.COVERED, "CAMERA_DARK")
    reports = [one.report for one in await records(spool, 2)]
    assert [(one.state, one.reason) for one in reports] == [
        (edge_pb2.CameraReport.UP, ""),
        (edge_pb2.CameraReport.COVERED, "CAMERA_DARK"),
    ]


async def test_a_look_that_fails_ends_nothing_and_is_counted(
    spool: Spool, camera: ScriptedCamera
) -> None:
    camera.watch.fault = RuntimeError("no such luck")
    camera.feed.show()
    async with asyncio.timeout(5):
        while not camera.agent.fault_count:  # noqa: ASYNC110 - The watch is in a thread.
            await asyncio.sleep(0.002)
    camera.watch.fault = None
    await show(camera, 1)
    assert await tracks(spool, 1) == ["1"]


async def test_a_file_that_has_ended_tells_the_last_of_everybody(
    spool: Spool, camera: ScriptedCamera
) -> None:
    await show(camera, 1)
    camera.feed.end()
    assert await tracks(spool, 2) == ["1", "end"]
    await asyncio.wait_for(camera.agent.ended.wait(), 5)


async def test_a_stop_keeps_the_last_of_everybody(spool: Spool, box: Box) -> None:
    async with running(ScriptedCamera(box)) as camera:
        await show(camera, 1)
    assert camera.feed.is_closed
    assert await tracks(spool, 2) == ["1", "end"]


async def test_a_scene_is_applied_without_a_restart_and_kept_for_one(
    box: Box, camera: ScriptedCamera
) -> None:
    scene = CameraScene(version=7, target_fps=2.0, masks=(LEFT_HALF,))
    message = edge_pb2.CameraScene(version=7, target_fps=2.0)
    corners = [edge_pb2.Point(x=x, y=y) for x, y in LEFT_HALF]
    message.masks.append(edge_pb2.Polygon(corners=corners))
    await camera.agent.take_scene(scene, wire.scene_text(message))
    await show(camera, 1)
    assert camera.watch.scenes == [scene]
    assert camera.feed.sampler.target_fps == 2.0
    assert camera.agent.scene_version == camera.agent.health().scene_version == 7
    assert box.scenes.read("door") == scene


async def test_a_kept_scene_that_cannot_be_read_is_none(tmp_path: Path, box: Box) -> None:
    box.scenes.keep("door", '{"target_fps": 900}')
    assert box.scenes.read("door") is None
    box.scenes.keep("door", "no scene")
    assert box.scenes.read("door") is None


async def test_an_ordered_frame_is_masked_and_scaled(box: Box) -> None:
    sent: list[OrderedFrame] = []
    scripted = ScriptedCamera(box, scene=CameraScene(masks=(LEFT_HALF,)))
    scripted.agent.pictures.send = sent.append
    async with running(scripted) as camera:
        camera.agent.take_order(FrameOrder("r1", 0.0, 10.0, 64))
        await show(camera, 2)
        async with asyncio.timeout(5):
            while not sent:  # noqa: ASYNC110 - Drawn in a thread.
                await asyncio.sleep(0.002)
    (frame,) = sent
    image = decode_picture(frame.picture)
    assert (frame.request, frame.number, image.shape) == ("r1", 1, (48, 64, 3))
    assert np.all(image[:, :30] < 20)
    assert np.all(image[:, 34:] > 100)
    assert camera.watch.frames[0].image.shape == (SIZE_WH[1], SIZE_WH[0], 3)


async def test_ordered_frames_come_faster_than_they_are_looked_at(box: Box) -> None:
    sent: list[OrderedFrame] = []
    scripted = ScriptedCamera(box, scene=CameraScene(target_fps=5.0), feed=FastFeed)
    scripted.agent.pictures.send = sent.append
    scripted.watch.look_s = 0.15
    async with running(scripted) as camera:
        camera.agent.take_order(FrameOrder("r1", 99.0, 60.0, 0))
        assert camera.feed.sampler.target_fps == camera.feed.sampler.idle_fps == 15.0
        async with asyncio.timeout(10):
            while len(sent) < 15:  # noqa: ASYNC110 - Drawn in a thread.
                await asyncio.sleep(0.01)
        looked = len(camera.watch.frames)
        camera.agent.take_order(FrameOrder("r1", 0.0, 0.0, 0))
        assert (camera.feed.sampler.target_fps, camera.feed.sampler.idle_fps) == (5.0, 1.0)
    assert [frame.number for frame in sent[:3]] == [1, 2, 3]
    assert 0 < looked < 10
