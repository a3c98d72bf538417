"""What a card's picture is a picture of: the card itself, a screen that shows it, a grey copy."""

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from vision.documents.types import Medium
from vision.geometry import Floats

# A grey copy has less colour than this, a card in colour more; between them it cannot be told.
MAX_GREY_CHROMA, MIN_CARD_CHROMA = 4.0, 7.0
# The weakest channel of white paper against the strongest: light of one colour shows none.
MIN_CHANNEL_SHARE = 0.25
_MIN_PAPER = 50.0

WINDOW_PX = 128
MAX_WINDOWS = 16
# Standard deviations above its surroundings that the strongest frequency has.
MIN_SCREEN_GRID = 14.0
# Cycles a pixel. Print has coarser patterns; finer ones do not survive a lens.
_LOWEST, _HIGHEST = 0.14, 0.5
_MIN_WINDOWS = 4


def measure_medium(card: ImageRGB, image: ImageRGB, quad: Floats) -> Medium:
    """Return what can be told. card: straightened; image: as it was given, quad: where in it."""
    return Medium(is_colour=_is_colour(card), is_screen=_is_screen(image, quad))


def _is_colour(card: ImageRGB) -> bool | None:
    chroma = measure_chroma(card)
    if chroma is None or MAX_GREY_CHROMA < chroma < MIN_CARD_CHROMA:
        return None
    return chroma >= MIN_CARD_CHROMA


def measure_chroma(card: ImageRGB) -> float | None:
    """Return how much colour is left when the light's own is taken away, CIE Lab steps.

    The light's colour is that of the paper, and multiplies: a grey copy under a warm lamp is
    brown all over, and grey again when each channel is divided by the paper's.
    None where the light has too little of one channel to tell, or of all.
    """
    small = cv2.resize(card, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    linear = (np.asarray(small, np.float32) / 255) ** 2.2
    around = cv2.GaussianBlur(linear, (0, 0), 2.0)
    luma = around.mean(axis=2)
    paper = np.median(around[luma >= np.percentile(luma, 60)], axis=0)
    if paper.max() < (_MIN_PAPER / 255) ** 2.2 or paper.min() < MIN_CHANNEL_SHARE * paper.max():
        return None
    balanced = np.clip(linear / paper * 0.8, 0, 1) ** (1 / 2.2)
    lab = cv2.cvtColor(
        cv2.GaussianBlur(balanced.astype(np.float32), (0, 0), 1.5), cv2.COLOR_RGB2LAB
    )
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    return float(np.percentile(chroma, 97))


def _is_screen(image: ImageRGB, quad: Floats) -> bool | None:
    """Return True where a grid shows; a fine, far or blurred screen leaves no trace."""
    grid = measure_grid(image, quad)
    return True if grid is not None and grid >= MIN_SCREEN_GRID else None


def measure_grid(image: ImageRGB, quad: Floats) -> float | None:
    """Return how far the strongest fine regular pattern stands out, in standard deviations.

    Each window of the card, in the picture's own pixels, gives a spectrum; a screen's grid is at
    the same place in all of them, print is not. None where the card is too small.
    """
    windows = _windows(image, quad)
    if len(windows) < _MIN_WINDOWS:
        return None
    spectra = np.stack([_spectrum(window) for window in windows])
    mean = spectra.mean(axis=0)
    around = cv2.medianBlur(mean.astype(np.float32), 5)
    rest = (mean - around)[_BAND]
    spread = float(np.median(np.abs(rest - np.median(rest)))) * 1.4826
    return float(rest.max() / max(spread, 1e-6))


def _windows(image: ImageRGB, quad: Floats) -> list[npt.NDArray[np.float32]]:
    """Return squares of brightness that lie inside the card."""
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    left, top = np.maximum(np.floor(quad.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(quad.max(axis=0)).astype(int), luma.shape[::-1])
    inside = np.zeros(luma.shape, np.uint8)
    cv2.fillConvexPoly(inside, np.rint(quad).astype(np.int32), 1)
    found = []
    for y in range(top, bottom - WINDOW_PX + 1, WINDOW_PX // 2):
        for x in range(left, right - WINDOW_PX + 1, WINDOW_PX // 2):
            place = (slice(y, y + WINDOW_PX), slice(x, x + WINDOW_PX))
            if inside[place].min():
                found.append(luma[place])
    step = max(1, len(found) // MAX_WINDOWS)
    return found[::step][:MAX_WINDOWS]


def _spectrum(window: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the logarithm of the power at each frequency, (WINDOW_PX, WINDOW_PX)."""
    taper = np.hanning(WINDOW_PX)
    flat = (window - window.mean()) * taper[:, None] * taper[None, :]
    power = np.abs(np.fft.fft2(flat)) ** 2 / WINDOW_PX**2
    logs: npt.NDArray[np.float64] = np.log(power + 0.1)
    return logs


def _band() -> npt.NDArray[np.bool_]:
    """Return which frequencies count: fine ones, and none that JPEG's blocks of 8 make."""
    steps = np.fft.fftfreq(WINDOW_PX)
    y, x = np.meshgrid(steps, steps, indexing="ij")
    radius = np.hypot(x, y)
    is_block = (np.abs(x * 8 - np.rint(x * 8)) < 0.13) & (np.abs(y * 8 - np.rint(y * 8)) < 0.13)
    band: npt.NDArray[np.bool_] = (radius >= _LOWEST) & (radius <= _HIGHEST) & ~is_block
    return band


_BAND = _band()
