"""A chunk of a stream becomes a frame or a piece of sound, within its bounds."""

from datetime import UTC, datetime

import numpy as np
import pytest

from base.errors import BrokenSoundError, PictureTooLargeError, UnsupportedPictureError
from media.chunks import decode_frame, decode_pcm
from media.frame import CAMERA, MICROPHONE
from media.pictures import PictureLimits, encode_jpeg, encode_png
from tests.support.clips import RED, square_picture

TAKEN = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("encode", [encode_jpeg, encode_png])
def test_a_picture_keeps_its_colours_and_gets_its_times(encode: object) -> None:
    data = encode(square_picture())  # type: ignore[operator]
    frame = decode_frame(data, 7, 12.5, pts_s=0.4, capture_time=TAKEN)
    assert np.abs(frame.image[8, 8].astype(int) - RED).max() <= 10
    assert (frame.index, frame.pts_s, frame.capture_time) == (7, 0.4, TAKEN)
    assert (frame.received_monotonic_s, frame.track) == (12.5, CAMERA)


def test_a_picture_larger_than_a_cameras_is_refused() -> None:
    data = encode_png(np.zeros((3_001, 3_000, 3), np.uint8))
    with pytest.raises(PictureTooLargeError):
        decode_frame(data, 0, 0.0)
    assert decode_frame(data, 0, 0.0, limits=PictureLimits()).image.shape == (3_001, 3_000, 3)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(UnsupportedPictureError):
        decode_frame(b"RIFF....WAVE", 0, 0.0)


def test_samples_are_little_endian_and_reach_from_minus_one_to_one() -> None:
    data = b"\x00\x00\x00\x40\x00\x80\xff\x7f"
    chunk = decode_pcm(data, 3, 1.0, pts_s=0.2)
    assert chunk.samples.tolist() == pytest.approx([0.0, 0.5, -1.0, 1.0], abs=1e-4)
    assert (chunk.rate_hz, chunk.index, chunk.track) == (16_000, 3, MICROPHONE)
    assert chunk.duration_s == pytest.approx(4 / 16_000)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00\x00\x00", id="half a sample"),
        pytest.param(bytes(2 * 2 * 16_000 + 2), id="more than two seconds"),
    ],
)
def test_what_is_no_piece_of_sound_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenSoundError, match=f"has {len(data)} bytes"):
        decode_pcm(data, 0, 0.0)
