"""Genuine clips as the kit keeps them: each picture as a JPEG, so that memory is bounded."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from media.clips import read_frames
from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg
from vision.geometry import Floats

_MASTER_QUALITY = 95
_LARGEST = 255.0


@dataclass(frozen=True, slots=True)
class FilmLimits:
    """What is kept of a clip. longest_px: of a picture's sides."""

    length_s: float = 6.0
    fps: float = 25.0
    longest_px: int = 400


@dataclass(frozen=True, slots=True, repr=False)
class Shot:
    """One picture of a film, as a JPEG, and when it is shown."""

    data: bytes
    time_s: float

    def __repr__(self) -> str:
        return f"Shot({self.time_s:.3f} s, {len(self.data)} bytes, picture=<hidden>)"

    @property
    def image(self) -> ImageRGB:
        """The picture."""
        return decode_picture(self.data)


Film = tuple[Shot, ...]
DEFAULT_FILM = FilmLimits()


def read_film(path: Path, limits: FilmLimits = DEFAULT_FILM) -> Film:
    """Return the beginning of a clip. Raises what `read_frames` raises."""
    shots = []
    for frame in read_frames(path, target_fps=limits.fps):
        if frame.received_monotonic_s > limits.length_s:
            break
        image = _shrunk(frame.image, limits.longest_px)
        shots.append(Shot(encode_jpeg(image, _MASTER_QUALITY), frame.received_monotonic_s))
    return tuple(shots)


@dataclass(frozen=True, slots=True)
class Look:
    """How pictures are made to look otherwise. noise: of each pixel, in grey steps.

    gain: of brightness. zoom: share that is cut off around. scale: of the size. is_own_maker:
    whether the tables are not libjpeg's.
    """

    quality: int = 90
    noise: float = 0.0
    gain: float = 1.0
    zoom: float = 0.0
    scale: float = 1.0
    is_own_maker: bool = False


def made_over(shot: Shot, look: Look, seed: int = 0) -> Shot:
    """Return a shot encoded again, and looking otherwise."""
    pixels: Floats = shot.image.astype(np.float32)
    height, width = pixels.shape[:2]
    if look.zoom:
        top, left = round(look.zoom * height / 2), round(look.zoom * width / 2)
        pixels = _resized(pixels[top : height - top, left : width - left], (width, height))
    if look.scale != 1.0:
        pixels = _resized(pixels, (round(width * look.scale), round(height * look.scale)))
    if look.noise:
        noise = np.random.default_rng(seed).standard_normal(pixels.shape, np.float32)
        pixels = pixels + np.float32(look.noise) * noise
    image = np.clip(np.round(pixels * np.float32(look.gain)), 0, _LARGEST).astype(np.uint8)
    return replace(shot, data=_encoded(image, look))


def faded(one: Shot, two: Shot, share: float) -> Shot:
    """Return a picture between two; share: of the second one."""
    first, second = one.image, two.image
    height, width = first.shape[:2]
    other = cv2.resize(second, (width, height), interpolation=cv2.INTER_AREA)
    mixed = cv2.addWeighted(first, 1 - share, other, share, 0)
    return replace(one, data=encode_jpeg(np.asarray(mixed, np.uint8), _MASTER_QUALITY))


def _resized(pixels: Floats, size_wh: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA), np.float32)


def _encoded(image: ImageRGB, look: Look) -> bytes:
    if not look.is_own_maker:
        return encode_jpeg(image, look.quality)
    out, table = io.BytesIO(), [6 + place // 4 for place in range(64)]
    Image.fromarray(image).save(out, "JPEG", qtables=[table, table])
    return out.getvalue()


def _shrunk(image: ImageRGB, longest_px: int) -> ImageRGB:
    scale = longest_px / max(image.shape[:2])
    if scale >= 1:
        return image
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
