"""A mesh of thin curved lines over a photograph, as authorities print it; seeded."""

import cv2
import numpy as np

from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg

_FINER = 4
_INKS_RGB = ((235, 240, 245), (150, 165, 190), (60, 70, 90))


def draw_mesh(image: ImageRGB, random: np.random.Generator) -> ImageRGB:
    """Return a copy under one or two families of waves, half to nine tenths opaque, as JPEG."""
    height, width = image.shape[:2]
    unit = max(height, width) / 250
    lines = np.zeros((height * _FINER, width * _FINER), np.uint8)
    spacing, stroke = random.uniform(8, 15) * unit, random.uniform(1, 2) * unit
    first_angle = random.uniform(0, np.pi)
    for family in range(random.integers(1, 3)):
        angle = first_angle + family * random.uniform(0.9, 1.57)
        _draw_family(lines, random, angle, spacing, max(1, round(stroke * _FINER)), unit)
    small = cv2.resize(lines, (width, height), interpolation=cv2.INTER_AREA)
    cover = small[..., None].astype(np.float32) / 255 * random.uniform(0.45, 0.9)
    ink = np.array(_INKS_RGB[random.integers(len(_INKS_RGB))], np.float32)
    meshed = np.clip(image * (1 - cover) + ink * cover, 0, 255).astype(np.uint8)
    return decode_picture(encode_jpeg(meshed, int(random.integers(70, 95))))


def _draw_family(
    lines: np.ndarray,
    random: np.random.Generator,
    angle: float,
    spacing_px: float,
    stroke_px: int,
    unit: float,
) -> None:
    height, width = lines.shape[0] / _FINER, lines.shape[1] / _FINER
    reach = max(height, width)
    along = np.linspace(-1.5, 1.5, 240) * reach
    direction = np.array([np.cos(angle), np.sin(angle)])
    normal = np.array([-direction[1], direction[0]])
    wave = (
        random.uniform(2, 10)
        * unit
        * np.sin(2 * np.pi * along / (random.uniform(30, 90) * unit) + random.uniform(0, 6.3))
    )
    wave += random.uniform(-0.0015, 0.0015) / unit * along**2
    for offset in np.arange(-1.2 * reach, 1.2 * reach, spacing_px):
        places = np.array([width / 2, height / 2]) + along[:, None] * direction
        places = (places + (offset + wave)[:, None] * normal) * _FINER
        cv2.polylines(lines, [np.rint(places).astype(np.int32)], False, 255, stroke_px, cv2.LINE_AA)
