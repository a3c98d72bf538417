"""Light is measured so that advice can be given."""

import numpy as np
import pytest

from vision.light import light_of


@pytest.mark.parametrize("value", [0, 60, 128, 255])
def test_a_flat_picture_is_as_bright_as_it_is(value: int) -> None:
    light = light_of(np.full((100, 150, 3), value, np.uint8))
    assert light.mean_luma == pytest.approx(value, abs=1)
    assert light.spread_luma == 0
    assert light.dark_share == (1.0 if value == 0 else 0.0)
    assert light.bright_share == (1.0 if value == 255 else 0.0)


def test_a_window_behind_the_person_is_seen() -> None:
    picture = np.full((200, 200, 3), 40, np.uint8)
    picture[:, 150:] = 255
    light = light_of(picture)
    assert light.bright_share == pytest.approx(0.25, abs=0.02)
    assert light.spread_luma > 80


def test_green_counts_more_than_blue() -> None:
    green, blue = (np.zeros((40, 40, 3), np.uint8) for _ in range(2))
    green[..., 1], blue[..., 2] = 255, 255
    assert light_of(green).mean_luma > light_of(blue).mean_luma + 100
