"""Four lines that could be the sides of a card, and how well a picture bears it out."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from vision.documents.edges import STEP_PX, Lines, cells_along, pixels_at
from vision.documents.shapes import (
    ID_1,
    MAX_RATIO_ERROR,
    ratio_errors,
    shape_of,
    side_ratios,
)
from vision.geometry import Floats

MIN_AREA_SHARE = 0.04
MAX_QUADS = 4000
# Opposite sides of a card that is tilted by 45 degrees, seen from near.
_MAX_OPPOSITE_DEG, _MIN_CROSSING_DEG = 35.0, 55.0
_MIN_APART_SHARE = 0.12  # Of the picture's shorter side.
_MAX_OUTSIDE_SHARE = 0.12  # Of the picture's size, by which a corner may be out of it.
# Corners are round, so a side is looked at between these places.
_SAMPLES = np.linspace(0.06, 0.94, 28, dtype=np.float32)
_MIN_STEP = 4.0  # CIE Lab in 8-bit steps.
_BORDER_SUPPORT = 0.45
_BEYOND = np.array([-0.14, -0.1, -0.06, 1.06, 1.1, 1.14], np.float32)
_AWAY_PX, _MAX_ROUGH, _MAX_UNSEEN = 4.0, 0.4, 0.35
_MIN_INSIDE = 0.4
MAX_BORDERS = 2


class Sides(NamedTuple):
    """Quads and what encloses them; quads: (N, 4, 2), rows: (N, 4) of `Lines`."""

    quads: Floats
    rows: npt.NDArray[np.intp]


class Scored(NamedTuple):
    """Quads, the best first. sides: (N, 4) support in [0, 1]; is_border: (N, 4)."""

    quads: Floats
    scores: Floats
    sides: Floats
    is_border: npt.NDArray[np.bool_]


def propose(lines: Lines, size_wh: tuple[int, int]) -> Sides:
    """Return every quad of a card's shape that four lines enclose."""
    pairs = _opposites(lines, size_wh)
    if len(pairs) < 2:
        return Sides(np.empty((0, 4, 2), np.float32), np.empty((0, 4), np.intp))
    first, second = np.triu_indices(len(pairs), 1)
    normals = lines.normals
    crossing = np.abs((normals[pairs[first, 0]] * normals[pairs[second, 0]]).sum(axis=1))
    is_across = crossing <= np.cos(np.radians(_MIN_CROSSING_DEG))
    one, other = pairs[first[is_across]], pairs[second[is_across]]
    # In order around the quad: one's first, other's first, one's second, other's second.
    rows = np.stack([one[:, 0], other[:, 0], one[:, 1], other[:, 1]], axis=1)
    rows = rows[lines.is_border[rows].sum(axis=1) <= MAX_BORDERS]
    corners = np.stack(
        [_crossings(lines, rows[:, place - 1], rows[:, place]) for place in range(4)], axis=1
    )
    kept = _plausible(corners, size_wh)
    return Sides(corners[kept], rows[kept])


def _opposites(lines: Lines, size_wh: tuple[int, int]) -> npt.NDArray[np.intp]:
    """Return pairs of rows, (M, 2), that can be opposite sides."""
    first, second = np.triu_indices(len(lines), 1)
    along = np.abs((lines.normals[first] * lines.normals[second]).sum(axis=1))
    centre = np.array(size_wh, np.float32) / 2
    places = lines.normals @ centre - lines.offsets
    turned = np.sign((lines.normals[first] * lines.normals[second]).sum(axis=1))
    apart_px = np.abs(places[first] - turned * places[second])
    is_pair = (along >= np.cos(np.radians(_MAX_OPPOSITE_DEG))) & (
        apart_px >= _MIN_APART_SHARE * min(size_wh)
    )
    return np.stack([first[is_pair], second[is_pair]], axis=1)


def _crossings(lines: Lines, one: npt.NDArray[np.intp], other: npt.NDArray[np.intp]) -> Floats:
    a, b = lines.normals[one], lines.normals[other]
    p, q = lines.offsets[one], lines.offsets[other]
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    cross = np.where(np.abs(cross) < 1e-6, np.float32(1e-6), cross)
    x = (p * b[:, 1] - q * a[:, 1]) / cross
    y = (q * a[:, 0] - p * b[:, 0]) / cross
    return np.asarray(np.stack([x, y], axis=1), np.float32)


