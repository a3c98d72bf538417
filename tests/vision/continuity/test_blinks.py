"""Lids tell which way time runs."""

import pytest

from decision.findings import Finding, Weight
from vision.continuity.blinks import BlinkWatch
from vision.continuity.motion import FaceMotion

FPS = 20.0


def lids(blinks: list[tuple[float, float, float]], seconds: float = 8.0) -> list[float]:
    """Return eye openings; each blink is when it begins, how long it falls, how long it rises."""
    openings = []
    for step in range(int(seconds * FPS)):
        opening = 0.3
        for begin_s, fall_s, rise_s in blinks:
            since_s = step / FPS - begin_s
            if 0 <= since_s < fall_s:
                opening = 0.3 * (1 - since_s / fall_s)
            elif fall_s <= since_s < fall_s + rise_s:
                opening = 0.3 * (since_s - fall_s) / rise_s
        openings.append(opening)
    return openings


def watch(openings: list[float], fps: float = FPS) -> tuple[BlinkWatch, list[Finding]]:
    blinks, found = BlinkWatch(), []
    for step, opening in enumerate(openings):
        motion = FaceMotion(step / fps, 0, 0, 0, opening, 0, 0, 1, 0, 0)
        found.append(blinks.push(motion, step))
    return blinks, [finding for finding in found if finding]


NATURAL = [(2.0, 0.1, 0.25), (4.0, 0.1, 0.2), (6.0, 0.15, 0.3)]


def test_natural_blinks_run_forwards() -> None:
    blinks, found = watch(lids(NATURAL))
    assert blinks.count == 3
    assert blinks.log_ratio_sum > 1.2
    assert not found


def test_reversed_ones_hold_the_decision() -> None:
    _, found = watch(lids(NATURAL)[::-1])
    assert found[0].code == "CLIP_REVERSED"
    assert found[0].weight is Weight.HOLDS


def test_one_blink_is_not_enough() -> None:
    assert not watch(lids([(2.0, 0.3, 0.1)]))[1]


@pytest.mark.parametrize("slow", [(2.0, 0.5, 0.2), (2.0, 0.2, 0.9)])
def test_eyes_that_close_on_purpose_are_not_timed(slow: tuple[float, float, float]) -> None:
    assert watch(lids([slow, (5.0, 0.6, 0.3)]))[0].count == 0


def test_lids_are_not_timed_at_rates_that_miss_them() -> None:
    assert watch(lids(NATURAL)[::-1][::3], FPS / 3)[0].count == 0


@pytest.mark.parametrize("late_s", [0.0, 0.035])
def test_lids_are_not_timed_by_frames_that_came_unevenly(late_s: float) -> None:
    """Waits on the way stretched some falls, and people were held for running backwards."""
    blinks = BlinkWatch()
    for step, opening in enumerate(lids(NATURAL)):
        time_s = step / FPS + late_s * (step % 2)
        blinks.push(FaceMotion(time_s, 0, 0, 0, opening, 0, 0, 1, 0, 0), step)
    assert blinks.count == (0 if late_s else 3)


def test_half_a_blink_at_a_gap_is_none() -> None:
    openings = lids(NATURAL)
    blinks = BlinkWatch()
    for step, opening in enumerate(openings):
        gap_s = 1.0 if step > 2.1 * FPS else 0.0
        blinks.push(FaceMotion(step / FPS + gap_s, 0, 0, 0, opening, 0, 0, 1, 0, 0), step)
    assert blinks.count == 2
