"""A clip becomes frames in the right colours and times, or an error of the tree."""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import (
    BrokenClipError,
    ClipTooLargeError,
    ClipTooLongError,
    EmptyClipError,
    InvalidInputError,
    PictureTooSmallError,
    UnsupportedClipError,
)
from media.clips import read_frames
from media.containers import ClipLimits, is_clip
from media.image import ImageRGB
from tests.support.clips import CODECS, GREEN, GREY, RED, make_clip, make_wav, square_picture

ROOT = Path(__file__).resolve().parents[2]
# Lossy codecs and 4:2:0 colour move values by a few steps.
MAX_COLOUR_STEP = 10


def noise(count: int, width: int = 96, height: int = 64) -> list[ImageRGB]:
    """Return pictures that do not compress away."""
    rng = np.random.default_rng(3)
    return list(rng.integers(0, 256, (count, height, width, 3), dtype=np.uint8))


def assert_colour(pixel: "np.typing.NDArray[np.uint8]", colour: Sequence[int]) -> None:
    assert np.abs(pixel.astype(int) - colour).max() <= MAX_COLOUR_STEP, (pixel, colour)


@pytest.fixture(scope="module")
def noisy() -> dict[str, bytes]:
    """Clips of one container each, of fifty pictures."""
    kinds = ("mp4-h264", "webm-vp8", "matroska-h264", "avi-mjpeg", "mpeg-mpeg2")
    return {kind: make_clip(kind, noise(50)) for kind in kinds}


@pytest.mark.parametrize("codec", CODECS)
def test_a_red_square_stays_red_and_in_its_corner(codec: str) -> None:
    frames = list(read_frames(make_clip(codec)))
    assert len(frames) == 8
    for frame in frames:
        assert frame.image.shape == (64, 96, 3)
        assert frame.image.flags.c_contiguous
        assert_colour(frame.image[8, 8], RED)
        assert_colour(frame.image[8, 80], GREY)
        assert_colour(frame.image[56, 8], GREY)


def test_the_colours_of_hd_cameras_are_read_by_their_own_matrix() -> None:
    frame = next(read_frames(make_clip(is_bt709=True)))
    assert_colour(frame.image[8, 8], RED)


@pytest.mark.parametrize(
    ("rotation", "corner"),
    [
        pytest.param(90, (-4, 4), id="against the clock"),
        pytest.param(-90, (4, -4), id="with the clock"),
        pytest.param(180, (-4, -4), id="upside down"),
    ],
)
def test_a_clip_is_turned_upright(rotation: int, corner: tuple[int, int]) -> None:
    image = next(read_frames(make_clip(rotation=rotation))).image
    assert image.shape == ((96, 64, 3) if rotation % 180 else (64, 96, 3))
    assert_colour(image[corner], RED)


def test_the_turn_means_what_the_container_says() -> None:
    """QuickTime's matrix (0 1; -1 0) lays the x axis on the y axis, which points down."""
    clip = make_clip(rotation=-90)
    header = clip.index(b"tkhd")
    matrix = [int.from_bytes(clip[at : at + 4], "big", signed=True) / 65_536
              for at in range(header + 44, header + 64, 4)]  # fmt: skip
    assert matrix == [0, 1, 0, -1, 0]
    assert_colour(next(read_frames(clip)).image[4, -4], RED)


def test_frames_carry_their_times_and_arrive_as_fast_as_they_play() -> None:
    frames = list(read_frames(make_clip("mpeg-mpeg2"), started_monotonic_s=100.0))
    assert [frame.index for frame in frames] == list(range(8))
    arrivals = [frame.received_monotonic_s for frame in frames]
    assert arrivals == pytest.approx([100 + 0.04 * place for place in range(8)], abs=1e-3)
    assert frames[0].pts_s == pytest.approx(0.54, abs=0.01)
    assert frames[0].capture_time is None


def test_a_clip_that_says_when_it_was_taken_gives_every_frame_its_time() -> None:
    taken = {"creation_time": "2026-03-04T05:06:07.000000Z"}
    frames = list(read_frames(make_clip(metadata=taken)))
    assert frames[5].capture_time == datetime(2026, 3, 4, 5, 6, 7, 200_000, UTC)


