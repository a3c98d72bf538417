"""What a RetinaFace network's numbers mean (Deng et al. 2020; anchors as in its MobileNet form)."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from vision.faces import Faces
from vision.geometry import Floats

STRIDES_PX = (8, 16, 32)
ANCHOR_SIDES_PX = ((16, 32), (64, 128), (256, 512))
CENTRE_VARIANCE, SIZE_VARIANCE = 0.1, 0.2


def interpret(outputs: Mapping[str, Floats], shape_hw: tuple[int, int], min_score: float) -> Faces:
    """Return the candidates of one picture that score at least `min_score`, before suppression.

    outputs: by meaning, `boxes` (A, 4), `scores` (A, 2) and `landmarks` (A, 10) of one picture.
    shape_hw: what the network saw; the answer is in its pixels.
    """
    scores = outputs["scores"][:, 1]
    rows = np.flatnonzero(scores >= min_score)
    if not rows.size:
        return Faces.none()
    anchors = _anchors(shape_hw)[rows]
    centres, sides = anchors[:, :2], anchors[:, 2:]
    offsets = outputs["boxes"][rows]
    box_centres = centres + offsets[:, :2] * CENTRE_VARIANCE * sides
    half_sides = sides * np.exp(offsets[:, 2:] * SIZE_VARIANCE) / 2
    points = outputs["landmarks"][rows].reshape(-1, 5, 2)
    return Faces(
        np.hstack([box_centres - half_sides, box_centres + half_sides]),
        scores[rows],
        centres[:, None] + points * CENTRE_VARIANCE * sides[:, None],
    )


@lru_cache(maxsize=64)
def _anchors(shape_hw: tuple[int, int]) -> Floats:
    """Return (A, 4) centre x y and side w h in pixels, in the order of the network's rows."""
    levels = [
        _anchor_level(shape_hw, stride, sides)
        for stride, sides in zip(STRIDES_PX, ANCHOR_SIDES_PX, strict=True)
    ]
    anchors = np.concatenate(levels)
    anchors.flags.writeable = False
    return anchors


def _anchor_level(shape_hw: tuple[int, int], stride: int, sides_px: tuple[int, int]) -> Floats:
    rows, columns = -(-shape_hw[0] // stride), -(-shape_hw[1] // stride)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    centres = np.stack([x.ravel(), y.ravel()], axis=1) * stride + stride / 2
    level: Floats = np.empty((len(centres), len(sides_px), 4), np.float32)
    level[:, :, :2] = centres[:, None]
    level[:, :, 2:] = np.array(sides_px, np.float32)[None, :, None]
    return level.reshape(-1, 4)
