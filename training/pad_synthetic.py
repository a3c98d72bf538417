"""A screen in front of a camera, made from a photograph: what the sources have too few kinds of.

A screen changes tone and gamut, its white is bluer than daylight as a rule, its pixels beat
against the camera's, glass adds a veil of reflections and a bright spot, and the camera chooses
an exposure of its own. Each is drawn by chance, from nothing to more than was ever seen.
"""

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB

Light = npt.NDArray[np.float32]
"""(H, W, 3) in [0, 1], as the file holds it: not linear."""

_REFERENCE_PX = 160.0  # Lengths below are pixels of a face this high.
_MOIRE_SHARE, _SPOT_SHARE = 0.6, 0.4


def as_live(face: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    """Return the photograph with a camera's small liberties in colour and tone."""
    gains = np.exp(chance.normal(0, 0.03, 3))
    return _bytes(np.clip(_light(face) * gains, 0, 1) ** np.exp(chance.normal(0, 0.12)))


def as_screen(face: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    """Return the photograph as a camera sees it on a screen."""
    light = _show(_light(face), chance)
    if chance.random() < _MOIRE_SHARE:
        light = _beat(light, chance)
    sigma_px = chance.uniform(0.3, 1.3) * face.shape[0] / _REFERENCE_PX
    light = np.asarray(cv2.GaussianBlur(light, (0, 0), float(sigma_px)), np.float32)
    light = _veil(light, chance)
    if chance.random() < _SPOT_SHARE:
        light = _spot(light, chance)
    return _bytes(_expose(light, chance))


def _show(light: Light, chance: np.random.Generator) -> Light:
    """Tone, gamut and white point of a display."""
    toned = light ** np.exp(chance.normal(0.1, 0.25))
    grey = toned.mean(axis=2, keepdims=True)
    blue = chance.normal(0.12, 0.12)
    logs = (-blue, chance.normal(0, 0.04), blue * chance.uniform(0.6, 1.3))
    shown = (grey + (toned - grey) * chance.uniform(0.5, 1.5)) * np.exp(logs)
    return np.asarray(shown, np.float32)


def _beat(light: Light, chance: np.random.Generator) -> Light:
    """Stripes where two grids of pixels beat against each other, shifted between colours."""
    height, width = light.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    per_px = chance.uniform(0.02, 0.35) * _REFERENCE_PX / height
    angle, start = chance.uniform(0, np.pi), chance.uniform(0, 2 * np.pi)
    along = 2 * np.pi * per_px * (columns * np.cos(angle) + rows * np.sin(angle)) + start
    shifts, depths = np.arange(3) * chance.uniform(0, 1), chance.uniform(0, 0.06, 3)
    return np.asarray(light * (1 + depths * np.sin(along[..., None] + shifts)), np.float32)


def _veil(light: Light, chance: np.random.Generator) -> Light:
    """Lay the room's light over the glass, and a black that is none."""
    depth = chance.uniform(0, 0.25)
    tint = np.array([1 - chance.uniform(-0.1, 0.2), 1, 1 + chance.uniform(-0.1, 0.2)])
    return np.asarray(depth * tint + (1 - depth) * light, np.float32)


def _spot(light: Light, chance: np.random.Generator) -> Light:
    height, width = light.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    x, y = chance.uniform(0, width), chance.uniform(0, height)
    reach = chance.uniform(0.2, 0.7) * height
    bright = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * reach**2))
    return np.asarray(light + chance.uniform(0.05, 0.5) * bright[..., None], np.float32)


def _expose(light: Light, chance: np.random.Generator) -> Light:
    """Contrast and exposure as the camera takes them."""
    middle = light.mean()
    contrast, exposure = np.exp(chance.normal(0.05, 0.25)), np.exp(chance.normal(0, 0.15))
    return np.asarray((middle + (light - middle) * contrast) * exposure, np.float32)


def _light(face: ImageRGB) -> Light:
    return np.asarray(face / 255, np.float32)


def _bytes(light: npt.NDArray[np.floating]) -> ImageRGB:
    return np.asarray(np.clip(light, 0, 1) * 255, np.uint8)
