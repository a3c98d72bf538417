"""Whether a picture of a card is good enough to read it, in words that say what to do."""

import cv2
import numpy as np
import numpy.typing as npt

from decision.outcome import Reason
from media.image import ImageRGB
from vision.geometry import Floats

GLARE = Reason("GLARE", "A light reflects in the card. Tilt it a little, or turn the flash off.")
BLURRED = Reason("BLURRED", "The print is not sharp. Hold the card still until it is in focus.")
CORNER_CUT_OFF = Reason(
    "CORNER_CUT_OFF", "A corner is outside the picture. Show the whole card with some room around."
)
TOO_SMALL = Reason("TOO_SMALL", "The card is too small in the picture. Move it nearer.")
TOO_DARK = Reason("TOO_DARK", "The card is too dark. Turn on a light or move to a brighter place.")

# Card widths in the picture that was given; letters of a card of this width are 12 px high.
MIN_CARD_PX = 320.0
# Luma of the card's paper.
MIN_PAPER = 70.0
MIN_SHARPNESS = 0.4
_MIN_PRINT, _MIN_PRINT_SHARE = 4.0, 0.002
# All channels at their end, over an area as large as two digits of the number.
_SATURATED = 252
MIN_GLARE_SHARE = 0.004
_GLARE_CLOSING_PX = 9
_OUTSIDE_SHARE = 0.01  # Of the longest side.


def judge_picture(card: ImageRGB, quad: Floats, size_wh: tuple[int, int]) -> tuple[Reason, ...]:
    """Return what is wrong with a picture of a card, the worst first.

    card: straightened. quad: (4, 2), where its corners are in a picture of `size_wh`.
    """
    found = (
        (CORNER_CUT_OFF, is_cut_off(quad, size_wh)),
        (TOO_SMALL, longest_px(quad) < MIN_CARD_PX),
        (TOO_DARK, paper_luma(card) < MIN_PAPER),
        (GLARE, glare_share(card) >= MIN_GLARE_SHARE),
        (BLURRED, sharpness(card) < MIN_SHARPNESS),
    )
    return tuple(reason for reason, is_so in found if is_so)


def longest_px(quad: Floats) -> float:
    """Return the length of the longest side."""
    return float(np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1).max())


def is_cut_off(quad: Floats, size_wh: tuple[int, int]) -> bool:
    """Return whether a corner is outside the picture."""
    margin_px = _OUTSIDE_SHARE * longest_px(quad)
    return bool((quad < -margin_px).any() or (quad > np.array(size_wh) + margin_px).any())


def paper_luma(card: ImageRGB) -> float:
    """Return how bright the unprinted card is: the 80th percentile of its luma."""
    return float(np.percentile(_luma(card)[::4, ::4], 80))


def glare_share(card: ImageRGB) -> float:
    """Return the share of the card in the largest patch that is white to the end of the scale.

    Glare has an edge: where the whole card is at the end of the scale, none of it is glare.
    """
    white = (card.min(axis=2) >= _SATURATED).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_GLARE_CLOSING_PX, _GLARE_CLOSING_PX))
    solid = cv2.morphologyEx(white, cv2.MORPH_OPEN, kernel)
    count, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    if count < 2 or _paper_is_white(card):
        return 0.0
    return float(stats[1:, cv2.CC_STAT_AREA].max()) / float(solid.size)


def _paper_is_white(card: ImageRGB) -> bool:
    """Return whether most of the card is near the end of the scale, as in a scan."""
    return float(np.median(card.min(axis=2)[::4, ::4])) >= _SATURATED - 12


def sharpness(card: ImageRGB) -> float:
    """Return how much of the print is in details of 1 to 2 px, over that in 2 to 4 px.

    A ratio, so that light, contrast and the camera's gain cancel out; taken where print is, so
    that neither paper nor noise counts. 0 where there is no print at all.
    """
    luma = _luma(card).astype(np.float32)
    fine, middle, coarse = (cv2.GaussianBlur(luma, (0, 0), sigma) for sigma in (1.0, 2.0, 4.0))
    small, large = np.abs(fine - middle), np.abs(middle - coarse)
    is_print = large >= max(float(np.percentile(large, 97)), _MIN_PRINT)
    if is_print.mean() < _MIN_PRINT_SHARE:
        return 0.0
    return float(np.sqrt((small[is_print] ** 2).mean() / (large[is_print] ** 2).mean()))


def _luma(card: ImageRGB) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(card, cv2.COLOR_RGB2GRAY), np.uint8)
