"""What the passive models are shown, wherever the face lies and whoever found it."""

import numpy as np
import pytest

from base.errors import DegenerateFaceError
from liveness.crops import (
    MIN_FACE_PX,
    Window,
    context_window,
    fit,
    tight_window,
    whole_box,
)
from media.image import ImageRGB
from vision.assembly import FacePipeline
from vision.geometry import Floats


def box(*xyxy: float) -> Floats:
    return np.array(xyxy, np.float32)


def overlap(one: Window, other: Window) -> float:
    x1, y1 = max(one.x1, other.x1), max(one.y1, other.y1)
    x2, y2 = min(one.x2, other.x2), min(one.y2, other.y2)
    shared = max(x2 - x1, 0) * max(y2 - y1, 0)
    areas = [np.prod(window.size_wh) for window in (one, other)]
    return float(shared / (sum(areas) - shared))


def test_the_box_grows_at_the_sides_and_above() -> None:
    assert tight_window(box(100, 100, 200, 240), (640, 480)) == Window(97, 93, 203, 240)


def test_a_face_at_the_edge_is_cut_off_there() -> None:
    assert tight_window(box(-20, -30, 80, 90), (640, 480)) == Window(0, 0, 83, 90)
    assert tight_window(box(600, 420, 700, 560), (640, 480)) == Window(597, 413, 640, 480)


def test_a_tight_picture_fed_whole_is_itself() -> None:
    image = np.zeros((224, 160, 3), np.uint8)
    assert tight_window(whole_box(image), (160, 224)) == Window(0, 0, 160, 224)


def test_both_routes_to_a_tight_crop_agree(
    pipeline: FacePipeline, portraits: dict[str, ImageRGB]
) -> None:
    """The crop of a wide picture, cut out and detected again, keeps four fifths of itself."""
    for portrait in portraits.values():
        size_wh = (portrait.shape[1], portrait.shape[0])
        first = tight_window(pipeline.detector.detect(portrait).boxes_xyxy[0], size_wh)
        crop = np.ascontiguousarray(first.cut(portrait))
        again = pipeline.detector.detect(crop)
        assert len(again)
        width, height = first.size_wh
        second = tight_window(again.boxes_xyxy[0], (width, height))
        assert overlap(second, Window(0, 0, width, height)) > 0.8


@pytest.mark.parametrize(
    "xyxy",
    [
        pytest.param((700, 100, 800, 200), id="beside the picture"),
        pytest.param((630, 100, 730, 200), id="a sliver inside"),
        pytest.param((100, 100, 100, 100), id="no area"),
        pytest.param((100, 100, 110, 110), id="a few pixels"),
    ],
)
def test_hardly_any_face_is_refused(xyxy: tuple[float, ...]) -> None:
    with pytest.raises(DegenerateFaceError, match=f"{MIN_FACE_PX} pixels"):
        tight_window(box(*xyxy), (640, 480))


def test_context_lies_around_the_face() -> None:
    assert context_window(box(300, 200, 400, 300), (1000, 1000)) == Window(215, 115, 485, 385)


def test_context_is_shifted_into_the_picture() -> None:
    window = context_window(box(0, 0, 100, 100), (1000, 1000))
    assert window == Window(0, 0, 270, 270)


def test_context_shrinks_with_the_picture() -> None:
    """A tight picture has no room around the face: what there is is taken."""
    assert context_window(box(0, 0, 100, 100), (100, 100)) == Window(0, 0, 100, 100)
    assert context_window(box(10, 10, 110, 110), (150, 300)) == Window(0, 0, 150, 150)


@pytest.mark.parametrize("side", [40, 320, 900])
def test_a_crop_of_any_size_fits_the_input(side: int) -> None:
    chance = np.random.default_rng(1)
    crop = chance.integers(0, 256, (side, side // 2 + 10, 3), np.uint8)
    fitted = fit(crop, (320, 320))
    assert fitted.shape == (320, 320, 3)
    assert fitted.dtype == np.uint8
    assert abs(float(fitted.mean()) - float(crop.mean())) < 3
