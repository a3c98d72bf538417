"""Frames are taken when something moves, and now and then when nothing does."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from branch_edge.sampling import SMALL_WIDTH, FrameSampler, SamplingSettings, shrunk
from media.decoded import Luma
from media.encoding import Encoding
from media.image import ImageRGB

HEIGHT, WIDTH = 270, 480
FPS = 25


@dataclass
class Picture:
    """A frame of which only brightness counts here."""

    brightness: Luma
    pts_s: float | None = None
    encoding: Encoding | None = None

    @property
    def size_wh(self) -> tuple[int, int]:
        return self.brightness.shape[1], self.brightness.shape[0]

    def luma(self) -> Luma:
        return self.brightness

    def image(self) -> ImageRGB:
        raise AssertionError("choosing a frame never asks for its colours")


@pytest.fixture(scope="module")
def room() -> Luma:
    """A room with edges and shades."""
    rng = np.random.default_rng(5)
    blocks = rng.integers(40, 220, (18, 32), dtype=np.uint8)
    return np.asarray(cv2.resize(blocks, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def with_person(room: Luma, left_px: int, size_px: int = 10) -> Luma:
    """Return the room with a head in it; the default is one of 40 pixels at 1080p."""
    picture = room.copy()
    head = picture[125 : 125 + size_px, left_px : left_px + size_px]
    head[:] = np.where(head < 128, head + 60, head - 60)
    return picture


def taken(
    pictures: list[Luma], sampler: FrameSampler | None = None, start_s: float = 0.0
) -> list[float]:
    """Return the times at which frames of a 25-a-second camera are taken."""
    sampler = sampler or FrameSampler(SamplingSettings())
    times = [start_s + place / FPS for place in range(len(pictures))]
    return [
        round(at_s, 2)
        for at_s, picture in zip(times, pictures, strict=True)
        if sampler.takes(Picture(picture), at_s)
    ]


def test_a_room_where_nothing_moves_is_looked_at_once_a_second(room: Luma) -> None:
    times = taken([room] * 250)
    # The first frame is news; after two seconds nothing was.
    assert len([at_s for at_s in times if at_s >= 3]) == 7


def test_grain_is_no_movement(room: Luma) -> None:
    rng = np.random.default_rng(1)
    noise = rng.integers(-12, 13, (5, HEIGHT, WIDTH), np.int16)  # Of 255, and in each pixel.
    grainy = [np.clip(room + noise[place % 5], 0, 255).astype(np.uint8) for place in range(150)]
    assert len([at_s for at_s in taken(grainy) if at_s >= 3]) == 3


@pytest.mark.parametrize("size_px", [10, 50])
def test_who_walks_in_is_looked_at_from_the_first_moment(room: Luma, size_px: int) -> None:
    empty, walking = [room] * 125, []
    for place in range(50):
        walking.append(with_person(room, 4 * place, size_px))
    times = taken(empty + walking)
    assert min(at_s for at_s in times if at_s >= 5) <= 5.2
    assert len([at_s for at_s in times if 5.2 <= at_s < 7]) >= 8


def test_who_stands_still_is_looked_at_for_a_while(room: Luma) -> None:
    times = taken([room] * 125 + [with_person(room, 225)] * 150)
    assert len([at_s for at_s in times if 5.3 <= at_s < 7.1]) >= 8
    assert len([at_s for at_s in times if 8 <= at_s]) == 3


def test_the_rate_can_be_changed_while_it_runs(room: Luma) -> None:
    sampler = FrameSampler(SamplingSettings(target_fps=5))
    moving = [with_person(room, 8 * place) for place in range(50)]
    assert len(taken(moving, sampler)) == 10
    sampler.target_fps = 12.5
    assert len(taken(moving, sampler, start_s=2.0)) in (25, 26)
    assert sampler.target_fps == 12.5


def test_frames_that_somebody_waits_for_come_though_nothing_moves(room: Luma) -> None:
    sampler = FrameSampler(SamplingSettings(target_fps=12.5))
    taken([room] * 100, sampler)
    sampler.idle_fps = 12.5
    assert len(taken([room] * 50, sampler, start_s=4.0)) >= 24


def test_a_camera_that_changes_its_size_is_looked_at(room: Luma) -> None:
    portrait = np.ascontiguousarray(room.T)
    times = taken([room] * 125 + [portrait] * 25)
    assert len([at_s for at_s in times if at_s >= 5]) >= 5


def test_what_is_compared_is_small(room: Luma) -> None:
    assert shrunk(room).shape == (54, SMALL_WIDTH)
    assert shrunk(np.zeros((50, 4000), np.uint8)).shape == (1, SMALL_WIDTH)


@pytest.mark.parametrize("settings", [{"target_fps": 0}, {"idle_fps": -1}, {"hold_s": -0.1}])
def test_senseless_rates_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="got"):
        SamplingSettings(**settings)
