"""Cards are found wherever they lie, and nothing is found where none is."""

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from media.image import ImageRGB
from media.pictures import decode_picture
from tests.support.cards.scenes import TABLES, Laid, lay, plain_card, random_laid
from vision.documents.finding import find_card, find_quad
from vision.documents.shapes import ID_1, ID_3, ordered, shape_of, side_ratios
from vision.geometry import Floats

# A corner may be off by this share of the card's width; print begins at 3 %.
MAX_CORNER_ERROR = 0.02
PLAIN_TABLES = ("dark", "white", "speckled")


@pytest.fixture(scope="session")
def card(portraits: Mapping[str, ImageRGB]) -> ImageRGB:
    return plain_card(portraits["seat-6"])


def corner_error(found: Floats, meant: Floats) -> float:
    """Return the largest distance of a corner, in widths of the card, however it is turned."""
    width = float(np.linalg.norm(meant[1] - meant[0]))
    return min(
        float(np.linalg.norm(np.roll(found, turn, axis=0) - meant, axis=1).max()) / width
        for turn in range(4)
    )


@pytest.mark.parametrize(
    "laid",
    [
        pytest.param(Laid("dark", 0.6), id="straight"),
        pytest.param(Laid("white", 0.7, turn_deg=20), id="on-white"),
        pytest.param(Laid("speckled", 0.6, turn_deg=200), id="upside-down-on-stone"),
        pytest.param(Laid("tiles", 0.5, turn_deg=70, tilt_deg=25), id="tilted-on-tiles"),
        pytest.param(Laid("dark", 0.34, turn_deg=40), id="small"),
        pytest.param(Laid("dark", 0.97), id="filling-the-picture"),
        pytest.param(Laid("dark", 0.7, turn_deg=5, fingers=2), id="held"),
        pytest.param(Laid("dark", 0.6, turn_deg=310, tilt_deg=35), id="tilted-far"),
    ],
)
def test_a_card_is_found_to_its_corners(card: ImageRGB, laid: Laid) -> None:
    picture, corners = lay(card, laid, np.random.default_rng(4))
    found = find_card(picture)
    assert found is not None
    assert found.image.shape == (631, 1000, 3)
    assert corner_error(found.quad, corners) <= MAX_CORNER_ERROR
    assert not found.fills_picture


def test_a_straightened_card_looks_like_the_card(card: ImageRGB) -> None:
    picture, corners = lay(card, Laid("dark", 0.7, tilt_deg=20), np.random.default_rng(2))
    found = find_card(picture)
    assert found is not None
    turned = found.image if found.quad[0][0] < corners[1][0] else found.image[::-1, ::-1]
    one, other = (cv2.cvtColor(side, cv2.COLOR_RGB2GRAY).ravel() for side in (turned, card))
    assert np.corrcoef(one, other)[0, 1] > 0.85


def test_a_picture_that_is_cut_to_the_card_is_taken_whole(card: ImageRGB) -> None:
    found = find_card(card)
    assert found is not None
    assert found.fills_picture
    np.testing.assert_array_equal(found.quad, [(0, 0), (1000, 0), (1000, 631), (0, 631)])


def test_faces_tables_and_crowds_give_no_card(
    portraits: Mapping[str, ImageRGB], astronaut: ImageRGB, table_photograph: bytes
) -> None:
    random = np.random.default_rng(1)
    blank = np.full((8, 8, 3), 128, np.uint8)
    for table in TABLES:
        # A card that is far outside of the picture leaves the table alone.
        empty, _ = lay(blank, Laid(table, 0.1, shift_px=(9e3, 9e3)), random)
        assert find_card(empty) is None, table
    for picture in (*portraits.values(), astronaut, decode_picture(table_photograph)):
        assert find_card(picture) is None


@pytest.mark.parametrize("shape", [(16, 16), (8, 900), (900, 8), (31, 700)])
def test_pictures_of_any_shape_are_looked_at(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (*shape, 3), dtype=np.uint8)
    assert find_card(noise) is None


def test_the_ratio_of_a_tilted_rectangle_is_that_of_the_flat_one() -> None:
    flat = np.array([(-1, -0.631), (1, -0.631), (1, 0.631), (-1, 0.631)]) * 200
    lean = cv2.Rodrigues(np.array([0.3, 0.5, 0.0]))[0]
    solid = np.column_stack([flat, np.zeros(4)]) @ lean.T
    focal = 0.85 * 1280
    seen = solid[:, :2] * (focal / (focal + solid[:, 2]))[:, None] + (640, 480)
    ratio = float(side_ratios(seen[None].astype(np.float32), (1280, 960))[0])
    assert ratio == pytest.approx(1 / 0.631, rel=0.01)
    assert shape_of(ratio) is ID_1
    assert shape_of(1 / 1.42) is ID_3


def test_corners_are_in_order_whatever_order_they_came_in() -> None:
    corners = np.array([(10, 10), (90, 12), (88, 60), (12, 58)], np.float32)
    for order in ((2, 0, 3, 1), (3, 2, 1, 0), (1, 3, 0, 2)):
        np.testing.assert_array_equal(ordered(corners[list(order)]), corners)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_most_cards_are_found_on_any_table(card: ImageRGB) -> None:
    """Turned, tilted up to 35 degrees, from a third of the picture on, held; prints rates."""
    right, wrong, count = dict.fromkeys(TABLES, 0), dict.fromkeys(TABLES, 0), 40
    for table in TABLES:
        for number in range(count):
            random = np.random.default_rng((99, TABLES.index(table), number))
            picture, corners = lay(card, random_laid(random, table), random)
            quad = find_quad(picture)
            if quad is None:
                continue
            is_right = corner_error(ordered(quad), ordered(corners)) <= MAX_CORNER_ERROR
            (right if is_right else wrong)[table] += 1
    for table in TABLES:
        print(f"{table}: found {right[table]}, wrong {wrong[table]}, of {count}")
    # Boards and joints have sides of their own: docs/documents.md says how many are lost there.
    for table in PLAIN_TABLES:
        assert right[table] >= 0.85 * count, table
