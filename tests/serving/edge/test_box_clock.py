"""By how much a box is ahead, as its answers tell."""

from datetime import timedelta

import pytest

from base.errors import InvalidArgumentError
from serving.edge.box_clock import PROBE_EVERY_S, BoxClock
from tests.support.galleries import ManualClock


def answer(box: BoxClock, clock: ManualClock, ahead_s: float, way_s: float, back_s: float) -> None:
    """Let a probe take `way_s` to the box and its answer `back_s` from it."""
    number = box.ask()
    clock.advance(way_s)
    box_time = clock.now() + timedelta(seconds=ahead_s)
    clock.advance(back_s)
    box.answer(number, box_time)


def test_the_answer_with_the_least_round_trip_counts(clock: ManualClock) -> None:
    box = BoxClock(clock)
    assert box.offset_s is None
    answer(box, clock, 3600, 0.4, 0.0)
    assert box.offset_s == pytest.approx(3600.2)  # All of it on the way there, which nobody knows.
    answer(box, clock, 3600, 0.01, 0.01)
    answer(box, clock, 3600, 0.0, 0.3)
    assert box.offset_s == pytest.approx(3600, abs=1e-6)
    assert box.to_server(clock.now() + timedelta(seconds=3590)) == clock.now() - timedelta(
        seconds=10
    )


def test_no_time_is_later_than_now(clock: ManualClock) -> None:
    box = BoxClock(clock)
    answer(box, clock, 0, 0.01, 0.01)
    assert box.to_server(clock.now() + timedelta(days=1)) == clock.now()


def test_a_clock_that_was_set_is_believed_at_once(clock: ManualClock) -> None:
    """Old answers of a quick line would have outvoted the new ones for five minutes."""
    box = BoxClock(clock)
    for _ in range(5):
        answer(box, clock, 3600, 0.001, 0.001)
    answer(box, clock, 0, 0.05, 0.05)
    assert box.offset_s == pytest.approx(0, abs=1e-6)


def test_a_clock_that_drifts_is_followed(clock: ManualClock) -> None:
    box = BoxClock(clock)
    for step in range(12):
        answer(box, clock, step / 100, 0.01, 0.01)
    assert box.offset_s is not None
    assert 0.02 <= box.offset_s <= 0.11  # One of the ten that are kept.


def test_three_probes_are_quick_and_then_one_in_half_a_minute(clock: ManualClock) -> None:
    box = BoxClock(clock)
    for _ in range(3):
        assert box.due_s() == 0
        answer(box, clock, 0, 0.01, 0.01)
    assert box.due_s() == PROBE_EVERY_S
    clock.advance(PROBE_EVERY_S)
    assert box.due_s() == 0


def test_an_answer_to_no_question_is_refused(clock: ManualClock) -> None:
    box = BoxClock(clock)
    with pytest.raises(InvalidArgumentError):
        box.answer(1, clock.now())
    number = box.ask()
    with pytest.raises(InvalidArgumentError):
        box.answer(number + 1, clock.now())
