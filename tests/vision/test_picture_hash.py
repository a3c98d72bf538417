"""Near pictures have near fingerprints, other pictures have not."""

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg
from vision.picture_hash import HASH_BITS, grey_grid, hash_distance, picture_hash


@pytest.mark.parametrize("quality", [20, 50, 80])
def test_recompression_moves_few_bits(astronaut: ImageRGB, quality: int) -> None:
    again = decode_picture(encode_jpeg(astronaut, quality))
    assert hash_distance(picture_hash(astronaut), picture_hash(again)) <= 3


def test_another_size_moves_few_bits(astronaut: ImageRGB) -> None:
    smaller = np.asarray(cv2.resize(astronaut, (240, 240), interpolation=cv2.INTER_AREA), np.uint8)
    assert hash_distance(picture_hash(astronaut), picture_hash(smaller)) <= 3


def test_a_little_more_light_moves_few_bits(astronaut: ImageRGB) -> None:
    brighter = np.clip(astronaut.astype(int) * 1.1 + 5, 0, 255).astype(np.uint8)
    assert hash_distance(picture_hash(astronaut), picture_hash(brighter)) <= 6


def test_other_pictures_differ(astronaut: ImageRGB, portraits: Mapping[str, ImageRGB]) -> None:
    hashes = [picture_hash(image) for image in (astronaut, *portraits.values())]
    pairs = [(a, b) for place, a in enumerate(hashes) for b in hashes[place + 1 :]]
    assert min(hash_distance(a, b) for a, b in pairs) >= 12


def test_a_mirrored_picture_differs(astronaut: ImageRGB) -> None:
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    assert hash_distance(picture_hash(astronaut), picture_hash(mirrored)) >= 12


def test_a_flat_picture_has_a_fingerprint() -> None:
    assert 0 <= picture_hash(np.zeros((64, 64, 3), np.uint8)) < 2**HASH_BITS


def test_the_grid_is_the_picture_in_small() -> None:
    image = np.zeros((320, 640, 3), np.uint8)
    image[:, 320:] = 255
    grid = grey_grid(image)
    assert grid.shape == (32, 32)
    assert grid[:, :16].max() == 0
    assert grid[:, 16:].min() == 255