def _plausible(corners: Floats, size_wh: tuple[int, int]) -> npt.NDArray[np.intp]:
    """Return the rows whose corners are near the picture, convex, large and of a card's shape."""
    size = np.array(size_wh, np.float32)
    inside = (corners >= -_MAX_OUTSIDE_SHARE * size) & (corners <= (1 + _MAX_OUTSIDE_SHARE) * size)
    rows = np.flatnonzero(inside.all(axis=(1, 2)))
    quads = corners[rows]
    across = np.roll(quads, -1, axis=1) - quads
    after = np.roll(across, -1, axis=1)
    turns = across[:, :, 0] * after[:, :, 1] - across[:, :, 1] * after[:, :, 0]
    is_convex = (turns > 0).all(axis=1) | (turns < 0).all(axis=1)
    areas = _areas(quads)
    rows, areas = rows[is_convex], areas[is_convex]
    is_large = areas >= MIN_AREA_SHARE * size.prod()
    rows, areas = rows[is_large], areas[is_large]
    if not len(rows):
        return np.asarray(rows, np.intp)
    is_card = ratio_errors(side_ratios(corners[rows], size_wh)) <= MAX_RATIO_ERROR
    rows, areas = rows[is_card], areas[is_card]
    return np.asarray(rows[np.argsort(-areas, kind="stable")[:MAX_QUADS]], np.intp)


def _areas(quads: Floats) -> Floats:
    x, y = quads[:, :, 0], quads[:, :, 1]
    doubled = x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)
    return np.asarray(np.abs(doubled.sum(axis=1)) / 2, np.float32)


def score(found: Sides, lines: Lines, lab: npt.NDArray[np.uint8]) -> Scored:
    """Rate quads by the edge that was seen along their sides. lab: the picture in CIE Lab."""
    quads, size_wh = found.quads, (lab.shape[1], lab.shape[0])
    sides = _support(found, lines, cv2.GaussianBlur(lab, (0, 0), 1.0).astype(np.float32))
    is_border = lines.is_border[found.rows]
    sides = np.where(is_border, np.float32(_BORDER_SUPPORT), sides)
    ratios = side_ratios(quads, size_wh)
    fit = 1 - ratio_errors(ratios) / MAX_RATIO_ERROR * 0.4
    usual = np.array([1.0 if shape_of(ratio) is ID_1 else 0.94 for ratio in ratios])
    weakest = np.sort(sides, axis=1)
    support = 0.5 * weakest.mean(axis=1) + 0.5 * weakest[:, :2].mean(axis=1)
    areas = _areas(quads) / float(np.prod(size_wh))
    scores = np.asarray(support * fit * usual * areas**0.15, np.float32)
    order = np.argsort(-scores, kind="stable")
    return Scored(quads[order], scores[order], sides[order], is_border[order])


def _support(found: Sides, lines: Lines, lab: Floats) -> Floats:
    """Return the share of each side, (N, 4), where an edge was seen with a step across it."""
    height, width = lab.shape[:2]
    # Side k of `rows` ends in corner k + 1, for corner k is where sides k - 1 and k cross.
    starts, ends = found.quads, np.roll(found.quads, -1, axis=1)
    across = ends - starts
    lengths = np.maximum(np.linalg.norm(across, axis=2, keepdims=True), 1e-6)
    normals = np.stack([-across[:, :, 1], across[:, :, 0]], axis=2) / lengths
    points = starts[:, :, None] + across[:, :, None] * _SAMPLES[None, None, :, None]
    limits = np.array([width - 1, height - 1], np.float32)
    is_inside = np.asarray(((points >= 0) & (points <= limits)).all(axis=3), np.bool_)
    counts = np.maximum(is_inside.sum(axis=2), 1)
    share = (cells_along(lines, found.rows, points) & is_inside).sum(axis=2) / counts
    steps = pixels_at(lab, points + STEP_PX * normals[:, :, None], limits)
    steps -= pixels_at(lab, points - STEP_PX * normals[:, :, None], limits)
    sizes = np.linalg.norm(steps, axis=3)
    is_step = (sizes >= _MIN_STEP) & is_inside
    stepped = is_step.sum(axis=2) / counts
    # A clean step counts where no line was seen: blurred, or too weak.
    rough = [_rough(lab, points, side * normals[:, :, None], limits) for side in (1, -1)]
    is_clean = is_step & (np.maximum(*rough) < _MAX_ROUGH * sizes)
    clean = np.minimum(is_clean.sum(axis=2) / counts, share + _MAX_UNSEEN)
    share = np.maximum(share, clean)
    total = np.maximum((sizes * is_inside).sum(axis=2), 1e-6)
    steady = np.linalg.norm((steps * is_inside[..., None]).sum(axis=2), axis=2) / total
    # A side that lies outside the picture for the most part was not seen.
    share = np.where(is_inside.mean(axis=2) >= _MIN_INSIDE, np.minimum(share, stepped), 0.0)
    # A card's side ends at its corners; a joint between tiles or boards goes on.
    beyond = starts[:, :, None] + across[:, :, None] * _BEYOND[None, None, :, None]
    goes_on = cells_along(lines, found.rows, beyond).mean(axis=2)
    return np.asarray(share * (0.4 + 0.6 * steady) * (1 - 0.6 * goes_on), np.float32)


def _rough(lab: Floats, points: Floats, normals: Floats, limits: Floats) -> Floats:
    """Return how much the colour changes from beside an edge to further away on that side."""
    near = pixels_at(lab, points + STEP_PX * normals, limits)
    far = pixels_at(lab, points + (STEP_PX + _AWAY_PX) * normals, limits)
    return np.asarray(np.linalg.norm(near - far, axis=-1), np.float32)
