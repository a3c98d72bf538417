"""Sound is placed where it was made, however long it waited."""

import numpy as np
import pytest

from kyc.sound_place import SoundPlace
from media.frame import Frame, SoundChunk


def frame(pts_s: float | None, came_s: float) -> Frame:
    return Frame(np.zeros((4, 4, 3), np.uint8), 0, pts_s, None, came_s)


def chunk(pts_s: float | None, came_s: float) -> SoundChunk:
    return SoundChunk(np.zeros(3200, np.float32), 16_000, 0, pts_s, None, came_s)


@pytest.mark.parametrize(
    ("pts_s", "came_s", "begun_s"),
    [
        (2.0, 102.7, 102.1),
        (None, 102.7, 102.5),
        (2.0, 109.0, 108.8),
        (3.5, 102.7, 102.5),
    ],
    ids=["by the sender's clock", "by its arrival", "far too late", "before it was made"],
)
def test_sound_is_placed_by_its_first_sample(
    pts_s: float | None, came_s: float, begun_s: float
) -> None:
    place = SoundPlace()
    for made_s, delay_s in ((0.0, 0.4), (0.1, 0.1), (0.2, 0.3)):
        place.see(frame(made_s, 100 + made_s + delay_s))
    assert place.place(chunk(pts_s, came_s)).received_monotonic_s == pytest.approx(begun_s)


def test_without_pictures_arrival_is_all_there_is() -> None:
    assert SoundPlace().place(chunk(2.0, 50.0)).received_monotonic_s == pytest.approx(49.8)
