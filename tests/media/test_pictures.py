"""Bounded decoding: every kind of picture comes out right, and nothing else comes out at all."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from base.errors import (
    BrokenPictureError,
    EmptyPictureError,
    InvalidInputError,
    PictureTooLargeError,
    PictureTooSmallError,
    UnsupportedPictureError,
)
from media.image import ImageRGB
from media.parts import MAX_CHUNKS, MAX_SCANS, MAX_SEGMENTS
from media.pictures import PictureLimits, decode_picture, encode_jpeg, encode_png

RED = (254, 0, 0)


def red_square(mode: str = "RGB") -> Image.Image:
    """A white picture, 64 wide and 48 high, with a red square in the upper left corner."""
    picture = Image.new("RGB", (64, 48), "white")
    picture.paste(RED, (4, 4, 20, 20))
    return picture if mode == "RGB" else picture.convert(mode)


def saved(picture: Image.Image, name: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, name, **options)
    return out.getvalue()


def assert_red_square(image: ImageRGB) -> None:
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert np.abs(image[12, 12].astype(int) - RED).max() < 24
    assert image[40, 56].min() > 240


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(saved(red_square(), "JPEG", quality=95), id="jpeg"),
        pytest.param(saved(red_square("CMYK"), "JPEG", quality=95), id="jpeg-cmyk"),
        pytest.param(saved(red_square(), "JPEG", progressive=True), id="jpeg-progressive"),
        pytest.param(saved(red_square(), "PNG"), id="png"),
        pytest.param(saved(red_square("P"), "PNG"), id="png-palette"),
        pytest.param(saved(red_square("RGBA"), "PNG"), id="png-alpha"),
        pytest.param(saved(red_square(), "WEBP", lossless=True), id="webp-lossless"),
        pytest.param(saved(red_square(), "WEBP", quality=95), id="webp"),
        pytest.param(saved(red_square("RGBA"), "WEBP", lossless=True), id="webp-alpha"),
        pytest.param(saved(red_square(), "BMP"), id="bmp"),
        pytest.param(saved(red_square("P"), "BMP"), id="bmp-palette"),
    ],
)
def test_a_red_square_stays_red_and_in_its_corner(data: bytes) -> None:
    assert_red_square(decode_picture(data))


@pytest.mark.parametrize("mode", ["L", "LA", "1"])
def test_grey_pictures_become_rgb_of_equal_channels(mode: str) -> None:
    image = decode_picture(saved(red_square(mode), "PNG"))
    assert image.shape == (48, 64, 3)
    assert (image[:, :, 0] == image[:, :, 2]).all()
    assert image[40, 56].min() == 255


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    ramp = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
    image = decode_picture(saved(Image.fromarray(ramp), "PNG"))
    assert abs(int(image[24, 32, 0]) - 128) <= 3
    assert image[0, 0, 0] == 0
    assert image[-1, -1, 0] == 255


def test_sixteen_bit_colour_keeps_its_colours() -> None:
    rows = b"".join(b"\x00" + struct.pack(">HHH", 65535, 0, 32768) * 64 for _ in range(48))
    image = decode_picture(_png(64, 48, bit_depth=16, colour=2, pixels=zlib.compress(rows)))
    assert image[10, 10].tolist() == [255, 0, 128]


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    assert decode_picture(saved(clear, "PNG")).min() == 255


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_exif_turn_is_applied(orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    picture = red_square()
    if orientation in undo:
        picture = picture.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name in ("JPEG", "PNG", "WEBP"):
        assert_red_square(decode_picture(saved(picture, name, exif=exif)))


def test_a_senseless_exif_turn_is_ignored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    assert_red_square(decode_picture(saved(red_square(), "JPEG", exif=exif.tobytes())))
    cut_off = exif.tobytes()[:18]
    assert_red_square(decode_picture(saved(red_square(), "JPEG", exif=cut_off)))


def test_no_bytes_are_said_to_be_none() -> None:
    with pytest.raises(EmptyPictureError):
        decode_picture(b"")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"hello, this is no picture", id="text"),
        pytest.param(b"%PDF-1.7\n", id="pdf"),
        pytest.param(saved(red_square("P"), "GIF"), id="gif"),
        pytest.param(saved(red_square(), "TIFF"), id="tiff"),
    ],
)
def test_other_formats_are_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedPictureError):
        decode_picture(data)


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_moving_pictures_are_refused(name: str) -> None:
    other = red_square().transpose(Image.Transpose.ROTATE_180)
    data = saved(red_square(), name, save_all=True, append_images=[other])
    with pytest.raises(UnsupportedPictureError, match="2 frames"):
        decode_picture(data)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "BMP"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_cut_off_picture_is_broken(name: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    data = saved(Image.fromarray(noise), name)
    with pytest.raises(BrokenPictureError):
        decode_picture(data[: int(len(data) * share)])


@pytest.mark.parametrize("name", ["JPEG", "PNG", "BMP"])
def test_a_bomb_is_refused_by_its_header(name: str) -> None:
    """A small file can promise 100 megapixels; it must be refused before memory is taken."""
    if name == "PNG":
        data = _png(10_000, 10_000, bit_depth=8, colour=2, pixels=zlib.compress(b"\x00" * 999))
    elif name == "JPEG":
        data = saved(red_square(), "JPEG")
        size = data.index(b"\xff\xc0") + 5
        data = data[:size] + struct.pack(">HH", 10_000, 10_000) + data[size + 4 :]
    else:
        data = saved(red_square(), "BMP")
        data = data[:18] + struct.pack("<ii", 10_000, 10_000) + data[26:]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PictureTooLargeError, match="10000x10000"):
            decode_picture(data)


def test_a_webp_bomb_is_refused_before_its_canvas_is_allocated() -> None:
    exif = Image.Exif()
    exif[0x0112] = 1
    data = bytearray(saved(red_square(), "WEBP", exif=exif))
    assert data[12:16] == b"VP8X"
    data[24:30] = (16_383).to_bytes(3, "little") * 2
    with pytest.raises(PictureTooLargeError, match="16384x16384"):
        decode_picture(bytes(data))


def crumbled(kind: str) -> bytes:
    """A good picture that is cut into very many parts."""
    if kind == "chunks":
        data = saved(red_square(), "PNG")
        return data[:33] + _chunk(b"prVt", b"") * MAX_CHUNKS + data[33:]
    data = saved(red_square(), "JPEG", progressive=True)
    if kind == "scans":
        last = data.rindex(b"\xff\xda")
        return data[:-2] + data[last:-2] * MAX_SCANS + data[-2:]
    part = b"\xff\xfe\x00\x02" * MAX_SEGMENTS if kind == "segments" else b"\xff" * 8192
    return data[:2] + part + data[2:]


@pytest.mark.parametrize("kind", ["scans", "segments", "padding", "chunks"])
def test_a_picture_of_countless_parts_is_refused_before_it_is_read(kind: str) -> None:
    """A progressive JPEG of 2 MB in 97,000 scans kept a thread busy for minutes.

    Four of them, one for each thread, and the server answered nobody.
    """
    with pytest.raises(PictureTooLargeError, match="parts"):
        decode_picture(crumbled(kind))


def test_an_unfinished_run_of_padding_is_passed_over_at_once() -> None:
    with pytest.raises(PictureTooLargeError, match="parts"):
        decode_picture(b"\xff\xd8" + b"\xff" * 2_000_000 + b"\x00")


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(PictureTooLargeError):
        decode_picture(saved(red_square(), "BMP"), PictureLimits(max_bytes=100))


def test_a_picture_too_small_for_a_face_is_refused() -> None:
    with pytest.raises(PictureTooSmallError):
        decode_picture(saved(red_square().resize((64, 8)), "PNG"))


SEEDS = [
    saved(red_square(), "JPEG"),
    saved(red_square("RGBA"), "PNG"),
    saved(red_square(), "WEBP"),
    saved(red_square("P"), "BMP"),
]


def decodes_or_refuses(data: bytes) -> None:
    """Whatever comes in, a picture or an error of the tree comes out."""
    try:
        image = decode_picture(data)
    except InvalidInputError:
        return
    assert image.ndim == 3
    assert image.shape[2] == 3
    assert image.dtype == np.uint8


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"])
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_picture_or_an_error_of_the_tree(tail: bytes, start: bytes) -> None:
    decodes_or_refuses(start + tail)


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
)
@settings(max_examples=400, deadline=None)
def test_any_damage_gives_a_picture_or_an_error_of_the_tree(
    seed: bytes, damage: list[tuple[int, int]]
) -> None:
    data = bytearray(seed)
    for place, value in damage:
        data[place % len(data)] = value
    decodes_or_refuses(bytes(data))


def test_encoding_keeps_the_picture() -> None:
    image = decode_picture(saved(red_square(), "PNG"))
    assert (decode_picture(encode_png(image)) == image).all()
    assert_red_square(decode_picture(encode_jpeg(image)))


def _png(width: int, height: int, *, bit_depth: int, colour: int, pixels: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
