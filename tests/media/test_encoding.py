"""How frames say that they were encoded; every file here is written by a real encoder."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from media.chunks import decode_frame
from media.clips import read_frames
from media.encoding import Encoding, picture_encoding
from media.pictures import encode_jpeg, encode_png
from tests.support.clips import make_clip, square_picture

PICTURE = square_picture()


def jpeg(**options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(PICTURE).save(out, "JPEG", **options)
    return out.getvalue()


def encoding_of(data: bytes) -> Encoding:
    encoding = picture_encoding(data)
    assert encoding is not None
    return encoding


def test_a_jpeg_tells_its_size_and_tables() -> None:
    one = encoding_of(encode_jpeg(PICTURE, 80))
    assert (one.codec, one.width, one.height, one.is_standard) == ("mjpeg", 96, 64, True)
    assert one == encoding_of(encode_jpeg(PICTURE[::-1], 80))
    assert one.digest != encoding_of(encode_jpeg(PICTURE, 81)).digest


def test_subsampling_is_part_of_it() -> None:
    assert encoding_of(jpeg(subsampling=0)).digest != encoding_of(jpeg(subsampling=2)).digest


@pytest.mark.parametrize("quality", [1, 30, 50, 92, 100])
def test_tables_of_libjpeg_are_the_standard_ones(quality: int) -> None:
    assert encoding_of(jpeg(quality=quality)).is_standard


def test_tables_of_ones_own_are_not() -> None:
    own = [[7 + place % 9 for place in range(64)]] * 2
    assert encoding_of(jpeg(qtables=own)).is_standard is False


def test_a_progressive_jpeg_and_a_png_tell_as_well() -> None:
    assert encoding_of(jpeg(progressive=True)).width == 96
    assert encoding_of(encode_png(PICTURE)) == Encoding("png", 96, 64)


def test_frames_of_streams_and_films_carry_it() -> None:
    frame = decode_frame(encode_jpeg(PICTURE), 0, 0.0)
    assert frame.encoding == picture_encoding(encode_jpeg(PICTURE))
    films = [{film.encoding for film in read_frames(make_clip(codec))} for codec in CODECS]
    assert [len(kinds) for kinds in films] == [1, 1, 1]
    codecs = [next(iter(kinds)) for kinds in films]
    assert [(e.codec, e.width, e.height) for e in codecs if e] == [(n, 96, 64) for n in NAMES]


CODECS, NAMES = ("mp4-h264", "webm-vp8", "avi-mjpeg"), ("h264", "vp8", "mjpeg")


@given(some.binary(max_size=200), some.integers(0, 600))
def test_broken_headers_tell_nothing_and_break_nothing(noise: bytes, length: int) -> None:
    picture_encoding(encode_jpeg(PICTURE)[:length] + noise)
    picture_encoding(b"\xff\xd8" + noise)
    picture_encoding(b"\x89PNG\r\n\x1a\n" + noise[:10])
