"""Ways to spoil a picture of a face: blur, poor cameras, poor light, and things held before it."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from vision.geometry import Floats

Damage = Callable[[ImageRGB, Floats, np.random.Generator], ImageRGB]
"""Picture, landmarks of the undamaged face (5, 2), source of chance -> damaged picture."""

Floating = npt.NDArray[np.floating]


def damages() -> dict[str, Damage]:
    """Return every damage by name; lengths are pixels of the picture."""
    kinds: dict[str, Damage] = {}
    for sigma_px in (1.5, 2, 3, 4, 6):
        kinds[f"blur {sigma_px:g} px"] = _blur(sigma_px)
    for length_px in (9, 15, 21):
        kinds[f"motion {length_px} px"] = _motion(length_px)
    for factor in (3, 4, 6, 8):
        kinds[f"resampled 1/{factor}"] = _resample(factor)
    for level in (3, 5, 8):
        kinds[f"JPEG quality {level}"] = _jpeg(level)
    for sigma in (30, 60, 90):
        kinds[f"noise {sigma}"] = _noise(sigma)
    for gain in (1 / 10, 1 / 5, 2.5, 4.0):
        kinds[f"brightness x {gain:.2g}"] = _light(gain)
    for contrast in (0.2, 0.1):
        kinds[f"contrast x {contrast:g}"] = _flatten(contrast)
    for part in COVERED:
        for surface, paint in SURFACES.items():
            kinds[f"{part} covered, {surface}"] = _cover(part, paint)
    return kinds


def _blur(sigma_px: float) -> Damage:
    return lambda image, _, __: np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), np.uint8)


def _motion(length_px: int) -> Damage:
    def move(image: ImageRGB, _: Floats, chance: np.random.Generator) -> ImageRGB:
        kernel = np.zeros((length_px, length_px), np.float32)
        kernel[length_px // 2] = 1 / length_px
        middle = (length_px - 1) / 2
        turn = cv2.getRotationMatrix2D((middle, middle), float(chance.uniform(0, 180)), 1)
        turned = cv2.warpAffine(kernel, turn, (length_px, length_px))
        return np.asarray(cv2.filter2D(image, -1, turned / turned.sum()), np.uint8)

    return move


def _resample(factor: int) -> Damage:
    def resample(image: ImageRGB, _: Floats, __: np.random.Generator) -> ImageRGB:
        size_wh = image.shape[1], image.shape[0]
        small_wh = size_wh[0] // factor, size_wh[1] // factor
        small = cv2.resize(image, small_wh, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)

    return resample


def _jpeg(level: int) -> Damage:
    def compress(image: ImageRGB, _: Floats, __: np.random.Generator) -> ImageRGB:
        _ok, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, level])
        decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        return np.ascontiguousarray(decoded[..., ::-1])

    return compress


def _noise(sigma: float) -> Damage:
    return lambda image, _, chance: _bytes(image + chance.normal(0, sigma, image.shape))


def _light(gain: float) -> Damage:
    return lambda image, _, __: _bytes(image * gain)


def _flatten(contrast: float) -> Damage:
    return lambda image, _, __: _bytes((image - image.mean()) * contrast + image.mean())


def _bytes(values: Floating) -> ImageRGB:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


# What is covered, as corners in the frame of the face: origin between the eyes, one unit from
# the middle to each eye, x along the eyes and y down; the chin is about 3.5 down.
COVERED = {
    "lower half": ((-2.3, 0.9), (2.3, 0.9), (2.0, 4.0), (-2.0, 4.0)),
    "left half": ((-2.6, -2.5), (0.0, -2.5), (0.0, 4.0), (-2.6, 4.0)),
    "eyes": ((-2.1, -0.6), (2.1, -0.6), (2.1, 0.5), (-2.1, 0.5)),
}


def _flat(image: ImageRGB, _: Floats, chance: np.random.Generator) -> Floating:
    return np.broadcast_to(chance.uniform(0, 255, 3), image.shape).astype(np.float64)


def _textured(image: ImageRGB, _: Floats, chance: np.random.Generator) -> Floating:
    coarse = chance.uniform(0, 255, (24, 24, 3)).astype(np.float32)
    size_wh = image.shape[1], image.shape[0]
    return np.asarray(cv2.resize(coarse, size_wh, interpolation=cv2.INTER_CUBIC), np.float64)


def _skin(image: ImageRGB, landmarks: Floats, chance: np.random.Generator) -> Floating:
    x, y = (landmarks[0] + landmarks[2]) / 2
    column, row = (int(np.clip(v, 2, n - 3)) for v, n in ((x, image.shape[1]), (y, image.shape[0])))
    colour = np.median(image[row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3), axis=0)
    grain = chance.normal(0, 4, image.shape[:2])
    slope = np.linspace(-12, 12, image.shape[0])[:, None] * chance.choice([-1, 1])
    return np.asarray(colour + (grain + slope)[..., None], np.float64)


SURFACES: dict[str, Callable[[ImageRGB, Floats, np.random.Generator], Floating]] = {
    "flat": _flat,
    "textured": _textured,
    "skin": _skin,
}


def _cover(part: str, paint: Callable[[ImageRGB, Floats, np.random.Generator], Floating]) -> Damage:
    def cover(image: ImageRGB, landmarks: Floats, chance: np.random.Generator) -> ImageRGB:
        middle = (landmarks[0] + landmarks[1]) / 2
        along = (landmarks[1] - landmarks[0]) / 2
        down = np.array([-along[1], along[0]])
        corners = np.array([middle + x * along + y * down for x, y in COVERED[part]])
        mask = np.zeros(image.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, np.rint(corners).astype(np.int32), 255)
        return np.where(mask[..., None] > 0, _bytes(paint(image, landmarks, chance)), image)

    return cover
