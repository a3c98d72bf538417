from pathlib import Path

import numpy as np
import pytest

from deepfake.heat_map import HeatMap
from deepfake.heat_picture import image_of, paint_heat
from media.pictures import encode_jpeg
from tests.support.clips import GREEN, RED, make_clip, square_picture

GREY = np.full((60, 80, 3), 128, np.uint8)


def heat(cells: list[list[float]], window: tuple[float, float, float, float]) -> HeatMap:
    return HeatMap(np.array(cells, np.float32), window)


def test_the_hot_part_is_red_and_the_rest_stays_as_it_was() -> None:
    painted = paint_heat(GREY, heat([[1, 0], [0, 0]], (20, 10, 60, 50)))
    corner = painted[12:16, 22:26].reshape(-1, 3).mean(axis=0)
    assert corner[0] > corner[1] + 30
    assert corner[0] > corner[2] + 30
    assert np.array_equal(painted[:9], GREY[:9])
    assert np.array_equal(painted[45:48, 55:58], GREY[45:48, 55:58])
    assert np.array_equal(GREY, np.full_like(GREY, 128))


@pytest.mark.parametrize(
    "window",
    [(-20.4, -10, 40, 30), (60, 40, 130, 110), (-50, -50, 200, 200), (90, 90, 120, 120)],
    ids=["top left", "bottom right", "larger", "outside"],
)
def test_a_map_may_reach_outside_of_its_picture(window: tuple[float, float, float, float]) -> None:
    painted = paint_heat(GREY, heat([[0.5, 1], [1, 0.5]], window))
    assert painted.shape == GREY.shape
    assert painted.dtype == np.uint8


def test_a_map_of_a_clip_finds_its_frame(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(make_clip(pictures=[square_picture(RED)] * 10 + [square_picture(GREEN)] * 10))
    cells = np.zeros((2, 2), np.float32)
    corners = [
        image_of(path, HeatMap(cells, (0, 0, 9, 9), time_s))[5, 5]
        for time_s in (0.0, 9 / 25, 10 / 25, 99.0)
    ]
    is_red = [int(corner[0]) > int(corner[1]) for corner in corners]
    assert is_red == [True, True, False, False]


def test_a_map_of_a_picture_finds_it(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(encode_jpeg(GREY))
    assert image_of(path, heat([[0]], (0, 0, 9, 9))).shape == GREY.shape
