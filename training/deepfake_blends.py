"""Forgeries made of real faces: a face blended with a changed copy of itself, or with another.

Self-blended images after Shiohara and Yamasaki, "Detecting Deepfakes with Self-Blended Images"
(CVPR 2022): the copy changes in colour, sharpness, size and place, and a mask from the landmarks
lays it over the face. Beyond the paper, the copy is rendered anew as a generator would (through
few pixels, smoothed, with the traces of up-sampling), masks cover single parts, since reenactment
forges mouth and expression only, and a minor share takes the copy from another person.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from training.deepfake_masks import EYES, LIPS, NOSE, OVAL, Mask, bend, draw_mask
from vision.geometry import Floats

RATIOS = (0.4, 0.6, 0.8, 1.0, 1.0, 1.0, 1.0)
OTHER_PERSON = 0.3
ANCHORS = (*OVAL, *EYES[0], *EYES[1], *NOSE, *LIPS)
Light = npt.NDArray[np.float32]
"""(H, W, 3), 0 to 255."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A face in a square picture. points_xy: (478, 2); face_px: longer side of its box."""

    image: ImageRGB
    points_xy: Floats
    face_px: float


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """A real picture, what was made of it, and where it was forged."""

    real: ImageRGB
    fake: ImageRGB
    mask: Mask


def blend(scene: Scene, other: Scene | None, chance: np.random.Generator) -> Blend:
    """Forge one face, with a copy of itself or with another's where one is given."""
    if chance.random() < 0.3:
        scene = replace(scene, image=_changed(scene, chance))
    target = scene.image.astype(np.float32)
    mask = draw_mask(scene.points_xy, target.shape[0], chance)
    source = target if other is None else transplant(scene, other, mask)
    if chance.random() < 0.5:
        source = recolour(source, chance)
    else:
        target = recolour(target, chance)
    source = displace(source, scene.face_px, chance)
    if chance.random() < 0.5:
        source = rerender(source, scene.face_px, chance)
    if chance.random() < 0.1:
        target = rerender(target, scene.face_px, chance)
    share = (mask * float(chance.choice(RATIOS)))[..., None]
    real = _changed(scene, chance) if chance.random() < 0.3 else scene.image
    return Blend(real, to_bytes(share * source + (1 - share) * target), mask)


def _changed(scene: Scene, chance: np.random.Generator) -> ImageRGB:
    """Return a picture that was changed as a whole: change alone forges nothing."""
    light = recolour(scene.image.astype(np.float32), chance)
    return to_bytes(rerender(light, scene.face_px, chance) if chance.random() < 0.5 else light)


def recolour(light: Light, chance: np.random.Generator) -> Light:
    """Shift channels, hue, saturation, brightness and contrast; then sharpen or blur a little."""
    if chance.random() < 0.6:
        light = light + chance.uniform(-20, 20, 3).astype(np.float32)
    if chance.random() < 0.5:
        grey = light @ np.array([0.299, 0.587, 0.114], np.float32)
        light = grey[..., None] + (light - grey[..., None]) * np.float32(chance.uniform(0.7, 1.3))
    if chance.random() < 0.5:
        middle = float(light.mean())
        gain, shift = np.exp(chance.normal(0, 0.1)), chance.normal(0, 8)
        light = (light - middle) * np.float32(gain) + np.float32(middle + shift)
    if chance.random() < 0.7:
        light = _refocus(light, chance)
    return np.asarray(np.clip(light, 0, 255), np.float32)


def _refocus(light: Light, chance: np.random.Generator) -> Light:
    if chance.random() < 0.5:
        return _through(light, 1 / chance.uniform(1.2, 3), chance)
    soft = cv2.GaussianBlur(light, (0, 0), chance.uniform(0.8, 2))
    return np.asarray(light + np.float32(chance.uniform(0.2, 1.0)) * (light - soft), np.float32)


def displace(light: Light, face_px: float, chance: np.random.Generator) -> Light:
    """Move and scale the copy by up to a few hundredths of the face; bend it now and then."""
    side = light.shape[0]
    turn = cv2.getRotationMatrix2D(
        (side / 2, side / 2), float(chance.normal(0, 0.7)), float(chance.uniform(0.96, 1.04))
    )
    turn[:, 2] = turn[:, 2] + chance.uniform(-1, 1, 2) * (0.03 * face_px, 0.02 * face_px)
    moved = cv2.warpAffine(
        light, turn, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    if chance.random() < 0.4:
        return bend(np.asarray(moved, np.float32), chance.uniform(0.004, 0.012) * face_px, chance)
    return np.asarray(moved, np.float32)


def rerender(light: Light, face_px: float, chance: np.random.Generator) -> Light:
    """Render a picture as a generator would: few pixels, little noise, traces of up-sampling."""
    if chance.random() < 0.5:
        light = _through(light, min(1.0, chance.uniform(48, 128) / face_px), chance)
    kind = chance.random()
    if kind < 0.25:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), chance.uniform(0.4, 1.2)), np.float32)
    elif kind < 0.4:
        light = np.asarray(cv2.bilateralFilter(light, 5, chance.uniform(8, 30), 2.0), np.float32)
    elif kind < 0.55:
        light = _jpeg(light, int(chance.integers(40, 90)))
    if chance.random() < 0.15:
        light = _checkered(light, chance)
    return light


def transplant(scene: Scene, other: Scene, mask: Mask) -> Light:
    """Return another's face laid over this one's landmarks, in this one's colours."""
    here, there = scene.points_xy[list(ANCHORS)], other.points_xy[list(ANCHORS)]
    padded = np.column_stack([there, np.ones(len(there))])
    way = np.linalg.lstsq(padded, here, rcond=None)[0].T
    side = scene.image.shape[0]
    laid = cv2.warpAffine(
        other.image.astype(np.float32), way, (side, side), borderMode=cv2.BORDER_REPLICATE
    )
    inside = mask > 0.5
    if inside.sum() < 16:
        return np.asarray(laid, np.float32)
    own, its = scene.image[inside].astype(np.float32), laid[inside]
    gain = np.clip(own.std(0) / np.maximum(its.std(0), 1), 0.5, 2)
    return np.asarray((laid - its.mean(0)) * gain + own.mean(0), np.float32)


def _through(light: Light, scale: float, chance: np.random.Generator) -> Light:
    side = light.shape[0]
    small = max(12, round(side * scale))
    down = cv2.INTER_AREA if chance.random() < 0.6 else cv2.INTER_LINEAR
    up = (cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(chance.integers(2))]
    shrunk = cv2.resize(light, (small, small), interpolation=down)
    return np.asarray(cv2.resize(shrunk, (side, side), interpolation=up), np.float32)


def _checkered(light: Light, chance: np.random.Generator) -> Light:
    """Add what transposed convolutions leave: a pattern of period 2 or 4 that follows light."""
    period = int(chance.choice([2, 2, 4]))
    tile = chance.normal(0, 1, (period, period, 1)).astype(np.float32)
    tile -= tile.mean()
    times = -(-light.shape[0] // period)
    pattern = np.tile(tile, (times, times, 1))[: light.shape[0], : light.shape[1]]
    return np.asarray(light * (1 + np.float32(chance.uniform(0.005, 0.03)) * pattern), np.float32)


def _jpeg(light: Light, quality: int) -> Light:
    _ok, data = cv2.imencode(".jpg", to_bytes(light), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.float32)


def to_bytes(light: Light) -> ImageRGB:
    """Round and clip."""
    return np.asarray(np.clip(np.rint(light), 0, 255), np.uint8)
