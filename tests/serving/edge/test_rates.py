"""How fast records of boxes are taken over a real port; printed, since machines differ."""

import asyncio
import time

import grpc
import pytest

from tests.support.boxes import JPEG, EdgeHouse, ScriptedBox, shot

pytestmark = pytest.mark.slow
CAMERAS = ("door", "hall", "desk", "roof")
RECORDS = 500
CROP = JPEG + bytes(20_000)


async def replay(box: ScriptedBox) -> None:
    """Send everything that was kept, as fast as the window of 8 lets a box."""
    for sequence in range(1, RECORDS + 1):
        await box.until(lambda at=sequence: at - box.last_ack <= 8)  # type: ignore[misc]
        await box.sight(sequence, shot=shot(picture=CROP))
    await box.acknowledged(RECORDS)


async def test_a_spool_is_emptied_much_faster_than_it_fills(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    boxes = [ScriptedBox(channel, camera) for camera in CAMERAS]
    async with boxes[0], boxes[1], boxes[2], boxes[3]:
        started_s, started_cpu_s = time.monotonic(), time.process_time()
        await asyncio.gather(*(replay(box) for box in boxes))
        seconds, cpu_s = time.monotonic() - started_s, time.process_time() - started_cpu_s
    total = RECORDS * len(CAMERAS)
    assert len(served.kept.events) == total
    print(
        f"\n{total} records of {len(CAMERAS)} cameras, {len(CROP)} bytes each: "
        f"{total / seconds:.0f} a second, {cpu_s / total * 1e3:.1f} ms of processor each, "
        "boxes and server together"
    )
