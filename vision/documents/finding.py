"""Finding a card in a picture: its sides from straight edges, wherever its corners are."""

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from vision.documents.edges import find_lines
from vision.documents.medium import measure_medium
from vision.documents.picture import judge_picture, longest_px
from vision.documents.print_lines import count_print_lines
from vision.documents.quads import Scored, propose, score
from vision.documents.shapes import ratio_error
from vision.documents.straightening import lay_down, refine, straighten
from vision.documents.types import CardPicture
from vision.geometry import Floats

LOOK_PX = 640
# Letters of a card that is narrower are no longer letters.
MIN_CARD_PX = 200.0
MIN_SIDE_SUPPORT, MIN_OTHERS_SUPPORT = 0.25, 0.72
# A picture that was cut to the card has its shape to within this, and this much print.
_CUT_RATIO_ERROR, _CUT_PRINT_LINES = 0.06, 4
# Cameras' pictures, 3 to 2 and 4 to 3, are further than this from a card.
_CERTAIN_RATIO_ERROR = 0.04
_BORDER_SHARE = 0.01
# A card has print; tiles, windows and sheets of paper may have none.
MIN_PRINT_LINES = 2


def find_card(image: ImageRGB) -> CardPicture | None:
    """Return the card of a picture straightened, upright or upside down; None if there is none.

    A picture that has a card's shape and shows lines of print is taken whole.
    """
    size_wh = (image.shape[1], image.shape[0])
    quad = find_quad(image)
    is_whole = _is_cut_to_card(image, quad)
    if is_whole:
        quad = _borders(size_wh)
    if quad is None:
        return None
    corners, shape = lay_down(quad, size_wh)
    card = straighten(image, corners, shape)
    if count_print_lines(card) < MIN_PRINT_LINES:
        return None
    issues = judge_picture(card, corners, size_wh)
    return CardPicture(
        card, corners, issues=issues, medium=measure_medium(card, image, corners),
        fills_picture=is_whole,
    )  # fmt: skip


def find_quad(image: ImageRGB) -> Floats | None:
    """Return the corners of the card in a picture, (4, 2) in its pixels; None if there is none."""
    scale = min(1.0, LOOK_PX / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = np.asarray(cv2.cvtColor(np.asarray(small, np.uint8), cv2.COLOR_RGB2LAB), np.uint8)
    found = candidates(lab)
    if not len(found.quads):
        return None
    best = found.quads[0]
    if not is_seen(found.sides[0]) or longest_px(best) < MIN_CARD_PX * scale:
        return None
    return refine(image, (best + 0.5) / scale, 3.0 / scale)


def candidates(lab: npt.NDArray[np.uint8]) -> Scored:
    """Return quads that may be cards, the best first. lab: the picture in CIE Lab."""
    lines = find_lines(lab)
    return score(propose(lines, (lab.shape[1], lab.shape[0])), lines, lab)


def is_seen(sides: Floats) -> bool:
    """Return whether enough of four sides was seen: most of three at least, some of the fourth."""
    weakest, *others = np.sort(sides)
    return bool(weakest >= MIN_SIDE_SUPPORT and np.mean(others) >= MIN_OTHERS_SUPPORT)


def _is_cut_to_card(image: ImageRGB, quad: Floats | None) -> bool:
    """Return whether a picture is a card from border to border. quad: what was found in it.

    The fields of a card are rectangles as well: the portrait of a licence, the page of a passport.
    """
    height, width = image.shape[:2]
    error = ratio_error(width / height)
    if quad is not None:
        is_part = _reaches_border(quad, (width, height)) or _area(quad) < 0.4 * width * height
        if not is_part or error > _CERTAIN_RATIO_ERROR:
            return False
    if max(height, width) < MIN_CARD_PX or error > _CUT_RATIO_ERROR:
        return False
    return count_print_lines(image) >= _CUT_PRINT_LINES


def _area(quad: Floats) -> float:
    return float(cv2.contourArea(quad.astype(np.float32)))


def _reaches_border(quad: Floats, size_wh: tuple[int, int]) -> bool:
    """Return whether two corners are on a border of the picture, so that it may cut the card."""
    near_px = _BORDER_SHARE * max(size_wh)
    sides = [quad[:, 0], quad[:, 1], size_wh[0] - quad[:, 0], size_wh[1] - quad[:, 1]]
    return any(int((away <= near_px).sum()) >= 2 for away in sides)


def _borders(size_wh: tuple[int, int]) -> Floats:
    width, height = size_wh
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
