"""What is wrong with a picture of a card, and what it is a picture of."""

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from media.image import ImageRGB
from tests.support.cards.scenes import (
    Laid,
    grey_copy,
    lay,
    on_screen,
    plain_card,
    under_light,
)
from vision.documents.finding import find_card, find_quad
from vision.documents.medium import measure_chroma, measure_grid, measure_medium
from vision.documents.picture import judge_picture

WHOLE = np.array([(50, 50), (1050, 50), (1050, 681), (50, 681)], np.float32)
SIZE_WH = (1100, 731)
WARM = (1.0, 0.8, 0.5)


@pytest.fixture(scope="session")
def card(portraits: Mapping[str, ImageRGB]) -> ImageRGB:
    return plain_card(portraits["seat-6"])


def codes(card: ImageRGB, quad: np.ndarray = WHOLE) -> list[str]:
    return [reason.code for reason in judge_picture(card, quad, SIZE_WH)]


def test_a_good_picture_has_nothing_wrong(card: ImageRGB) -> None:
    assert codes(card) == []


def test_a_blurred_picture_is_told(card: ImageRGB) -> None:
    soft, softer = (np.asarray(cv2.GaussianBlur(card, (0, 0), s), np.uint8) for s in (2, 7))
    assert codes(soft) == []
    assert codes(softer) == ["BLURRED"]


def test_glare_is_told_where_it_washes_print_away(card: ImageRGB) -> None:
    y, x = np.mgrid[0:631, 0:1000]
    spot = 500 * np.exp(-(((x - 400) / 90) ** 2) - ((y - 560) / 50) ** 2)
    shiny = np.clip(card * 0.85 + spot[..., None], 0, 255).astype(np.uint8)
    assert codes(shiny) == ["GLARE"]


def test_a_dark_picture_is_told(card: ImageRGB) -> None:
    assert "TOO_DARK" in codes((card * 0.2).astype(np.uint8))


def test_a_corner_outside_the_picture_is_told(card: ImageRGB) -> None:
    assert codes(card, WHOLE - (90, 0)) == ["CORNER_CUT_OFF"]


def test_a_small_card_is_told(card: ImageRGB) -> None:
    assert codes(card, WHOLE / 4) == ["TOO_SMALL"]


def test_reasons_say_what_to_do(card: ImageRGB) -> None:
    reasons = judge_picture((card * 0.2).astype(np.uint8), WHOLE - (90, 0), SIZE_WH)
    assert all(reason.text.count(".") >= 2 for reason in reasons)


def test_a_grey_copy_is_grey_under_any_light_and_a_card_is_not(card: ImageRGB) -> None:
    for light in ((1.0, 1.0, 1.0), WARM, (0.4, 0.32, 0.24)):
        for picture, is_colour in ((card, True), (grey_copy(card), False)):
            seen = under_light(picture, light)
            assert measure_medium(seen, seen, WHOLE).is_colour is is_colour


def test_light_of_one_colour_leaves_it_open(card: ImageRGB) -> None:
    assert measure_chroma(under_light(card, (1.0, 0.6, 0.02))) is None


def test_the_grid_of_a_screen_is_seen_and_paper_has_none(card: ImageRGB) -> None:
    random = np.random.default_rng(8)
    picture, _ = lay(card, Laid("dark", 0.7, tilt_deg=10), random)
    paper = find_card(picture)
    assert paper is not None
    # Whether it is no screen cannot be told by what is not seen.
    assert paper.medium.is_screen is None
    shown = find_card(on_screen(picture, random, pixels_each=2.5))
    assert shown is not None
    assert shown.medium.is_screen is True


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_how_many_screens_and_copies_are_recognised(card: ImageRGB) -> None:
    """Displays are simulated, from coarse to as fine as the camera; prints rates."""
    count, papers = 40, 0
    seen = {"0.7-1.2": [0, 0], "1.2-2.0": [0, 0], "2.0-3.5": [0, 0]}
    greys = colours = 0
    for number in range(count):
        random = np.random.default_rng((7, number))
        laid = Laid("dark", random.uniform(0.5, 0.8), tilt_deg=random.uniform(0, 20))
        picture, corners = lay(card, laid, random)
        papers += bool(measure_medium(card, picture, corners).is_screen)
        for name, tally in seen.items():
            least, most = map(float, name.split("-"))
            shown = on_screen(picture, random, random.uniform(least, most))
            quad = find_quad(shown)
            tally[1] += quad is not None
            tally[0] += quad is not None and (measure_grid(shown, quad) or 0) >= 14.0
        light = tuple(random.uniform([0.5, 0.4, 0.25], 1.0))
        for copied in (False, True):
            taken = find_card(under_light(grey_copy(picture) if copied else picture, light))
            if taken is not None:
                greys += copied and taken.medium.is_colour is False
                colours += not copied and taken.medium.is_colour is True
    print(f"\npaper taken for a screen: {papers} of {count}")
    for name, (hits, found) in seen.items():
        print(f"screen at {name} camera pixels a pixel: {hits} of {found} that were found")
    print(f"grey copies told: {greys}, cards told in colour: {colours}, of {count} each")
    assert papers <= count // 20
    assert seen["2.0-3.5"][0] >= 0.9 * seen["2.0-3.5"][1]