@pytest.mark.parametrize("said", ["1904-01-01T00:00:00Z", "yesterday"])
def test_a_clock_that_was_never_set_gives_no_time(said: str) -> None:
    clip = make_clip("webm-vp8", metadata={"creation_time": said})
    assert next(read_frames(clip)).capture_time is None


def test_a_changing_frame_rate_is_kept() -> None:
    frames = list(read_frames(make_clip("webm-vp8", noise(5), pts=[0, 1, 2, 12, 13])))
    arrivals = [frame.received_monotonic_s for frame in frames]
    assert arrivals == pytest.approx([0, 0.04, 0.08, 0.48, 0.52], abs=2e-3)


@pytest.mark.parametrize(
    ("fps", "expected"), [(10.0, 20), (25.0, 50), (60.0, 50), (2.0, 4)], ids=str
)
def test_frames_are_left_out_by_their_times(
    noisy: dict[str, bytes], fps: float, expected: int
) -> None:
    frames = list(read_frames(noisy["mp4-h264"], target_fps=fps))
    assert len(frames) == expected
    assert [frame.index for frame in frames] == list(range(expected))


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="target_fps"):
        next(read_frames(make_clip(), target_fps=0.0))


def test_a_file_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(make_clip())
    from_file, from_bytes = list(read_frames(path)), list(read_frames(path.read_bytes()))
    assert is_clip(path)
    assert np.array_equal(from_file[7].image, from_bytes[7].image)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_frames(tmp_path / "nowhere.mp4"))


@pytest.mark.parametrize("kind", ["mp4-h264", "avi-mjpeg", "mpeg-mpeg2", "webm-vp8"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_a_clip_that_was_cut_off_is_broken(
    noisy: dict[str, bytes], kind: str, share: float
) -> None:
    clip = noisy[kind]
    with pytest.raises(BrokenClipError, match="send the whole file"):
        list(read_frames(clip[: int(len(clip) * share)]))


def test_a_damaged_clip_gives_its_good_frames_and_is_broken_then(noisy: dict[str, bytes]) -> None:
    clip = bytearray(noisy["mp4-h264"])
    middle = len(clip) // 2
    clip[middle : middle + 2000] = bytes(2000)
    seen: list[int] = []
    with pytest.raises(BrokenClipError):
        note_frames(bytes(clip), seen)
    assert 0 < len(seen) < 50


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/a.ts\n", id="HLS playlist"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/passwd\n", id="concat list"),
        pytest.param(b"<?xml version='1.0'?><MPD></MPD>", id="DASH manifest"),
        pytest.param(b"GIF89a" + bytes(50), id="GIF"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(50), id="JPEG"),
        pytest.param(b"\x00\x00\x00\x18ftypheic" + bytes(50), id="HEIC"),
        pytest.param(b"notes\n", id="text"),
    ],
)
def test_what_is_no_clip_is_refused_by_its_first_bytes(content: bytes) -> None:
    assert not is_clip(content)
    with pytest.raises(UnsupportedClipError, match="expected MP4"):
        next(read_frames(content))


def test_no_bytes_are_no_clip() -> None:
    with pytest.raises((EmptyClipError, UnsupportedClipError)):
        next(read_frames(b""))


def test_sound_alone_is_no_clip() -> None:
    wav = make_wav(np.zeros((1, 16_000), np.int16))
    assert not is_clip(wav)
    with pytest.raises(UnsupportedClipError, match="no moving pictures"):
        next(read_frames(wav))


def test_a_header_of_a_hundred_hours_is_refused_before_a_frame_is_decoded() -> None:
    hundred_hours = 100 * 3600 * 25
    clip = make_clip("webm-vp8", noise(3), pts=[0, 1, hundred_hours])
    with pytest.raises(ClipTooLongError, match=r"lasts 360000\.0 s; at most 120 s") as caught:
        next(read_frames(clip))
    assert caught.value.metadata["max_duration_s"] == "120.0"


def test_a_clip_that_does_not_say_how_long_it_is_ends_at_the_limit() -> None:
    clip = make_clip("webm-vp8", noise(4), pts=[0, 1, 2, 90_000], options={"live": "1"})
    seen: list[int] = []
    with pytest.raises(ClipTooLongError):
        note_frames(clip, seen)
    assert seen == [0, 1, 2]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        pytest.param(ClipLimits(max_bytes=500), "bytes; at most 500", id="bytes"),
        pytest.param(ClipLimits(max_pixels=96 * 63), "96x64 pixels", id="pixels"),
        pytest.param(ClipLimits(max_frames=7), "more than 7 frames", id="frames"),
    ],
)
def test_too_large_a_clip_is_refused(limits: ClipLimits, said: str) -> None:
    with pytest.raises(ClipTooLargeError, match=said):
        list(read_frames(make_clip(), limits))


