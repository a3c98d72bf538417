"""The shapes that cards have, and how a card's sides in a picture tell which one it is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.geometry import Floats

Doubles = npt.NDArray[np.float64]
# Focal length of phone and web cameras, in longer sides of the picture: 60 to 70 degrees wide.
_FOCAL_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class CardShape:
    """A size of ISO/IEC 7810: width over height, and what a straightened picture measures."""

    ratio: float
    width_px: int = 1000

    @property
    def height_px(self) -> int:
        """Height of the straightened picture."""
        return round(self.width_px / self.ratio)


ID_1 = CardShape(85.60 / 53.98)  # Identity cards, driving licences, bank cards; TD1.
ID_3 = CardShape(125.0 / 88.0)  # A passport's data page; TD3, and TD2 to within a hundredth.
SHAPES = (ID_1, ID_3)
# How far a measured ratio may be off, since the camera's focal length is not known.
MAX_RATIO_ERROR = 0.14


def ordered(quad: Floats) -> Floats:
    """Return four corners clockwise as seen, from the one nearest to the picture's top-left."""
    centre = quad.mean(axis=0)
    angles = np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0])
    clockwise = quad[np.argsort(angles, kind="stable")]
    first = int(np.argmin(clockwise.sum(axis=1)))
    return np.asarray(np.roll(clockwise, -first, axis=0), np.float32)


def side_ratios(quads: Floats, size_wh: tuple[int, int]) -> Doubles:
    """Return width over height of each flat rectangle that is seen as a quad; (N, 4, 2) -> (N,).

    Width is that of the first side, from corner 0 to corner 1. The camera looks straight and has
    a usual focal length; the tilt is then known, and so is the ratio.
    """
    points = quads.astype(np.float64)
    centre = np.array(size_wh, np.float64) / 2
    focal = _FOCAL_SHARE * max(size_wh)
    rays = np.concatenate([(points - centre) / focal, np.ones((*points.shape[:2], 1))], axis=2)
    # Depths at which four rays end in a parallelogram: d0 r0 - d1 r1 + d2 r2 - d3 r3 = 0, d0 = 1.
    system = np.stack([rays[:, 1], -rays[:, 2], rays[:, 3]], axis=2)
    flat = np.abs(np.linalg.det(system)) < 1e-9
    system[flat] = np.eye(3)
    depths = np.linalg.solve(system, rays[:, 0][:, :, None])[:, :, 0]
    corner_0, corner_1 = rays[:, 0], rays[:, 1] * depths[:, :1]
    corner_3 = rays[:, 3] * depths[:, 2:]
    width = np.linalg.norm(corner_1 - corner_0, axis=1)
    height = np.linalg.norm(corner_3 - corner_0, axis=1)
    ratios: Doubles = width / np.maximum(height, 1e-9)
    ratios[flat | (depths <= 0).any(axis=1)] = 0.0
    return ratios


def ratio_errors(ratios: Doubles) -> Doubles:
    """Return how far each ratio is from the nearest shape's, lying or standing; 0.1 is 10 %."""
    logs = np.log(np.maximum(ratios, 1e-6))
    wanted = np.log([shape.ratio for shape in SHAPES])
    errors: Doubles = np.abs(np.abs(logs)[:, None] - wanted[None, :]).min(axis=1)
    return errors


def ratio_error(ratio: float) -> float:
    """Return how far one ratio is from the nearest shape's, lying or standing."""
    return float(ratio_errors(np.array([ratio]))[0])


def shape_of(ratio: float) -> CardShape:
    """Return the shape whose ratio is nearest, lying or standing."""
    away = abs(np.log(max(ratio, 1e-6)))
    return min(SHAPES, key=lambda shape: abs(away - np.log(shape.ratio)))
