"""What cameras and coders do to the pictures that the frame model learns from."""

import numpy as np
import pytest

from media.image import ImageRGB
from training.deepfake_cameras import film, h264, jpeg


@pytest.fixture(scope="module")
def scene(astronaut: ImageRGB) -> ImageRGB:
    return np.ascontiguousarray(astronaut[20:221, 120:321])


def difference(first: ImageRGB, second: ImageRGB) -> float:
    return float(np.abs(first.astype(np.float64) - second).mean())


def test_one_camera_takes_a_pair_alike(scene: ImageRGB) -> None:
    for seed in range(12):
        first, second = (film(scene, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(first, second)


def test_the_chain_is_drawn_without_a_look_at_the_picture(scene: ImageRGB) -> None:
    """A forged half must not be taken by another camera than its real half."""
    for seed in range(12):
        ours, theirs = np.random.default_rng(seed), np.random.default_rng(seed)
        film(scene, ours)
        film(scene[::-1], theirs)
        assert ours.random() == theirs.random()


def test_pictures_stay_square_pictures(scene: ImageRGB) -> None:
    sides = set()
    for seed in range(20):
        taken = film(scene, np.random.default_rng(seed))
        assert taken.dtype == np.uint8
        assert taken.shape[0] == taken.shape[1]
        sides.add(taken.shape[0])
    assert min(sides) >= 64
    assert len(sides) > 3


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_video_coder_keeps_the_picture_in_its_place(scene: ImageRGB, seed: int) -> None:
    coded = h264(scene, 20, np.random.default_rng(seed))
    assert coded.shape == (200, 200, 3)
    moved = np.roll(coded, (3, 3), (0, 1))
    assert difference(coded[:, :, 0], scene[:200, :200, 0]) < 6
    assert difference(coded, scene[:200, :200]) < difference(moved, scene[:200, :200])


def test_red_stays_red_in_every_coder() -> None:
    red = np.zeros((96, 96, 3), np.uint8)
    red[..., 0] = 200
    for coded in (h264(red, 20, np.random.default_rng(0)), jpeg(red, 90)):
        assert coded[..., 0].mean() > 180
        assert coded[..., 1:].mean() < 20


def test_a_stronger_coder_keeps_less(scene: ImageRGB) -> None:
    fine, coarse = (h264(scene, crf, np.random.default_rng(1))[:200] for crf in (18, 36))
    assert difference(fine, scene[:200, :200]) < difference(coarse, scene[:200, :200])
    assert difference(jpeg(scene, 95), scene) < difference(jpeg(scene, 30), scene)
