"""Canvases: few shapes, the right colours, and the way back to the picture."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.manifest import InputSpec
from vision.canvas import fill_colour, place, placement_for, to_input
from vision.faces import Faces


def test_any_mix_of_pictures_makes_few_shapes() -> None:
    sizes = [(width, height) for width in range(40, 2000, 37) for height in range(40, 2000, 41)]
    for longest_px in (320, 640, 1280, 1920):
        shapes = {placement_for(size, longest_px).shape_hw for size in sizes}
        assert len(shapes) <= 7
        assert all(height % 32 == width % 32 == 0 for height, width in shapes)


@given(st.integers(32, 5000), st.integers(32, 5000), st.sampled_from([320, 640, 900, 1920]))
def test_the_picture_fits_on_its_canvas(width: int, height: int, longest_px: int) -> None:
    placement = placement_for((width, height), longest_px)
    assert round(height * placement.scale) <= placement.shape_hw[0]
    assert round(width * placement.scale) <= placement.shape_hw[1]


def test_faces_come_back_to_picture_pixels() -> None:
    placement = placement_for((1280, 640), 320)
    on_canvas = Faces(
        np.array([[10, 20, 30, 40]], np.float32),
        np.ones(1, np.float32),
        np.full((1, 5, 2), 8, np.float32),
    )
    found = placement.to_picture(on_canvas)
    assert found.boxes_xyxy.tolist() == [[40, 80, 120, 160]]
    assert found.landmarks[0, 0].tolist() == [32, 32]


@pytest.mark.parametrize("colour", ["RGB", "BGR"])
def test_the_network_sees_its_own_colour_order_and_mean(colour: Literal["RGB", "BGR"]) -> None:
    spec = InputSpec(name="x", colour=colour, mean=(10.0, 20.0, 30.0), scale=0.5)
    red = np.zeros((4, 6, 3), np.uint8)
    red[:, :, 0] = 250
    tensor = to_input([red, red], spec)
    assert tensor.shape == (2, 3, 4, 6)
    assert tensor.dtype == np.float32
    expected = [120.0, -10.0, -15.0] if colour == "RGB" else [-5.0, -10.0, 110.0]
    assert tensor[1, :, 2, 3].tolist() == expected


def test_what_the_picture_does_not_cover_is_nothing_to_the_network() -> None:
    spec = InputSpec(name="x", colour="BGR", mean=(104.0, 117.0, 123.0), scale=1.0)
    picture = np.full((100, 300, 3), 200, np.uint8)
    canvas = place(picture, placement_for((300, 100), 320), fill_colour(spec))
    tensor = to_input([canvas], spec)
    assert np.abs(tensor[0, :, 110:]).max() == 0
    assert tensor[0, :, 50, 50].tolist() == [96, 83, 77]
