"""A network camera, played by a real RTSP server, comes and goes; frames go on."""

import os
import signal
from collections.abc import Sequence

import numpy as np
import pytest

from base.errors import SourceEndedError
from bench.rtsp_server import RtspServer
from branch_edge.news import CameraState
from media.frame import Frame
from media.image import ImageRGB
from media.live import Transport
from tests.support.cameras import eventually, watched

pytestmark = pytest.mark.rtsp
LOGIN = ("box", "s3cret")
# H.264 at its fastest setting, and half the colours.
MAX_MEAN_STEP = 4.0


def strays_by(frame: Frame, views: Sequence[ImageRGB]) -> float:
    """Return by how much a frame differs from the picture it must have been made of."""
    image = frame.image.astype(np.int16)
    return min(float(np.mean(np.abs(image - view))) for view in views)


@pytest.mark.parametrize("transport", list(Transport), ids=lambda one: one.value)
async def test_a_cameras_pictures_arrive_as_they_were(
    cameras: RtspServer, views: Sequence[ImageRGB], transport: Transport
) -> None:
    async with watched(cameras.url("door", LOGIN), transport=transport) as camera:
        frames = await camera.frames(8)
        assert camera.source.news.state is CameraState.UP
        assert camera.source.news.size_wh == (640, 360)
    assert [frame.index for frame in frames] == sorted({frame.index for frame in frames})
    # A busy machine may lose a packet of UDP.
    assert sorted(strays_by(frame, views) for frame in frames[::3])[1] < MAX_MEAN_STEP
    arrivals = [frame.received_monotonic_s for frame in frames]
    assert arrivals == sorted(arrivals)


@pytest.mark.parametrize("transport", list(Transport), ids=lambda one: one.value)
async def test_a_camera_that_is_killed_comes_back_with_one_line_each_way(
    mortal_camera: RtspServer, transport: Transport
) -> None:
    url = mortal_camera.url("door")
    async with watched(url, transport=transport, stall_after_s=5.0) as camera:
        last = (await camera.frames(3))[-1]
        mortal_camera.kill()
        gone = await camera.until(CameraState.DOWN, "CAMERA_UNAVAILABLE")
        assert gone.text
        mortal_camera.start()
        await camera.until(CameraState.UP)
        after = (await camera.frames(3))[-1]
        assert after.index > last.index
        assert camera.logged() == ["camera there", "camera unavailable", "camera back"]


async def test_a_camera_that_falls_silent_is_called_stalled_and_opened_anew(
    mortal_camera: RtspServer,
) -> None:
    url = mortal_camera.url("door")
    async with watched(url, stall_after_s=1.0, open_timeout_s=1.0) as camera:
        await camera.frames(2)
        assert mortal_camera.pid is not None
        os.kill(mortal_camera.pid, signal.SIGSTOP)
        silent = await camera.until(CameraState.STALLED, "CAMERA_STALLED")
        assert "for 1 s" in silent.text
        await camera.until(CameraState.DOWN, "CAMERA_UNAVAILABLE")
        os.kill(mortal_camera.pid, signal.SIGCONT)
        await camera.until(CameraState.UP)
        await camera.frames(2)
        there, *lines = camera.logged()
        assert there == "camera there"
        # A busy machine may find it silent once more.
        assert lines == ["camera unavailable", "camera back"] * (len(lines) // 2)
        assert lines


@pytest.mark.parametrize(
    ("mount", "login", "reason", "text"),
    [
        ("door", ("box", "wr0ng"), "CAMERA_REFUSED", "password"),
        ("door", None, "CAMERA_REFUSED", "password"),
        ("attic", LOGIN, "CAMERA_ADDRESS_WRONG", "no such stream"),
        ("theora", LOGIN, "SOURCE_UNSUPPORTED", "theora"),
    ],
    ids=["wrong password", "no password", "wrong path", "unknown codec"],
)
async def test_what_keeps_a_camera_away_is_said_and_no_secret_with_it(
    cameras: RtspServer, mount: str, login: tuple[str, str] | None, reason: str, text: str
) -> None:
    async with watched(cameras.url(mount, login)) as camera:
        news = await camera.until(CameraState.DOWN, reason)
        assert text in news.text
        assert camera.logged() == ["camera unavailable"]
        told = camera.log_text() + repr(news) + repr(camera.source.news)
    assert not [secret for secret in ("s3cret", "wr0ng", "box:", "rtsp:") if secret in told]


async def test_a_camera_that_only_sends_sound_is_no_camera(cameras: RtspServer) -> None:
    async with watched(cameras.url("sound", LOGIN)) as camera:
        await camera.until(CameraState.DOWN, "CAMERA_ADDRESS_WRONG")


async def test_a_port_where_nothing_listens_is_said() -> None:
    async with watched("rtsp://127.0.0.1:1/door") as camera:
        news = await camera.until(CameraState.DOWN, "CAMERA_UNAVAILABLE")
    assert "nothing listens" in news.text


async def test_a_camera_may_change_its_size_in_mid_stream(cameras: RtspServer) -> None:
    async with watched(cameras.url("changing", LOGIN)) as camera:
        sizes: set[tuple[int, ...]] = set()
        while len(sizes) < 2:
            (frame,) = await camera.frames(1)
            sizes.add(frame.image.shape[1::-1])
        assert sizes == {(640, 360), (320, 180)}
        assert camera.logged() == ["camera there"]


async def test_a_camera_with_too_many_pixels_is_told_so(cameras: RtspServer) -> None:
    async with watched(cameras.url("door", LOGIN), max_pixels=640 * 360 - 1) as camera:
        news = await camera.until(CameraState.DOWN, "SOURCE_UNSUPPORTED")
    assert "640x360" in news.text


@pytest.mark.parametrize("max_pixels", [640 * 360 - 1, 320 * 180])
async def test_a_camera_that_grows_beyond_the_limit_is_told_so(
    mortal_changing_camera: RtspServer, max_pixels: int
) -> None:
    """A decoder refuses what is far too large by itself, which left only silence behind."""
    url = mortal_changing_camera.url("changing")
    async with watched(url, max_pixels=max_pixels, stall_after_s=3.0) as camera:
        (frame,) = await camera.frames(1)
        assert frame.image.shape[1::-1] == (320, 180)
        assert await camera.until(CameraState.DOWN, "SOURCE_UNSUPPORTED")


async def test_a_closed_camera_ends_its_receiver(cameras: RtspServer) -> None:
    async with watched(cameras.url("door", LOGIN)) as camera:
        await camera.frames(1)
        await camera.source.close()
        for _ in range(2):
            with pytest.raises(SourceEndedError, match="closed"):
                await camera.source.recv()


async def test_a_slow_receiver_gets_the_newest_frame_and_drops_are_counted(
    cameras: RtspServer,
) -> None:
    async with watched(cameras.url("door", LOGIN)) as camera:
        await camera.frames(1)
        await eventually(lambda: camera.source.dropped_count >= 3)
        dropped = camera.source.dropped_count
        (frame,) = await camera.frames(1)
        assert frame.index >= dropped
