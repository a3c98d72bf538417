"""A camera that is covered, dark or out of focus says so, once it has been for a while."""

import cv2
import numpy as np
import pytest

from branch_edge.sampling import shrunk
from branch_edge.sources.view import BLANK, BLURRED, DARK, ViewWatch
from decision.outcome import Reason
from media.decoded import Luma
from media.pictures import decode_picture

STEP_S = 0.5  # Between two looks.


@pytest.fixture(scope="module")
def table(table_photograph: bytes) -> Luma:
    """Six people at a table, as small as sharpness is rated."""
    grey = cv2.cvtColor(decode_picture(table_photograph), cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (480, 332), interpolation=cv2.INTER_AREA), np.uint8)


class Camera:
    """A view that is watched."""

    def __init__(self) -> None:
        self.watch = ViewWatch(settle_s=5.0)
        self._at_s = 100.0

    def shows(self, luma: Luma, for_s: float, step_s: float = STEP_S) -> list[Reason | None]:
        """Return what the watch says after each change."""
        changes = []
        small = shrunk(luma)
        for _ in range(round(for_s / step_s)):
            self._at_s += step_s
            if self.watch.see(luma, small, self._at_s):
                changes.append(self.watch.cover)
        return changes


def hand(table: Luma) -> Luma:
    """Return what a camera shows through a hand: a warm even grey with grain."""
    rng = np.random.default_rng(3)
    return np.clip(90 + rng.integers(-6, 7, table.shape), 0, 255).astype(np.uint8)


def test_a_clear_view_is_no_news(table: Luma) -> None:
    assert Camera().shows(table, 120) == []


@pytest.mark.parametrize("way", ["black", "night", "hand"])
def test_a_covered_camera_is_told_after_five_seconds_and_when_it_is_clear(
    table: Luma, way: str
) -> None:
    cover = {"black": np.zeros_like(table), "night": table // 14, "hand": hand(table)}[way]
    camera = Camera()
    camera.shows(table, 10)
    assert camera.shows(cover, 4.5) == []
    assert camera.shows(cover, 2) == [BLANK if way == "hand" else DARK]
    assert camera.shows(table, 4.5) == []
    assert camera.shows(table, 2) == [None]


def test_somebody_who_passes_close_by_is_no_cover(table: Luma) -> None:
    camera = Camera()
    camera.shows(table, 10)
    for _ in range(5):
        assert camera.shows(hand(table), 3) + camera.shows(table, 3) == []


def test_a_lamp_in_a_dark_room_is_a_view(table: Luma) -> None:
    night = table // 14
    night[100:160, 200:300] = 150
    assert Camera().shows(night, 20) == []


def test_a_camera_that_lost_its_focus_is_told_once_its_usual_view_is_known(table: Luma) -> None:
    soft = np.asarray(cv2.GaussianBlur(table, (0, 0), 6), np.uint8)
    camera = Camera()
    assert camera.shows(soft, 20) == []
    camera = Camera()
    camera.shows(table, 90)
    assert camera.shows(soft, 10) == [BLURRED]
    assert camera.shows(table, 10) == [None]


def test_a_camera_that_was_turned_to_a_plainer_view_has_a_new_usual_one(table: Luma) -> None:
    plain = np.asarray(cv2.GaussianBlur(table, (0, 0), 2.2), np.uint8)
    camera = Camera()
    camera.shows(table, 90)
    assert camera.shows(plain, 3600 * 2, step_s=30) == [BLURRED, None]
