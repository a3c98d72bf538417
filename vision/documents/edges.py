"""Straight edges of a picture: what the sides of a card can be."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Floats

MAX_LINES = 36
# Shorter segments are letters; the share is of the picture's longer side.
MIN_LENGTH_SHARE, MIN_LENGTH_PX = 0.05, 24.0
# Segments are pieces of one line up to these differences.
SAME_ANGLE_DEG, SAME_OFFSET_PX = 3.0, 4.0
CELL_PX = 2.0
_MAX_MERGED = 200
_AROUND_PX = 16.0
# The library sees steps of five; a white card on a white table has less. Colour differs by less
# than brightness does.
_GAINS = ((0, 2.0), (1, 2.0), (2, 2.0))
STEP_PX = 3.0  # How far from an edge its two colours are taken.
_FULL_STEP = 24.0  # CIE Lab in 8-bit steps; more is not clearer.
_Line = tuple[float, float, float]  # Unit normal and offset.


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Straight lines; every array has N rows.

    normals: (N, 2) float32 unit vectors; offsets: (N,) float32 px: normal . point = offset.
    seen: (N, L) bool, where along each line an edge was seen: L cells of `CELL_PX`, the middle
    one where the line comes nearest to the origin. is_border: (N,) bool, whether it is a border
    of the picture and no edge in it.
    """

    normals: Floats
    offsets: Floats
    seen: npt.NDArray[np.bool_]
    is_border: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.offsets)


def find_lines(lab: npt.NDArray[np.uint8]) -> Lines:
    """Return the longest straight lines of a picture in CIE Lab, and its four borders."""
    height, width = lab.shape[:2]
    cells = 2 * round(np.hypot(width, height) / CELL_PX) + 1
    found = _strongest(_merge(_segments(lab), cells), lab)
    borders = [(1.0, 0.0, 0.0), (1.0, 0.0, width - 1.0), (0.0, 1.0, 0.0), (0.0, 1.0, height - 1.0)]
    table = np.array([line for line, _ in found] + borders, np.float32)
    seen = np.zeros((len(table), cells), bool)
    for row, (_, cover) in enumerate(found):
        seen[row] = cover
    return Lines(table[:, :2], table[:, 2], seen, np.arange(len(table)) >= len(found))


