"""The window that the frame model looks through."""

import numpy as np
import pytest

from base.errors import DegenerateFaceError
from deepfake.face_crop import CROP_FACTOR, crop_window, fit
from media.image import ImageRGB


def box(*corners: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(corners, np.float32)


def ramp(width: int, height: int) -> ImageRGB:
    """Return a picture whose red says the column and whose green says the row."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns, rows, columns * 0], axis=2).astype(np.uint8)


def test_the_window_is_a_square_around_the_longer_side() -> None:
    window = crop_window(box(80, 60, 140, 160), (300, 300))
    assert window.side_px == round(CROP_FACTOR * 100)
    assert window.xyxy == (45, 45, 175, 175)


@pytest.mark.parametrize(
    ("corners", "expected"),
    [((0, 0, 100, 100), (0, 0)), ((150, 100, 250, 200), (120, 70))],
    ids=["at the top left", "at the bottom right"],
)
def test_a_window_moves_to_stay_inside(corners: tuple[int, ...], expected: tuple[int, int]) -> None:
    window = crop_window(box(*corners), (250, 200))
    assert (window.x1, window.y1) == expected
    assert window.cut(ramp(250, 200)).shape == (130, 130, 3)


def test_a_picture_smaller_than_the_window_is_seen_whole_with_its_edge_repeated() -> None:
    image = ramp(100, 200)
    window = crop_window(box(5, 40, 95, 160), (100, 200))
    crop = window.cut(image)
    assert crop.shape == (window.side_px, window.side_px, 3) == (156, 156, 3)
    assert window.x1 == -28
    inside = crop[:, 28:128]
    assert np.array_equal(inside, image[window.y1 : window.y1 + 156])
    assert (crop[:, :28, 0] == 0).all()
    assert (crop[:, 128:, 0] == 99).all()


def test_a_box_outside_of_the_picture_is_refused() -> None:
    with pytest.raises(DegenerateFaceError, match="24 pixels"):
        crop_window(box(290, 10, 400, 100), (300, 300))
    with pytest.raises(DegenerateFaceError, match="24 pixels"):
        crop_window(box(np.nan, 10, 100, 100), (300, 300))


def test_a_crop_keeps_its_light_when_it_is_scaled() -> None:
    chance = np.random.default_rng(3)
    crop = chance.integers(0, 256, (320, 320, 3), dtype=np.uint8)
    for side_px in (160, 400):
        scaled = fit(crop, side_px)
        assert scaled.shape == (side_px, side_px, 3)
        assert abs(float(scaled.mean()) - float(crop.mean())) < 1
