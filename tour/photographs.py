"""The tour's photographs: pictures that dependencies ship, and copies made from them.

Nothing is downloaded. `insightface` carries a photograph of six people at a table and one small
portrait; `scikit-image` carries NASA's public-domain portrait of an astronaut. There is only
one photograph of each person, so a second one is made by re-shooting, turning or compressing
the first: easier than a real second photograph, and every place that uses one says so.
"""

import importlib.util
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg

# Around the head of each person in the 1280 x 886 photograph, left to right; one face in each.
SEATS_XYXY = {
    "seat-1": (10, 215, 235, 440),
    "seat-2": (240, 85, 440, 285),
    "seat-3": (435, 205, 640, 450),
    "seat-4": (705, 270, 910, 500),
    "seat-5": (865, 0, 1095, 230),
    "seat-6": (1090, 220, 1280, 445),
}


# What `place` puts a portrait into. The face is then about 200 to 250 px high, as in a selfie.
WIDTH_PX, HEIGHT_PX, PORTRAIT_PX = 640, 480, 400


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person of the photograph, by seat and never by name; `portrait` is RGB."""

    id: str
    portrait: ImageRGB

    def __repr__(self) -> str:
        return f"Person(id={self.id!r}, portrait=<hidden>)"


def shipped_file(package: str, relative: str) -> Path:
    """Return a file that an installed package carries, without importing the package.

    Raises FileNotFoundError.
    """
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / relative
        if path.is_file():
            return path
    raise FileNotFoundError(f"package {package} carries no {relative}; run `make setup`")


def table_photograph() -> bytes:
    """Return the photograph of six people at a table, as JPEG bytes."""
    return shipped_file("insightface", "data/images/t1.jpg").read_bytes()


def people() -> tuple[Person, ...]:
    """Return the six people of the photograph, each cut out alone."""
    image = decode_picture(table_photograph())
    return tuple(
        Person(seat, np.ascontiguousarray(image[top:bottom, left:right]))
        for seat, (left, top, right, bottom) in SEATS_XYXY.items()
    )


def astronaut() -> ImageRGB:
    """Return the (512, 512, 3) portrait of an astronaut; NASA, public domain."""
    return decode_picture(shipped_file("skimage", "data/astronaut.png").read_bytes())


def small_portrait() -> ImageRGB:
    """Return a (112, 112, 3) portrait, cut to the face by its publisher."""
    name = "data/images/Tom_Hanks_54745.png"
    return decode_picture(shipped_file("insightface", name).read_bytes())


def place(portrait: ImageRGB) -> ImageRGB:
    """Put a portrait into the middle of a (480, 640, 3) picture, on its own blurred colours."""
    colours = cv2.resize(portrait, (8, 6), interpolation=cv2.INTER_AREA)
    backdrop = cv2.resize(colours, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    square = cv2.resize(portrait, (PORTRAIT_PX, PORTRAIT_PX), interpolation=cv2.INTER_CUBIC)
    picture = np.array(backdrop, np.uint8)
    top, left = (HEIGHT_PX - PORTRAIT_PX) // 2, (WIDTH_PX - PORTRAIT_PX) // 2
    picture[top : top + PORTRAIT_PX, left : left + PORTRAIT_PX] = square
    return picture


def reshot(image: ImageRGB, seed: int = 0) -> ImageRGB:
    """Return the picture as if photographed again from a print.

    A slight change of viewpoint, softer focus, dimmer light and sensor noise.
    """
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[6, 4], [-3, 2], [-5, -6], [4, -2]], np.float32) * (width / 200)
    view = cv2.getPerspectiveTransform(moved, corners)
    warped = cv2.warpPerspective(image, view, (width, height), borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(warped, (0, 0), 0.6).astype(np.float32)
    noise = np.random.default_rng(seed).normal(0, 3, image.shape)
    return np.clip(soft * 0.88 + 6 + noise, 0, 255).astype(np.uint8)


def rephotographed(image: ImageRGB, side_px: int = 480, seed: int = 0) -> ImageRGB:
    """Return a photograph of a screen that shows the picture, (side_px, side_px, 3).

    Each picture point is a cell of a red, a green and a blue stripe with dark gaps; the camera
    looks from slightly aside and samples that grid at another pitch, which makes moire. The
    black point is lifted and the frame of the screen shows, as it does on a telephone.
    """
    cells = round(side_px * 0.61)  # Between one and two camera pixels to a cell: they beat.
    shown = cv2.resize(image, (cells, cells), interpolation=cv2.INTER_AREA).astype(np.float32)
    lit = np.zeros((cells * 3, cells * 3, 3), np.float32)
    for channel in range(3):
        stripe = np.repeat(shown[:, :, channel], 3, axis=0)
        lit[:, channel::3, channel] = stripe * 2.6
    lit[::3] *= 0.35
    soft = cv2.GaussianBlur(lit, (0, 0), 1.0)  # A lens does not resolve single stripes quite.
    edge = cells // 5
    framed = cv2.copyMakeBorder(
        soft, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(12, 12, 14)
    )
    size = framed.shape[0]
    corners = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    places = np.array([[0.02, 0.01], [0.97, 0.04], [0.99, 0.98], [0.01, 0.96]], np.float32)
    view = cv2.getPerspectiveTransform(corners, places * side_px)
    seen = cv2.warpPerspective(framed, view, (side_px, side_px), flags=cv2.INTER_LINEAR)
    noise = np.random.default_rng(seed).normal(0, 2, seen.shape)
    return np.asarray(np.clip(seen * 0.9 + 14 + noise, 0, 255), np.uint8)


def held_up(image: ImageRGB, time_s: float, seed: int = 0) -> ImageRGB:
    """Return the picture as a print that a hand holds before a camera, at one moment.

    It drifts, tilts and comes nearer a little, and the sensor's noise is new each time; what it
    shows does not move. The periods have no common one, so no stretch repeats another.
    """
    height, width = image.shape[:2]
    x, y, tilt, near = (
        np.sin(2 * np.pi * time_s / period_s + seed) for period_s in (3.1, 2.3, 4.7, 5.9)
    )
    move = cv2.getRotationMatrix2D((width / 2, height / 2), 3 * tilt, 1 + 0.04 * near)
    move[:, 2] += (0.022 * width * x, 0.019 * height * y)
    moved = cv2.warpAffine(image, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
    rng = np.random.default_rng((seed, round(time_s * 1000)))
    noise = rng.integers(-5, 6, image.shape, np.int8)
    return np.asarray(np.clip(moved.astype(np.int16) + noise, 0, 255), np.uint8)


def turned(image: ImageRGB, degrees: float = 12.0) -> ImageRGB:
    """Return the picture turned about its middle, counter-clockwise."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    out = cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.uint8)


def compressed(image: ImageRGB, quality: int = 35) -> bytes:
    """Return the picture as a strongly compressed JPEG."""
    return encode_jpeg(image, quality)


def blurred(image: ImageRGB, radius_px: float = 9.0) -> ImageRGB:
    """Return the picture out of focus."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), radius_px), np.uint8)


def side_by_side(left: ImageRGB, right: ImageRGB) -> ImageRGB:
    """Return two pictures next to each other at one height."""
    height = min(left.shape[0], right.shape[0])
    scaled = [
        cv2.resize(one, (round(one.shape[1] * height / one.shape[0]), height))
        for one in (left, right)
    ]
    return np.asarray(np.hstack(scaled), np.uint8)


def empty_room() -> ImageRGB:
    """Return a (360, 480, 3) picture of nobody: a wall in soft light."""
    ramp = np.linspace(90, 200, 480, dtype=np.float32)
    wall = np.repeat(ramp[None, :], 360, axis=0)
    return np.repeat(wall[:, :, None], 3, axis=2).astype(np.uint8)


def oversized_png(width: int = 40_000, height: int = 40_000) -> bytes:
    """Return a few bytes that claim to be a picture of `width` x `height` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1024))
        + chunk(b"IEND", b"")
    )
