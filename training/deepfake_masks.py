"""Where in a face a forgery lies: masks from the mesh, bent and softened by chance."""

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Floats

Mask = npt.NDArray[np.float32]
"""(H, W) in [0, 1]; 1 is forged."""

# Places in MediaPipe's face mesh, as its documentation draws it.
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
BELOW_EARS = OVAL[8:29]
CHIN = (365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136)
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
EYES = ((33, 145, 133, 159, 160, 158, 144, 153), (263, 374, 362, 386, 387, 385, 373, 380))
BROWS = ((70, 63, 105, 66, 107, 55, 46), (300, 293, 334, 296, 336, 285, 276))
NOSE = (168, 6, 195, 4, 2, 98, 327, 129, 358, 48, 278)
CHEEKS = (205, 425, 50, 280)

REGIONS: dict[str, tuple[float, tuple[tuple[int, ...], ...]]] = {
    "whole": (0.28, (OVAL,)),
    "below the brows": (0.34, ((*BELOW_EARS, *BROWS[0], *BROWS[1]),)),
    "inner face": (0.12, ((*BROWS[0], *BROWS[1], *EYES[0], *EYES[1], *NOSE, *LIPS, *CHEEKS),)),
    "inner face and chin": (0.10, ((*BROWS[0], *BROWS[1], *NOSE, *CHEEKS, *CHIN),)),
    "lower face": (0.06, ((*OVAL[10:27], *NOSE[4:], 4),)),
    "mouth": (0.04, (LIPS,)),
    "mouth and chin": (0.03, ((*LIPS, *CHIN),)),
    "eyes": (0.01, ((*EYES[0], *BROWS[0]), (*EYES[1], *BROWS[1]))),
    "eyes and nose": (0.01, ((*EYES[0], *EYES[1], *BROWS[0], *BROWS[1], *NOSE),)),
    "nose": (0.01, (NOSE,)),
}
"""Parts of a face with the share that each takes; a part is the hull of every tuple of places."""

_GRID = (3, 9)


def draw_region(chance: np.random.Generator) -> str:
    """Return the name of a region, as often as its share says."""
    shares = np.array([share for share, _ in REGIONS.values()])
    return list(REGIONS)[int(chance.choice(len(shares), p=shares / shares.sum()))]


def draw_mask(points_xy: Floats, side_px: int, chance: np.random.Generator) -> Mask:
    """Return the mask of a region that chance chooses, in a square picture.

    points_xy: (478, 2) in its pixels.
    """
    return soften(hull_mask(points_xy, side_px, draw_region(chance)), points_xy, chance)


def hull_mask(points_xy: Floats, side_px: int, region: str) -> Mask:
    """Return the hard mask of a named region."""
    mask = np.zeros((side_px, side_px), np.float32)
    for places in REGIONS[region][1]:
        hull = cv2.convexHull(np.rint(points_xy[list(places)]).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1.0)
    return mask


def soften(mask: Mask, points_xy: Floats, chance: np.random.Generator) -> Mask:
    """Bend the mask, grow or shrink it, and blur it twice, the first time to carve it."""
    face_px = float(np.ptp(points_xy[list(OVAL), 1]))
    bent = bend(mask, chance.uniform(0.01, 0.06) * face_px, chance)
    first = _blurred(bent, chance.uniform(0.01, 0.05) * face_px)
    carved = (first > chance.uniform(0.15, 0.85)).astype(np.float32)
    soft = _blurred(carved, np.exp(chance.uniform(np.log(0.008), np.log(0.08))) * face_px)
    peak = float(soft.max())
    return soft / peak if peak > 0.05 else soft


def bend(
    picture: npt.NDArray[np.float32], reach_px: float, chance: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Move every pixel a little, neighbours alike; reach_px is the deviation of the way."""
    height, width = picture.shape[:2]
    cells = int(chance.integers(*_GRID))
    ways = chance.normal(0, reach_px, (2, cells, cells)).astype(np.float32)
    dx, dy = (cv2.resize(way, (width, height), interpolation=cv2.INTER_CUBIC) for way in ways)
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    moved = cv2.remap(
        picture, columns + dx, rows + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.float32)


def _blurred(mask: Mask, sigma_px: float) -> Mask:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(sigma_px, 0.3)), np.float32)