def cells_along(lines: Lines, rows: npt.NDArray[np.intp], points: Floats) -> npt.NDArray[np.bool_]:
    """Return whether an edge was seen at points of lines; rows: (...,), points: (..., K, 2)."""
    normals = lines.normals[rows]
    along = points[..., 1] * normals[..., None, 0] - points[..., 0] * normals[..., None, 1]
    count = lines.seen.shape[1]
    cells = np.clip(np.rint(along / CELL_PX).astype(np.intp) + count // 2, 0, count - 1)
    return np.asarray(lines.seen[rows[..., None], cells], np.bool_)


def _segments(lab: npt.NDArray[np.uint8]) -> Floats:
    """Return (N, 4) segments, x1 y1 x2 y2, of brightness and of both colour axes."""
    found: list[npt.NDArray[Any]] = []
    shortest_px = max(MIN_LENGTH_SHARE * max(lab.shape[:2]), MIN_LENGTH_PX)
    detector = cv2.createLineSegmentDetector()
    # Half the size as well: a rough table's grains are smaller than the sides of a card.
    for plane, scale in ((lab, 1.0), (cv2.pyrDown(lab), 2.0)):
        for channel, gain in _GAINS:
            channels = plane[:, :, channel].astype(np.float32)
            channels -= cv2.GaussianBlur(channels, (0, 0), _AROUND_PX / scale)
            raised = np.clip(128 + gain * channels, 0, 255).astype(np.uint8)
            lines = detector.detect(raised)[0]
            if lines is not None:
                pieces = np.asarray(lines, np.float32).reshape(-1, 4)
                found.append((pieces + 0.5) * scale - 0.5)
    if not found:
        return np.empty((0, 4), np.float32)
    segments = np.concatenate(found)
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    order = np.argsort(-lengths, kind="stable")
    return np.asarray(segments[order][lengths[order] >= shortest_px], np.float32)


def _merge(segments: Floats, cells: int) -> list[tuple[_Line, npt.NDArray[np.bool_]]]:
    """Join the pieces of each line; return the lines with most edge, and where it was seen."""
    across = segments[:, 2:] - segments[:, :2]
    lengths = np.maximum(np.hypot(across[:, 0], across[:, 1]), 1e-6)
    normals = np.stack([-across[:, 1], across[:, 0]], axis=1) / lengths[:, None]
    is_free = np.ones(len(segments), bool)
    merged: list[tuple[_Line, npt.NDArray[np.bool_]]] = []
    for row in range(len(segments)):
        if not is_free[row] or len(merged) >= _MAX_MERGED:
            continue
        ends = segments.reshape(-1, 2, 2) @ normals[row] - normals[row] @ segments[row, :2]
        is_same = is_free & (np.abs(ends).max(axis=1) <= SAME_OFFSET_PX)
        is_same &= np.abs(normals @ normals[row]) >= np.cos(np.radians(SAME_ANGLE_DEG))
        is_free &= ~is_same
        line = _fit(segments[is_same], lengths[is_same])
        merged.append((line, _cover(line, segments[is_same], cells)))
    return merged


def _strongest(
    found: list[tuple[_Line, npt.NDArray[np.bool_]]], lab: npt.NDArray[np.uint8]
) -> list[tuple[_Line, npt.NDArray[np.bool_]]]:
    """Return the lines with the longest and clearest edges: wood has longer ones than a card."""
    plane = cv2.GaussianBlur(lab, (0, 0), 1.0).astype(np.float32)
    limits = np.array([lab.shape[1] - 1, lab.shape[0] - 1])
    strengths = []
    for (a, b, offset), cover in found:
        cells = np.flatnonzero(cover)
        normal = np.array([a, b])
        along = (cells - len(cover) // 2) * CELL_PX
        points = normal * offset + along[:, None] * np.array([-b, a])
        steps = pixels_at(plane, points + STEP_PX * normal, limits)
        steps = steps - pixels_at(plane, points - STEP_PX * normal, limits)
        mean = float(np.linalg.norm(steps.mean(axis=0)))
        strengths.append(len(cells) * min(mean, _FULL_STEP))
    order = np.argsort(-np.array(strengths), kind="stable")[:MAX_LINES]
    return [found[row] for row in order]


def pixels_at(plane: Floats, points: npt.NDArray[Any], limits: npt.NDArray[Any]) -> Floats:
    """Return the nearest pixels, (..., 3); points: (..., 2), limits: the largest x and y."""
    places = np.clip(np.rint(points), 0, limits).astype(np.int32)
    return np.asarray(plane[places[..., 1], places[..., 0]], np.float32)


def _cover(line: _Line, segments: Floats, cells: int) -> npt.NDArray[np.bool_]:
    """Return which cells along a line its pieces cover."""
    along = segments[:, 1::2] * line[0] - segments[:, 0::2] * line[1]
    places = np.clip(np.rint(along / CELL_PX).astype(int) + cells // 2, 0, cells - 1)
    cover = np.zeros(cells, bool)
    for first, last in np.sort(places, axis=1):
        cover[first : last + 1] = True
    return cover


def _fit(segments: Floats, lengths: Floats) -> _Line:
    """Fit one line to pieces, each by its length."""
    points = segments.reshape(-1, 2).astype(np.float64)
    weights = np.repeat(lengths, 2).astype(np.float64)
    centre = (points * weights[:, None]).sum(axis=0) / weights.sum()
    apart = (points - centre) * np.sqrt(weights)[:, None]
    _, _, axes = np.linalg.svd(apart, full_matrices=False)
    normal = np.array([-axes[0, 1], axes[0, 0]])
    return float(normal[0]), float(normal[1]), float(normal @ centre)
