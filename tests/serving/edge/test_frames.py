"""Full frames of a camera, asked for by who looks."""

import asyncio
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from base.errors import CameraOfflineError
from lobby.seen import CameraRef
from tests.support.boxes import JPEG, OPERATOR, EdgeHouse, ScriptedBox

HOUR = timedelta(hours=1)
DOOR = CameraRef("box-1", "door")


async def test_a_frame_is_asked_for_and_looked_at_once(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel, ahead=HOUR) as box:
        await box.opened()
        await box.until(lambda: sum(one.HasField("probe") for one in box.told) >= 3)
        (view,) = served.edge.cameras(OPERATOR)
        asked = asyncio.create_task(served.edge.hub.frame("default", view.name.ref, 640))
        await box.until(lambda: bool(box.wishes))
        assert (box.wishes[0].fps, box.wishes[0].max_side_px) == (0, 640)
        await box.show(box.wishes[0].request)
        frame = await asked
        assert frame.picture == JPEG
        assert abs(frame.captured_at - datetime.now(UTC)) < timedelta(seconds=5)


async def test_frames_come_for_as_long_as_somebody_looks(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel) as box:
        await box.opened()
        frames = served.edge.hub.request_frames("default", DOOR, 10.0, 60.0, 320)
        looking = asyncio.ensure_future(anext(frames))
        await box.until(lambda: bool(box.wishes))
        wish = box.wishes[0]
        assert (wish.fps, wish.length.seconds, wish.max_side_px) == (10, 60, 320)
        await box.show(wish.request, JPEG + bytes([1]))
        first = await looking
        for number in range(2, 8):
            await box.show(wish.request, JPEG + bytes([number]), number)
        await box.send(record=box.sighting(1))
        await box.acknowledged(1)  # Everything that was sent before is there.
        second = await anext(frames)
        assert (first.picture[-1], second.picture[-1]) == (1, 4)  # Four wait, older ones go.
        await frames.aclose()
        await box.until(lambda: len(box.wishes) == 2)
        assert (box.wishes[1].request, box.wishes[1].length.seconds) == (wish.request, 0)


async def test_who_looks_is_told_that_the_camera_has_gone(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    with pytest.raises(CameraOfflineError):
        await served.edge.hub.frame("default", DOOR)
    async with ScriptedBox(channel) as box:
        await box.opened()
        looking = asyncio.create_task(served.edge.hub.frame("default", DOOR))
        await box.until(lambda: bool(box.wishes))
    with pytest.raises(CameraOfflineError):
        await looking


@pytest.mark.parametrize("picture", [b"GIF89a", JPEG + bytes(4 * 1024 * 1024)], ids=["GIF", "long"])
async def test_a_frame_that_is_none_ends_the_stream(
    served: EdgeHouse, channel: grpc.aio.Channel, picture: bytes
) -> None:
    async with ScriptedBox(channel) as box:
        await box.show("frames-1", picture)
        error = await box.ended()
    assert error is not None
    assert error.reason == "ARGUMENT_INVALID"
