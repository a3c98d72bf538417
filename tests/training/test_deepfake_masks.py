"""Where forgeries lie in a face."""

import numpy as np
import pytest

from training.deepfake_masks import LIPS, OVAL, REGIONS, bend, draw_mask, draw_region, hull_mask
from vision.geometry import Floats

SIDE = 120


@pytest.fixture(scope="module")
def points() -> Floats:
    """A face of 100 pixels whose landmarks lie on its oval, its lips on a small circle below."""
    placed = np.full((478, 2), 60, np.float32)
    for places, middle, reach in ((OVAL, (60, 60), 50), (LIPS, (60, 85), 10)):
        turns = np.linspace(0, 2 * np.pi, len(places), endpoint=False)
        around = np.column_stack([np.sin(turns), -np.cos(turns)])
        placed[list(places)] = np.array(middle) + reach * around
    return placed


def test_every_region_lies_in_the_face(points: Floats) -> None:
    whole = hull_mask(points, SIDE, "whole")
    for name in REGIONS:
        mask = hull_mask(points, SIDE, name)
        assert set(np.unique(mask)) <= {0, 1}
        assert not (mask * (1 - whole)).any(), name


def test_a_mouth_is_forged_around_the_lips_alone(points: Floats) -> None:
    mouth = hull_mask(points, SIDE, "mouth")
    assert mouth[85, 60] == 1
    assert mouth[60, 60] == 0
    assert 200 < mouth.sum() < 450


def test_regions_come_as_often_as_their_shares_say() -> None:
    chance = np.random.default_rng(1)
    drawn = [draw_region(chance) for _ in range(3000)]
    total = sum(share for share, _ in REGIONS.values())
    for name, (share, _) in REGIONS.items():
        assert drawn.count(name) / 3000 == pytest.approx(share / total, abs=0.03)


def test_a_mask_is_soft_and_of_this_face(points: Floats) -> None:
    masks = [draw_mask(points, SIDE, np.random.default_rng(seed)) for seed in range(30)]
    for mask in masks:
        assert mask.shape == (SIDE, SIDE)
        assert 0 <= mask.min() <= mask.max() <= 1
        assert mask[:3].max() < 0.5
    soft = [float(((mask > 0.05) & (mask < 0.95)).sum()) for mask in masks]
    assert np.median(soft) > 100
    assert not np.array_equal(masks[0], masks[1])


def test_bending_moves_no_light_in_or_out_on_the_whole() -> None:
    chance = np.random.default_rng(5)
    picture = np.zeros((80, 80), np.float32)
    picture[30:50, 30:50] = 1
    bent = bend(picture, 2.0, chance)
    assert not np.array_equal(bent, picture)
    assert bent.sum() == pytest.approx(400, rel=0.35)
