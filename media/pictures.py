"""Bytes to `ImageRGB` and back, within bounds: the header is judged before a pixel is read."""

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
from PIL import BmpImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from base.errors import (
    BrokenPictureError,
    EmptyPictureError,
    PictureTooLargeError,
    PictureTooSmallError,
    UnsupportedPictureError,
)
from media.headers import jpeg_orientation, webp_size_wh
from media.image import ImageRGB
from media.parts import has_too_many_parts

# What Pillow's decoders raise on hostile bytes; a fuzz test keeps the list complete.
_DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)
# Pillow warns about odd EXIF blocks while it opens a file, through a filter that is process-wide
# and not safe to change from several threads at once.
_OPENING = threading.Lock()
READABLE = "JPEG, PNG, WebP or BMP"
_ALPHA_BACKGROUND = 255  # Cut-out portraits are made for white paper.


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What is decoded at all.

    max_bytes: length of the file. max_pixels: width times height, before any EXIF turn.
    min_side_px: shorter side; a face needs more than that.
    """

    max_bytes: int = 20 * 1024 * 1024
    max_pixels: int = 50_000_000
    min_side_px: int = 32


DEFAULT_LIMITS = PictureLimits()


def decode_picture(data: bytes, limits: PictureLimits = DEFAULT_LIMITS) -> ImageRGB:
    """Decode one still picture, upright, as 8-bit RGB on white.

    Grey, palette, alpha, CMYK and 16-bit pictures become RGB; the EXIF turn is applied.
    Raises EmptyPictureError, UnsupportedPictureError (no picture, another format, or several
    frames), PictureTooLargeError, PictureTooSmallError and BrokenPictureError.
    """
    if not data:
        raise EmptyPictureError(f"the picture has no bytes; expected {READABLE}")
    if len(data) > limits.max_bytes:
        raise PictureTooLargeError(
            f"the picture has {len(data)} bytes; at most {limits.max_bytes} are read",
            bytes=len(data),
            max_bytes=limits.max_bytes,
        )
    picture = _open_header(data, limits)
    try:
        picture.load()
        pixels = _to_rgb(picture)
    except _DECODER_ERRORS as error:
        raise BrokenPictureError(
            "the picture starts well and cannot be read to its end; send the whole file"
        ) from error
    orientation = jpeg_orientation(picture.info.get("exif", b""))
    return np.ascontiguousarray(_turn_upright(pixels, orientation))


def encode_png(image: ImageRGB) -> bytes:
    """Return the picture as PNG, without loss."""
    return _encode(image, "PNG", compress_level=1)


def encode_jpeg(image: ImageRGB, quality: int = 92) -> bytes:
    """Return the picture as JPEG; quality from 1 to 95."""
    return _encode(image, "JPEG", quality=quality)


def _encode(image: ImageRGB, name: str, **options: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(image).save(out, name, **options)
    return out.getvalue()


def _open_header(data: bytes, limits: PictureLimits) -> Image.Image:
    """Read size, mode and number of frames; no pixel is decoded here.

    The plugins are called directly: `Image.open` warns about bombs through the process-wide
    warnings filter, and would read formats that are not wanted.
    """
    opener = _opener_for(data)
    if opener is None:
        raise UnsupportedPictureError(f"the bytes are not a picture; expected {READABLE}")
    if has_too_many_parts(data):
        raise PictureTooLargeError(
            "the picture's file is cut into more parts than encoders make; save it anew"
        )
    try:
        if opener is WebPImagePlugin.WebPImageFile:
            # Its constructor allocates the whole canvas, so the size is read beforehand.
            _check_size(webp_size_wh(data), limits)
        with _OPENING, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            picture = opener(io.BytesIO(data))
        frame_count = getattr(picture, "n_frames", 1)
    except _DECODER_ERRORS as error:
        raise BrokenPictureError(
            "the picture's header cannot be read; send the whole file"
        ) from error
    _check_size(picture.size, limits)
    if frame_count > 1:
        raise UnsupportedPictureError(
            f"the picture has {frame_count} frames; expected a still picture", frames=frame_count
        )
    return picture


def _opener_for(data: bytes) -> Callable[[io.BytesIO], Image.Image] | None:
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImagePlugin.JpegImageFile
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImagePlugin.PngImageFile
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    if data.startswith(b"BM"):
        return BmpImagePlugin.BmpImageFile
    return None


def _check_size(size_wh: tuple[int, int], limits: PictureLimits) -> None:
    width, height = size_wh
    if width * height > limits.max_pixels:
        raise PictureTooLargeError(
            f"the picture has {width}x{height} pixels; at most {limits.max_pixels} are decoded",
            width=width,
            height=height,
            max_pixels=limits.max_pixels,
        )
    if min(width, height) < limits.min_side_px:
        raise PictureTooSmallError(
            f"the picture has {width}x{height} pixels; expected at least {limits.min_side_px} "
            "on the shorter side",
            width=width,
            height=height,
            min_side_px=limits.min_side_px,
        )


def _to_rgb(picture: Image.Image) -> ImageRGB:
    if picture.mode == "RGB" and "transparency" not in picture.info:
        return np.asarray(picture)
    if picture.mode.startswith("I"):
        # 16-bit grey; Pillow's own conversion would cut everything above 255 to white.
        grey = (np.asarray(picture).astype(np.uint32) >> 8).astype(np.uint8)
        return cast(ImageRGB, np.repeat(grey[:, :, None], 3, axis=2))
    if picture.has_transparency_data:
        return _flatten(picture.convert("RGBA"))
    return np.asarray(picture.convert("RGB"))


def _flatten(picture: Image.Image) -> ImageRGB:
    canvas = Image.new("RGBA", picture.size, (_ALPHA_BACKGROUND,) * 3 + (255,))
    canvas.alpha_composite(picture)
    return np.asarray(canvas.convert("RGB"))


def _turn_upright(pixels: ImageRGB, orientation: int) -> ImageRGB:
    """Undo the turn that EXIF tag 274 names (EXIF 2.32, 4.6.4)."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
