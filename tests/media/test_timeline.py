"""Frames arrive in order and at their pace, whatever a clip says of its times."""

import pytest

from media.timeline import Arrivals, LeastOfLate, Sampler


def arrivals(start_s: float | None, *pts: float | None) -> list[float]:
    times = Arrivals(start_s, step_s=0.1)
    return [round(times.next(value), 6) for value in pts]


def test_frames_arrive_when_they_are_shown() -> None:
    assert arrivals(5.0, 5.0, 5.04, 5.5) == [0.0, 0.04, 0.5]


def test_a_clip_that_does_not_say_when_it_starts_starts_with_its_first_frame() -> None:
    assert arrivals(None, 7.0, 7.2) == [0.0, 0.2]


def test_frames_without_times_come_at_the_usual_pace() -> None:
    assert arrivals(None, None, None, None) == [0.0, 0.1, 0.2]


def test_the_first_time_that_is_there_joins_what_came_before() -> None:
    """A camera over RTSP gives its first frame no time."""
    assert arrivals(None, None, 40.0, 40.05, None) == [0.0, 0.1, 0.15, 0.25]


def test_time_that_runs_backwards_stands_still() -> None:
    assert arrivals(0.0, 0.0, 0.2, 0.1, 0.3) == [0.0, 0.2, 0.2, 0.3]


def test_a_frame_before_the_start_arrives_at_the_start() -> None:
    assert arrivals(1.0, 0.9, 1.1) == [0.0, 0.1]


@pytest.mark.parametrize("source_fps", [24, 25, 30, 50, 60])
@pytest.mark.parametrize("target_fps", [2, 5, 10, 15])
def test_a_lower_rate_is_kept_on_average(source_fps: int, target_fps: int) -> None:
    sampler = Sampler(target_fps)
    taken = [at / source_fps for at in range(source_fps * 10) if sampler.takes(at / source_fps)]
    assert len(taken) == pytest.approx(target_fps * 10, abs=1)


def test_after_a_gap_the_rate_is_not_exceeded_to_catch_up() -> None:
    sampler = Sampler(10)
    times = [0.0, *(5.0 + place / 100 for place in range(100))]
    assert sum(sampler.takes(at) for at in times) <= 12


def test_without_a_rate_every_frame_is_taken() -> None:
    sampler = Sampler(None)
    assert all(sampler.takes(at) for at in (0.0, 0.0, 0.001, 0.002))


def test_the_least_of_late_is_forgotten_after_a_minute() -> None:
    least = LeastOfLate()
    assert [least.heed(3.0, 0.0), least.heed(1.0, 5.0), least.heed(2.0, 20.0)] == [3.0, 1.0, 1.0]
    assert least.heed(4.0, 36.0) == 1.0
    assert least.heed(4.0, 67.0) == 4.0
