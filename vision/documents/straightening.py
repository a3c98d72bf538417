"""A card's corners made exact, and the card turned into a flat picture of a fixed size."""

import cv2
import numpy as np

from media.image import ImageRGB
from vision.documents.shapes import CardShape, ordered, shape_of, side_ratios
from vision.geometry import Floats

_SAMPLES = np.linspace(0.08, 0.92, 48)
_MAX_SPREAD_PX = 2.0


def refine(image: ImageRGB, quad: Floats, reach_px: float) -> Floats:
    """Move each side to the strongest edge within `reach_px` and return the new corners.

    image: the picture in which the corners are wanted. A side without a clear edge stays.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    plane = grey.astype(np.float32)
    sides = [_refined_side(plane, quad[n], quad[(n + 1) % 4], reach_px) for n in range(4)]
    corners = [_crossing(sides[n - 1], sides[n]) for n in range(4)]
    moved = np.array(corners, np.float32)
    is_near = np.linalg.norm(moved - quad, axis=1).max() <= 3 * reach_px
    return moved if is_near else quad


def _refined_side(plane: Floats, start: Floats, end: Floats, reach_px: float) -> Floats:
    """Return a line as (a, b, c): a x + b y = c."""
    across = (end - start).astype(np.float64)
    length = max(float(np.hypot(*across)), 1e-6)
    normal = np.array([-across[1], across[0]]) / length
    reach = np.arange(-round(reach_px) - 1, round(reach_px) + 2)
    points = start + across * _SAMPLES[:, None]
    places = points[:, None] + normal * reach[None, :, None]
    limits = np.array([plane.shape[1] - 1, plane.shape[0] - 1])
    inside = ((places >= 0) & (places <= limits)).all(axis=(1, 2))
    near = np.clip(np.rint(places), 0, limits).astype(np.int32)
    profile = plane[near[..., 1], near[..., 0]]
    slopes = np.abs(profile[:, 2:] - profile[:, :-2])
    # Fingers and print lie on some rows only; what most rows share is the side.
    shared = np.median(slopes, axis=0)
    weights = slopes * (shared + 1e-3)[None, :]
    best = reach[1:-1][np.argmax(weights, axis=1)].astype(np.float64)
    is_clear = inside & (slopes.max(axis=1) >= 6)
    line = np.array([normal[0], normal[1], float(normal @ start)])
    if is_clear.sum() < len(_SAMPLES) // 3:
        return line.astype(np.float32)
    kept = is_clear & (np.abs(best - np.median(best[is_clear])) <= _MAX_SPREAD_PX + 0.15 * reach_px)
    if kept.sum() < len(_SAMPLES) // 4:
        return line.astype(np.float32)
    found = points[kept] + normal * best[kept, None]
    a, b, x, y = cv2.fitLine(found.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    return np.array([-b, a, -b * x + a * y], np.float32)


def _crossing(one: Floats, other: Floats) -> tuple[float, float]:
    system = np.array([one[:2], other[:2]], np.float64)
    if abs(np.linalg.det(system)) < 1e-6:
        return float("inf"), float("inf")
    x, y = np.linalg.solve(system, np.array([one[2], other[2]], np.float64))
    return float(x), float(y)


def lay_down(quad: Floats, size_wh: tuple[int, int]) -> tuple[Floats, CardShape]:
    """Return the corners so that the first side is a long one, and the shape they have."""
    quad = ordered(quad)
    ratio = float(side_ratios(quad[None], size_wh)[0])
    if ratio < 1:
        quad = np.roll(quad, -1, axis=0)
    return quad, shape_of(ratio)


def straighten(image: ImageRGB, quad: Floats, shape: CardShape) -> ImageRGB:
    """Return the card inside four corners as a flat picture; what is outside the picture is grey.

    quad: (4, 2), clockwise as seen, from the corner that becomes the top-left one.
    """
    width, height = shape.width_px, shape.height_px
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    # Pixel edges are at whole numbers here, and pixel centres in the library.
    turn = cv2.getPerspectiveTransform(quad.astype(np.float32) - 0.5, corners - 0.5)
    side_px = float(np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1).max())
    if side_px > 1.6 * width:
        # Far more pixels than are wanted: mean over them instead of picking some.
        factor = 2
        large = cv2.warpPerspective(
            image,
            np.diag([factor, factor, 1.0]) @ turn,
            (width * factor, height * factor),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(128, 128, 128),
        )
        return np.asarray(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA))
    flat = cv2.warpPerspective(
        image,
        turn,
        (width, height),
        flags=cv2.INTER_CUBIC if side_px < width else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(128, 128, 128),
    )
    return np.asarray(flat, np.uint8)
