"""The paper of specimens: fine curved lines on a pale ground, our own drawing."""

import math

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB

WIDTH_PX, HEIGHT_PX = 1000, 631
_CORNER_PX = 34
Colour = tuple[int, int, int]
_BLUE, _ROSE = (126, 196, 218), (232, 170, 200)


def pale_paper(size_wh: tuple[int, int] = (WIDTH_PX, HEIGHT_PX), seed: int = 0) -> ImageRGB:
    """Return a sheet whose lines turn from blue over rose to blue again, RGB."""
    width, height = size_wh
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = np.random.default_rng(seed).uniform(0, 2 * math.pi, 4)
    bent = 26 * np.sin(x / 90 + turn[0]) + 18 * np.sin(y / 64 + turn[1])
    lines = np.maximum(_ridges(y + bent, 15), _ridges(x * 0.9 + y * 0.25 + bent * 1.2, 21))
    middle = np.exp(-(((x / width) - 0.45) ** 2) / 0.03)[..., None]
    ink = (1 - middle) * np.array(_BLUE, np.float32) + middle * np.array(_ROSE, np.float32)
    ground = 238 + 6 * np.sin(x / 160 + turn[2])[..., None] * np.array([0.3, 0.1, -0.2])
    share = 0.5 * lines[..., None]
    return np.asarray(np.clip(ground * (1 - share) + ink * share, 0, 255), np.uint8)


def _ridges(phase_px: npt.NDArray[np.float32], pitch_px: float) -> npt.NDArray[np.float32]:
    wave = np.abs(np.sin(phase_px * (math.pi / pitch_px)))
    return np.asarray(np.clip(1 - wave * 5, 0, 1), np.float32)


def rounded(size_wh: tuple[int, int] = (WIDTH_PX, HEIGHT_PX)) -> npt.NDArray[np.uint8]:
    """Return what of a card's rectangle is card, (H, W) of 0 and 255."""
    width, height = size_wh
    mask = np.zeros((height, width), np.uint8)
    r = _CORNER_PX
    cv2.rectangle(mask, (r, 0), (width - r - 1, height - 1), 255, -1)
    cv2.rectangle(mask, (0, r), (width - 1, height - r - 1), 255, -1)
    for centre in (
        (r, r),
        (width - r - 1, r),
        (r, height - r - 1),
        (width - r - 1, height - r - 1),
    ):
        cv2.circle(mask, centre, r, 255, -1)
    return mask
