"""How fast records of boxes are taken over a real port; printed, since machines differ."""

import asyncio
import time

import grpc
import numpy as np
import pytest

from tests.support.boxes import JPEG, EdgeHouse, ScriptedBox, shot

pytestmark = pytest.mark.slow
CAMERAS = ("door", "hall", "desk", "roof")
RECORDS = 500
CROP = JPEG + bytes(20_000)


async def replay(box: ScriptedBox, waits_s: list[float]) -> None:
    """Send everything that was kept, as fast as the window of 8 lets a box."""
    sent_s: dict[int, float] = {}
    for sequence in range(1, RECORDS + 1):
        await box.until(lambda at=sequence: at - box.last_ack <= 8)  # type: ignore[misc]
        sent_s[sequence] = time.monotonic()
        await box.sight(sequence, shot=shot(picture=CROP))
    await box.acknowledged(RECORDS)
    waits_s.append(time.monotonic() - sent_s[1])


async def test_a_spool_is_emptied_much_faster_than_it_fills(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    took_s: list[float] = []
    boxes = [ScriptedBox(channel, camera) for camera in CAMERAS]
    async with boxes[0], boxes[1], boxes[2], boxes[3]:
        started_s = time.monotonic()
        await asyncio.gather(*(replay(box, took_s) for box in boxes))
        seconds = time.monotonic() - started_s
    total = RECORDS * len(CAMERAS)
    delays_s = [
        (event.received_at - event.record.last_seen_at).total_seconds()  # type: ignore[union-attr]
        for event in served.kept.events
    ]
    assert len(served.kept.events) == total
    p50, p99 = np.percentile(delays_s, [50, 99])
    print(
        f"\n{total} records of {len(CAMERAS)} cameras, {len(CROP)} bytes each: "
        f"{total / seconds:.0f} a second; from the box to the sink p50 {p50 * 1e3:.0f} ms, "
        f"p99 {p99 * 1e3:.0f} ms"
    )
