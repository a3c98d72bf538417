"""Files and folders stand in for a camera, or are read in full."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from base.errors import (
    BrokenClipError,
    BrokenPictureError,
    CameraAddressError,
    SmartBranchError,
    SourceEndedError,
    UnsupportedClipError,
    UnsupportedSourceError,
)
from branch_edge.news import CameraState
from branch_edge.sampling import SamplingSettings
from media.pictures import encode_jpeg, encode_png
from tests.support.cameras import watched
from tests.support.clips import FPS, GREEN, RED, make_clip, square_picture


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds: a red square, then a green one."""
    path = tmp_path_factory.mktemp("clips") / "squares.mp4"
    colours = [RED] * FPS + [GREEN] * FPS
    path.write_bytes(make_clip(pictures=[square_picture(colour) for colour in colours]))
    return path


def folder_of(folder: Path, colours: Sequence[tuple[int, int, int]]) -> Path:
    for place, colour in enumerate(colours):
        (folder / f"{place:03}.jpg").write_bytes(encode_jpeg(square_picture(colour)))
    (folder / "notes.txt").write_text("no picture")
    return folder


async def test_an_unpaced_file_is_given_whole_and_then_ends(clip: Path) -> None:
    async with watched(clip, is_paced=False) as camera:
        frames, end = await camera.frames_until_end()
        assert camera.source.dropped_count == 0
    assert isinstance(end, SourceEndedError)
    assert [frame.index for frame in frames] == list(range(2 * FPS))
    times = [frame.received_monotonic_s - frames[0].received_monotonic_s for frame in frames]
    assert times == pytest.approx([place / FPS for place in range(2 * FPS)], abs=2e-3)
    captures = [frame.capture_time for frame in frames if frame.capture_time is not None]
    spans = [(taken - captures[0]).total_seconds() for taken in captures]
    assert spans == pytest.approx(times, abs=2e-3)


async def test_a_file_keeps_its_colours(clip: Path) -> None:
    async with watched(clip, is_paced=False) as camera:
        frames, _ = await camera.frames_until_end()
    for frame, colour in ((frames[0], RED), (frames[-1], GREEN)):
        assert np.abs(frame.image[10, 10].astype(int) - colour).max() <= 10


async def test_an_unpaced_file_is_sampled_by_its_own_time(clip: Path) -> None:
    sampling = SamplingSettings(target_fps=5, idle_fps=1, hold_s=0.5)
    async with watched(clip, sampling, is_paced=False) as camera:
        frames, _ = await camera.frames_until_end()
        assert camera.source.decoded_count == 2 * FPS
    # What is new is looked at five times a second for half a second: the first and the change.
    seconds = [int(frame.pts_s or 0) for frame in frames]
    assert seconds == [0, 0, 0, 1, 1, 1]


async def test_a_paced_file_takes_its_time(clip: Path) -> None:
    begun_s = time.monotonic()
    async with watched(clip) as camera:
        frames, end = await camera.frames_until_end()
    assert isinstance(end, SourceEndedError)
    assert time.monotonic() - begun_s >= 1.9
    assert 1 <= len(frames) <= 2 * FPS


async def test_a_loop_goes_on_and_so_does_its_time(clip: Path) -> None:
    async with watched(clip, is_paced=False, is_looped=True) as camera:
        frames = await camera.frames(2 * FPS * 2 + 5)
    times = np.array([frame.received_monotonic_s for frame in frames])
    assert np.diff(times) == pytest.approx(np.full(len(times) - 1, 1 / FPS), abs=2e-3)


async def test_a_folder_is_given_in_the_order_of_its_names(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, [RED, GREEN, RED])
    async with watched(folder, is_paced=False, folder_fps=2.0) as camera:
        frames, end = await camera.frames_until_end()
    assert isinstance(end, SourceEndedError)
    assert [frame.pts_s for frame in frames] == [0.0, 0.5, 1.0]
    greenness = [int(frame.image[10, 10, 1]) for frame in frames]
    assert greenness[1] > 150 > max(greenness[0], greenness[2])
    assert frames[0].encoding is not None
    assert frames[0].encoding.codec == "mjpeg"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, CameraAddressError),
        (b"no clip at all", UnsupportedClipError),
        (make_clip()[:-200], BrokenClipError),
    ],
    ids=["not there", "no clip", "cut off"],
)
async def test_what_is_wrong_with_a_file_ends_it(
    tmp_path: Path, content: bytes | None, expected: type[SmartBranchError]
) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    async with watched(path, is_paced=False) as camera:
        _, end = await camera.frames_until_end()
        # A server that is told nothing shows the camera as one that is well.
        news = await camera.until(CameraState.DOWN, expected.reason)
    assert type(end) is expected
    assert news.text


async def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    async with watched(folder_of(tmp_path, [])) as camera:
        _, end = await camera.frames_until_end()
    assert isinstance(end, UnsupportedSourceError)


async def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    whole = encode_png(square_picture())
    (tmp_path / "bad.png").write_bytes(whole[: len(whole) // 2])
    async with watched(tmp_path) as camera:
        _, end = await camera.frames_until_end()
    assert isinstance(end, BrokenPictureError)
    assert end.message.startswith("bad.png: ")


async def test_a_file_that_plays_is_up(clip: Path) -> None:
    async with watched(clip, is_paced=False) as camera:
        news = await camera.until(CameraState.UP)
        assert news.size_wh == (96, 64)


async def test_a_file_that_is_dark_for_a_while_is_a_covered_camera(tmp_path: Path) -> None:
    path = tmp_path / "night.mp4"
    night = [np.zeros((64, 96, 3), np.uint8)] * (8 * FPS)
    path.write_bytes(make_clip(pictures=[square_picture()] * FPS + night))
    async with watched(path, is_paced=False) as camera:
        await camera.frames_until_end()
        await camera.until(CameraState.COVERED, "CAMERA_DARK")
        assert camera.logged() == ["camera there", "camera remark"]
