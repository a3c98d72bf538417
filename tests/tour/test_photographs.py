from collections.abc import Mapping
from itertools import pairwise

import cv2
import numpy as np
import pytest

from base.errors import PictureTooLargeError
from media.image import ImageRGB
from media.pictures import decode_picture
from tour import photographs
from vision.assembly import FacePipeline


@pytest.mark.parametrize("seat", photographs.SEATS_XYXY)
def test_each_portrait_shows_one_person(
    seat: str, portraits: Mapping[str, ImageRGB], pipeline: FacePipeline
) -> None:
    assert len(pipeline.analyzer.detect(portraits[seat])) == 1


def test_the_room_is_empty(pipeline: FacePipeline) -> None:
    assert not pipeline.analyzer.detect(photographs.empty_room())


def test_copies_are_pictures_of_their_own(portraits: Mapping[str, ImageRGB]) -> None:
    """A probe that is the very file that was enrolled would prove nothing."""
    original = portraits["seat-6"]
    for copy in (
        photographs.reshot(original),
        photographs.turned(original),
        decode_picture(photographs.compressed(original)),
    ):
        assert copy.shape == original.shape
        assert np.abs(copy.astype(int) - original.astype(int)).mean() > 1


def test_a_copy_is_the_same_every_time(astronaut: ImageRGB) -> None:
    assert np.array_equal(photographs.reshot(astronaut), photographs.reshot(astronaut))


def test_the_bomb_is_small_and_claims_to_be_large() -> None:
    bomb = photographs.oversized_png()
    assert len(bomb) < 300
    with pytest.raises(PictureTooLargeError):
        decode_picture(bomb)


def test_a_picture_that_no_package_carries_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="insightface carries no data/nothing"):
        photographs.shipped_file("insightface", "data/nothing.jpg")


def test_a_person_hides_the_portrait() -> None:
    assert repr(photographs.people()[0]) == "Person(id='seat-1', portrait=<hidden>)"


def test_a_photograph_of_a_screen_still_shows_the_face_and_the_screens_grid(
    pipeline: FacePipeline, portraits: Mapping[str, ImageRGB]
) -> None:
    portrait = portraits["seat-6"]
    screen = photographs.rephotographed(portrait)
    assert len(pipeline.analyzer.detect(screen)) == 1
    grown = np.asarray(cv2.resize(portrait, screen.shape[1::-1]), np.uint8)
    # The stripes put energy next to the highest frequencies, where a portrait has next to none.
    assert fine_energy(screen) > 5 * fine_energy(grown)


def fine_energy(image: ImageRGB) -> float:
    """Return the power of the finest detail in the middle of a picture's green channel."""
    middle = image[140:340, 140:340, 1].astype(np.float32)
    power = np.abs(np.fft.rfft2(middle - middle.mean())) ** 2
    return float(power[:, 50:].mean())


def test_a_print_in_a_hand_moves_and_never_repeats(portraits: Mapping[str, ImageRGB]) -> None:
    portrait = photographs.place(portraits["seat-6"])
    frames = [photographs.held_up(portrait, number / 15).astype(int) for number in range(30)]
    steps = [np.abs(after - before).mean() for before, after in pairwise(frames)]
    assert min(steps) > 1
    assert np.array_equal(photographs.held_up(portrait, 0.5), photographs.held_up(portrait, 0.5))