def test_a_clip_at_the_limit_is_read() -> None:
    limits = ClipLimits(max_pixels=96 * 64, max_frames=8)
    assert len(list(read_frames(make_clip(), limits))) == 8


def test_a_clip_too_small_for_a_face_is_refused() -> None:
    with pytest.raises(PictureTooSmallError):
        next(read_frames(make_clip(pictures=[square_picture(GREEN, 64, 24)] * 2)))


def test_a_frame_larger_than_the_limit_is_not_even_allocated() -> None:
    """4000 x 4000 of one colour fit into a small file; decoded and as RGB they take 72 MB."""
    grown_mb = peak_growth_mb(
        "clip = make_clip('mpegvideo-mpeg1', [square_picture(width=4000, height=4000)])",
        "try: next(read_frames(clip, ClipLimits(max_pixels=1_000_000)))",
        "except InvalidInputError: pass",
        "else: raise AssertionError",
    )
    assert grown_mb < 12


def test_a_long_clip_is_never_held_as_a_whole() -> None:
    """A minute of 320 x 240 is 340 MB of pixels."""
    grown_mb = peak_growth_mb(
        "clip = make_clip(pictures=[square_picture(width=320, height=240)] * 1500)",
        "assert sum(1 for _ in read_frames(clip)) == 1500",
    )
    assert grown_mb < 40


def test_a_reader_that_stops_early_lets_go_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(make_clip())
    frames = read_frames(path)
    next(frames)
    assert str(path) in open_files()
    frames.close()
    assert str(path) not in open_files()


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["mp4-h264", "webm-vp8", "matroska-h264", "avi-mjpeg", "mpeg-mpeg2"]),
    places=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=12),
    value=st.integers(0, 255),
    kept=st.floats(0.02, 1),
)
def test_damage_gives_frames_or_an_error_of_the_tree(
    noisy: dict[str, bytes], kind: str, places: list[float], value: int, kept: float
) -> None:
    clip = bytearray(noisy[kind])
    for place in places:
        clip[int(place * len(clip))] = value
    try:
        for frame in read_frames(bytes(clip[: int(len(clip) * kept)])):
            assert frame.image.shape[2] == 3
    except InvalidInputError:
        pass


@settings(max_examples=100, deadline=None)
@given(
    start=st.sampled_from(
        [
            b"\x00\x00\x00\x18ftypisom",
            b"\x1a\x45\xdf\xa3",
            b"RIFF\x00\x00\x00\x00AVI ",
            b"\x00\x00\x01\xba",
            b"\x00\x00\x01\xb3",
        ]
    ),
    rest=st.binary(max_size=400),
)
def test_noise_behind_a_good_start_gives_an_error_of_the_tree(start: bytes, rest: bytes) -> None:
    with pytest.raises(InvalidInputError):
        list(read_frames(start + rest))


def note_frames(clip: bytes, seen: list[int]) -> None:
    for frame in read_frames(clip):
        seen.append(frame.index)


def open_files() -> set[str]:
    return {str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}


def peak_growth_mb(prepare: str, *measured: str) -> float:
    """Return by how much the largest memory of a fresh process grows in the measured lines."""
    code = [
        "from base.errors import InvalidInputError",
        "from media.clips import read_frames",
        "from media.containers import ClipLimits",
        "from tests.support.clips import make_clip, square_picture",
        prepare,
        "open('/proc/self/clear_refs', 'w').write('5')",
        "def now(): return float(next(l for l in open('/proc/self/status')"
        " if l.startswith('VmHWM')).split()[1]) / 1024",
        "before = now()",
        *measured,
        "print(now() - before)",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(code)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    return float(done.stdout)


def test_making_a_clip_leaves_the_test_at_its_own_schedule() -> None:
    """A whole suite ran in real time after its first AV1 clip, and starved what it waited for."""
    before = os.sched_getscheduler(0)
    make_clip("mp4-av1")
    assert os.sched_getscheduler(0) == before
