"""What pictures go through before they teach: repeatable, bounded, and colour left alone."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from evaluation.pad.manifest import Presentation
from media.image import ImageRGB
from media.pictures import encode_png
from training.lfw import half_of
from training.pad_photographs import LEARNING_HALF, photographs, synthetic
from training.pad_rows import PadRow, find_faces, sources_of
from training.pad_synthetic import as_live, as_screen
from training.pad_trials import framing
from training.pad_views import (
    SIZE_HW,
    disturb,
    judged,
    judged_context,
    judged_whole,
    judged_wide,
    teaching,
)
from vision.assembly import FacePipeline

SHAPE = (*SIZE_HW, 3)


@pytest.fixture
def portrait(portraits: Mapping[str, ImageRGB]) -> ImageRGB:
    return next(iter(portraits.values()))


@pytest.fixture
def row(tmp_path: Path, portrait: ImageRGB, pipeline: FacePipeline) -> PadRow:
    path = tmp_path / "portrait.png"
    path.write_bytes(encode_png(portrait))
    one = Presentation(path, is_live=True, species="", source="somewhere")
    return find_faces([one], pipeline.detector, tmp_path / "faces.json")[0]


def test_a_face_is_found_once_and_remembered(
    row: PadRow, tmp_path: Path, pipeline: FacePipeline
) -> None:
    cache = tmp_path / "faces.json"
    stored = json.loads(cache.read_text())
    assert stored == {row.digest: list(row.box_xyxy or ())}
    cache.write_text(json.dumps({row.digest: [1.0, 2.0, 30.0, 40.0]}))
    one = Presentation(row.path, is_live=False, species="screen", source="b")
    again = find_faces([one, one], pipeline.detector, cache)
    assert [each.box_xyxy for each in again] == [(1.0, 2.0, 30.0, 40.0)] * 2
    assert sources_of((*again, row)) == ("b", "somewhere")


def test_a_picture_without_a_face_is_a_tight_crop_itself(
    tmp_path: Path, pipeline: FacePipeline
) -> None:
    path = tmp_path / "grey.png"
    path.write_bytes(encode_png(np.full((80, 60, 3), 120, np.uint8)))
    one = Presentation(path, is_live=True, species="", source="a")
    blank = find_faces([one], pipeline.detector, tmp_path / "faces.json")[0]
    assert blank.box_xyxy is None
    np.testing.assert_array_equal(judged(blank), judged_whole(blank))


def test_a_face_is_judged_as_it_is_taught(row: PadRow) -> None:
    assert judged(row).shape == judged_wide(row).shape == judged_whole(row).shape == SHAPE
    assert judged_context(row).shape == (128, 128, 3)
    views = [teaching(number) for number in (0, 1)]
    for view in views:
        np.testing.assert_array_equal(view(row), view(row))
    assert not np.array_equal(views[0](row), views[1](row))


def test_teaching_leaves_colour_alone() -> None:
    flat = np.full((200, 150, 3), (200, 150, 120), np.uint8)
    for seed in range(20):
        taught = disturb(flat, np.random.default_rng(seed))
        assert taught.shape != flat.shape
        np.testing.assert_allclose(taught.reshape(-1, 3).mean(axis=0), (200, 150, 120), atol=1)


def test_screens_lose_red_on_the_whole_and_photographs_do_not(portrait: ImageRGB) -> None:
    def redness(image: ImageRGB) -> float:
        return float(np.log(image[..., 0].mean() / image[..., 2].mean()))

    screens = [as_screen(portrait, np.random.default_rng(seed)) for seed in range(60)]
    lives = [as_live(portrait, np.random.default_rng(seed)) for seed in range(60)]
    own = redness(portrait)
    assert np.mean([redness(image) for image in screens]) < own - 0.05
    assert abs(np.mean([redness(image) for image in lives]) - own) < 0.05
    assert all(image.dtype == np.uint8 and image.shape == portrait.shape for image in screens)


@pytest.mark.parametrize("change", [as_live, as_screen])
def test_what_is_made_is_made_again(change, row: PadRow) -> None:  # type: ignore[no-untyped-def]
    view = synthetic(3, change)
    np.testing.assert_array_equal(view(row), view(row))
    assert view(row).shape == SHAPE
    assert not np.array_equal(view(row), synthetic(4, change)(row))


def test_photographs_are_of_people_of_the_learning_half(tmp_path: Path) -> None:
    names = [f"Person_{number}" for number in range(20)]
    for name in names:
        (tmp_path / name).mkdir()
        for number in (2, 1):
            path = tmp_path / name / f"{name}_{number:04d}.jpg"
            cv2.imwrite(str(path), np.zeros((8, 8, 3), np.uint8))
    (tmp_path / "pairs.txt").write_text("")
    chosen = photographs(tmp_path)
    assert {one.path.parent.name for one in chosen} == {
        name for name in names if half_of(name) == LEARNING_HALF
    }
    assert all(one.path.name.endswith("_0001.jpg") for one in chosen)


def test_framing_counts_tight_crops_alone(row: PadRow) -> None:
    image = row.read()
    width, height = image.shape[1], image.shape[0]
    tight = replace(row, box_xyxy=(0.1 * width, 0.0, 0.9 * width, 1.0 * height))
    wide = replace(row, box_xyxy=(0.4 * width, 0.4 * height, 0.6 * width, 0.6 * height))
    said = framing([tight, wide, replace(row, box_xyxy=None)])
    assert "1 tight crops: 0.10 from the left, 0.00 from the top, to 0.90 across" in said
