"""Hours of footage and a night of restarts leave nothing behind."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.rtsp_server import RtspServer
from bench.server import resident_bytes
from branch_edge.news import CameraState
from branch_edge.sampling import SamplingSettings
from media.image import ImageRGB
from tests.support.cameras import watched
from tests.support.clips import make_clip

pytestmark = pytest.mark.slow
HOUR_S = 3600.0
RESTARTS = 60
MAX_GROWTH = 1.1


def held() -> tuple[int, int]:
    """Return how many files and threads this process has."""
    return len(os.listdir("/proc/self/fd")), threading.active_count()


@pytest.mark.timeout(1200)
async def test_two_hours_of_footage_leave_memory_where_it_was(
    views: Sequence[ImageRGB], tmp_path: Path
) -> None:
    path = tmp_path / "door.mp4"
    path.write_bytes(make_clip(pictures=views))
    always = SamplingSettings(target_fps=5, idle_fps=5)
    async with watched(path, always, is_paced=False, is_looped=True) as camera:
        (first,) = await camera.frames(1)
        warm = gone_s = 0.0
        while gone_s < 2 * HOUR_S:
            (frame,) = await camera.frames(1)
            gone_s = frame.received_monotonic_s - first.received_monotonic_s
            if not warm and gone_s > HOUR_S / 6:
                warm, holds = resident_bytes(os.getpid()), held()
        assert camera.source.decoded_count >= 2 * HOUR_S * 25
    assert resident_bytes(os.getpid()) <= MAX_GROWTH * warm
    assert held() <= holds


@pytest.mark.rtsp
@pytest.mark.timeout(600)
async def test_a_camera_that_is_killed_again_and_again_leaves_nothing_open(
    mortal_camera: RtspServer,
) -> None:
    async with watched(mortal_camera.url("door"), stall_after_s=2.0) as camera:
        for place in range(RESTARTS):
            await camera.frames(2)
            if place == RESTARTS // 6:
                warm, holds = resident_bytes(os.getpid()), held()
            mortal_camera.kill()
            await camera.until(CameraState.DOWN, "CAMERA_UNAVAILABLE")
            mortal_camera.start()
            await camera.until(CameraState.UP)
        await camera.frames(2)
        assert held() == holds
        assert resident_bytes(os.getpid()) <= MAX_GROWTH * warm
        assert camera.logged() == [
            "camera there",
            *["camera unavailable", "camera back"] * RESTARTS,
        ]
