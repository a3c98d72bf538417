"""What an SCRFD network's numbers mean (Guo et al. 2021; the contract of InsightFace packs)."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from vision.faces import Faces
from vision.geometry import Floats


def interpret(outputs: Mapping[str, Floats], shape_hw: tuple[int, int], min_score: float) -> Faces:
    """Return the candidates of one picture that score at least `min_score`, before suppression.

    outputs: by meaning, for each stride s `scores_s` (A, 1), `boxes_s` (A, 4; distances to the
    sides in strides) and `landmarks_s` (A, 10; offsets in strides) of one picture.
    shape_hw: what the network saw; the answer is in its pixels.
    """
    levels = [
        _interpret_level(outputs, int(name.removeprefix("scores_")), shape_hw, min_score)
        for name in outputs
        if name.startswith("scores_")
    ]
    return Faces(
        np.concatenate([level.boxes_xyxy for level in levels]),
        np.concatenate([level.scores for level in levels]),
        np.concatenate([level.landmarks for level in levels]),
    )


def _interpret_level(
    outputs: Mapping[str, Floats], stride: int, shape_hw: tuple[int, int], min_score: float
) -> Faces:
    scores = outputs[f"scores_{stride}"].reshape(-1)
    rows = np.flatnonzero(scores >= min_score)
    cells_hw = shape_hw[0] // stride, shape_hw[1] // stride
    # Packs with three strides have two anchors a cell, those with five have one.
    centres = _centres(cells_hw, stride, len(scores) // (cells_hw[0] * cells_hw[1]))[rows]
    distances = outputs[f"boxes_{stride}"].reshape(-1, 4)[rows] * np.float32(stride)
    points = outputs[f"landmarks_{stride}"].reshape(-1, 5, 2)[rows] * np.float32(stride)
    return Faces(
        np.hstack([centres - distances[:, :2], centres + distances[:, 2:]]),
        scores[rows],
        centres[:, None] + points,
    )


@lru_cache(maxsize=192)
def _centres(cells_hw: tuple[int, int], stride: int, anchors_per_cell: int) -> Floats:
    """Return the (A, 2) anchor points x y: the top-left corner of each cell, repeated."""
    y, x = np.mgrid[: cells_hw[0], : cells_hw[1]].astype(np.float32) * stride
    centres = np.stack([x.ravel(), y.ravel()], axis=1).repeat(anchors_per_cell, axis=0)
    centres.flags.writeable = False
    return centres
