"""Taking the mesh off a photograph: thin curved lines that an authority prints over a face.

Lines that repeat are a few points of the spectrum. What those points hold is the mesh; where it is
strong, lines are, and the picture beside them is intact. docs/documents.md says what other ways
gave.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from vision.geometry import Floats

MIN_SIDE_PX = 64
# Longer sides are cut out of a spectrum of this size at most: a mesh is as fine as its print.
MAX_SIDE_PX = 640
# Of the natural logarithm of the amplitude above its surroundings; a smooth spectrum with random
# phases is above it in one of 2,000 places.
_MIN_PEAK = 1.2
_MIN_FREQUENCY = 0.05  # Cycles a pixel; coarser things are the face.
# Share of the spectrum that are peaks, from which on there is a mesh: 1 in 100 of unmeshed
# photographs has it (development part of LFW).
MIN_PEAK_SHARE = 0.007
_AROUND_PX = 31  # What the strength of lines is compared with, on the picture.
_MIN_LINE, _LINE_SHARE = 4.0, 0.5  # Grey levels; of the strength around.


@dataclass(frozen=True, slots=True)
class MeshFinding:
    """A mesh that was found.

    peak_share: of the spectrum that stands out. line_share: of the picture that lies under lines.
    """

    peak_share: float
    line_share: float


def clean_mesh(image: ImageRGB) -> tuple[ImageRGB, MeshFinding | None]:
    """Return the picture without the lines of a mesh; itself, with None, where there is none."""
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE_PX or max(height, width) > MAX_SIDE_PX:
        return image, None
    peaks = find_peaks(_luma(image))
    share = float(peaks.mean())
    if share < MIN_PEAK_SHARE:
        return image, None
    smooth = _without(image, peaks)
    lines = _find_lines(_luma(image) - _luma(smooth))
    filled = cv2.inpaint(image, lines.astype(np.uint8), 2, cv2.INPAINT_TELEA)
    # Filling keeps the face between lines and guesses under them, the spectrum does the opposite.
    cleaned = cv2.addWeighted(filled, 0.5, smooth, 0.5, 0)
    return np.asarray(cleaned, np.uint8), MeshFinding(share, float(lines.mean()))


def find_peaks(luma: Floats) -> npt.NDArray[np.bool_]:
    """Return which places of the centred spectrum stand out from what is around them."""
    height, width = luma.shape
    taper = np.outer(np.hanning(height), np.hanning(width))
    amplitude = np.abs(np.fft.fftshift(np.fft.fft2((luma - luma.mean()) * taper)))
    logs = np.log(amplitude + 1).astype(np.float32)
    around = cv2.GaussianBlur(cv2.medianBlur(logs, 5), (0, 0), 6)
    y, x = np.meshgrid(
        np.arange(height) - height // 2, np.arange(width) - width // 2, indexing="ij"
    )
    is_fine = np.hypot(y / height, x / width) > _MIN_FREQUENCY
    peaks: npt.NDArray[np.bool_] = (logs - around > _MIN_PEAK) & is_fine
    return peaks


def _without(image: ImageRGB, peaks: npt.NDArray[np.bool_]) -> ImageRGB:
    """Return the picture without some places of its spectrum and those beside them."""
    wide = cv2.dilate(peaks.astype(np.float32), np.ones((3, 3)))
    kept = np.fft.ifftshift(1 - np.minimum(cv2.GaussianBlur(wide, (0, 0), 1), 1))
    spectrum = np.fft.fft2(image.astype(np.float32), axes=(0, 1))
    smooth = np.real(np.fft.ifft2(spectrum * kept[..., None], axes=(0, 1)))
    return np.clip(smooth, 0, 255).astype(np.uint8)


def _find_lines(mesh: Floats) -> npt.NDArray[np.bool_]:
    """Return where lines are. mesh: what they add to the picture, or take from it.

    Grey lines are bright in hair and dark on skin; either way they are narrower than what is
    between them, so the mesh is skewed to their side.
    """
    window = (_AROUND_PX, _AROUND_PX)
    side = np.sign(cv2.boxFilter(mesh**3, -1, window))
    strength = np.sqrt(cv2.boxFilter(mesh**2, -1, window))
    lines: npt.NDArray[np.bool_] = mesh * side > np.maximum(_MIN_LINE, _LINE_SHARE * strength)
    return lines


def _luma(image: ImageRGB) -> Floats:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
