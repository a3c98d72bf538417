"""What blur, noise and covers do to an aligned face, as numbers for small linear judges.

Numbers are ratios of neighbouring scales, so that a soft lens or a sharp one is no damage in
itself, and likenesses to the mean face, which a cover lacks whatever its colour.
"""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB

Plane = npt.NDArray[np.float32]

_FACE = (slice(32, 104), slice(22, 90))
_BLURS_PX = (0.8, 1.4, 2.4, 4.0)  # Each on top of the one before.
_FLOOR = 0.15  # Grey steps below which structure is rounding.
MEAN_FACE_PX = 56
_SMALL_FACE = (slice(16, 52), slice(11, 45))
_SMALL_LEFT, _SMALL_WIDTH = slice(11, 28), 56
_NOSE_BRIDGE = (slice(54, 74), slice(48, 64))
# Left and right eye, nose, mouth, left and right cheek on the aligned crop; rows, columns.
_PARTS = {
    "left_eye": (slice(40, 62), slice(24, 54)),
    "right_eye": (slice(40, 62), slice(58, 88)),
    "nose": (slice(54, 80), slice(42, 70)),
    "mouth": (slice(78, 104), slice(36, 76)),
    "left_cheek": (slice(60, 92), slice(22, 42)),
    "right_cheek": (slice(60, 92), slice(70, 90)),
}
_FEATURES = ("left_eye", "right_eye", "nose", "mouth")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FaceBands:
    """One aligned face taken apart by scale.

    details: structure between neighbouring scales, finest first, (112, 112) each.
    structure: what is between fine and coarse, (56, 56). chroma: Cr and Cb, (112, 112, 2).
    """

    smooth: Plane
    coarse: Plane
    details: tuple[Plane, ...]
    structure: Plane
    chroma: Plane


def split_bands(aligned: ImageRGB) -> FaceBands:
    """Take an aligned face, (112, 112, 3), apart by scale."""
    colours = cv2.cvtColor(aligned, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    levels = [np.ascontiguousarray(colours[..., 0])]
    for sigma_px in _BLURS_PX:
        levels.append(np.asarray(cv2.GaussianBlur(levels[-1], (0, 0), sigma_px), np.float32))
    size_wh = (MEAN_FACE_PX, MEAN_FACE_PX)
    middle = cv2.resize(levels[2] - levels[4], size_wh, interpolation=cv2.INTER_AREA)
    return FaceBands(
        smooth=levels[1],
        coarse=levels[4],
        details=tuple(levels[i] - levels[i + 1] for i in range(len(_BLURS_PX))),
        structure=np.asarray(middle, np.float32),
        chroma=np.ascontiguousarray(colours[..., 1:]),
    )


def measure_texture(bands: FaceBands) -> dict[str, float]:
    """Return how fine structure falls off from scale to scale and from direction to direction."""
    strengths = [np.abs(plane[_FACE]) for plane in bands.details]
    means = [float(strength.mean()) + _FLOOR for strength in strengths]
    medians = [float(np.median(strength)) + 0.1 for strength in strengths[:2]]
    spread = float(bands.coarse[_FACE].std()) + 2
    fine_colour = bands.chroma - cv2.GaussianBlur(bands.chroma, (0, 0), _BLURS_PX[0])
    colour = float(np.abs(fine_colour[_FACE]).mean(axis=(0, 1)).sum()) + 0.2
    return {
        "fall_1": math.log(means[0] / means[1]),
        "fall_2": math.log(means[1] / means[2]),
        "fall_3": math.log(means[2] / means[3]),
        "evenness_1": math.log(medians[0] / means[0]),
        "evenness_2": math.log(medians[1] / means[1]),
        "contrast_2": math.log(means[1] / spread),
        "contrast_4": math.log(means[3] / spread),
        "colour_grain": math.log(colour),
        "colour_share": math.log(colour / means[0]),
        **_directions(bands.smooth),
    }


def _directions(smooth: Plane) -> dict[str, float]:
    """Return how unequal the gradients of four directions are; motion weakens those along it."""
    steps = (
        smooth[:, 1:] - smooth[:, :-1],
        smooth[1:] - smooth[:-1],
        (smooth[1:, 1:] - smooth[:-1, :-1]) / 1.41,
        (smooth[1:, :-1] - smooth[:-1, 1:]) / 1.41,
    )
    across, down, falling, rising = (float(np.abs(step[_FACE]).mean()) + 0.1 for step in steps)
    return {
        "upright": abs(math.log(across / down)),
        "diagonal": abs(math.log(falling / rising)),
        "weakest_direction": math.log(
            min(across, down, falling, rising) / max(across, down, falling, rising)
        ),
    }


def measure_likeness(bands: FaceBands, mean_face: Plane) -> dict[str, float]:
    """Return how much each part looks like that of the mean face, (56, 56), in form and colour."""
    overall = float(np.abs(bands.structure[_SMALL_FACE]).mean()) + 0.3
    form, strength = {}, {}
    for name, (rows, columns) in _PARTS.items():
        small = slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2)
        own = bands.structure[small] - bands.structure[small].mean()
        form[name] = _correlation(own, mean_face[small] - mean_face[small].mean())
        strength[name] = math.log((float(np.abs(own).mean()) + 0.3) / overall)
    mirrored = bands.structure[:, ::-1]
    rows = _SMALL_FACE[0]
    return {
        **{f"form_{name}": value for name, value in form.items()},
        **{f"strength_{name}": value for name, value in strength.items()},
        "symmetry": _correlation(bands.structure[rows, _SMALL_LEFT], mirrored[rows, _SMALL_LEFT]),
        "least_form": min(form[name] for name in _FEATURES),
        "least_eye": min(form["left_eye"], form["right_eye"]),
        "least_strength": min(strength.values()),
        **_colours(bands.chroma),
    }


def _correlation(own: Plane, other: Plane) -> float:
    """Return the correlation of two patches; noise in an empty one does not count."""
    norm = math.sqrt((float((own * own).sum()) + 20) * (float((other * other).sum()) + 1e-6))
    return float((own * other).sum()) / norm


def _colours(chroma: Plane) -> dict[str, float]:
    """Return how far the colour of each part is from the nose's, in logarithms of 8-bit steps."""
    nose = _median(chroma[_NOSE_BRIDGE])
    gaps = {
        name: float(np.hypot(*(_median(chroma[area]) - nose)))
        for name, area in _PARTS.items()
        if name != "nose"
    }
    shares = {f"colour_{name}": math.log(gap + 3) for name, gap in gaps.items()}
    return {**shares, "colour_most": math.log(max(gaps.values()) + 3)}


def _median(area: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(np.median(area.reshape(-1, 2), axis=0))
