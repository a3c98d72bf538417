import pytest

from deepfake.windows import (
    MAX_UNFIT_VIEWS,
    MIN_WINDOW_VIEWS,
    Unjudged,
    WindowWatch,
    multiplicity_llr,
)


def watch_of(logits: list[float], step_s: float = 0.25) -> WindowWatch:
    watch = WindowWatch()
    for place, logit in enumerate(logits):
        watch.push(logit, 1.0, place * step_s)
    watch.close()
    return watch


def test_the_part_that_looks_most_forged_is_found() -> None:
    worst = watch_of([-4.0] * 20 + [6.0] * 8 + [-4.0] * 20).worst
    assert worst is not None
    assert worst.logit == pytest.approx(6.0, abs=2.5)
    assert 4.0 <= worst.start_s <= 6.0
    assert worst.end_s - worst.start_s <= 2.0


def test_every_second_begins_a_window() -> None:
    assert watch_of([0.0] * 4 * 10).count == 9


def test_few_views_are_no_window() -> None:
    assert watch_of([5.0] * (MIN_WINDOW_VIEWS - 1)).worst is None
    assert watch_of([5.0] * 30, step_s=0.6).worst is None


def test_a_long_clip_takes_no_more_memory() -> None:
    watch = WindowWatch()
    for place in range(10_000):
        watch.push(0.0, 1.0, place * 0.01)
    assert len(watch._kept) <= 64


def test_as_many_parts_ask_for_as_many_times_the_evidence() -> None:
    assert multiplicity_llr(1) == 0.0
    assert multiplicity_llr(0) == 0.0
    assert multiplicity_llr(20) > multiplicity_llr(10) > 2.0


def test_the_longest_part_that_could_not_be_judged_is_known() -> None:
    watch = watch_of([0.0] * 8)
    for place in range(8, 24):
        watch.skip(place * 0.25)
    for place in range(24, 32):
        watch.push(0.0, 1.0, place * 0.25)
    watch.close()
    watch.skip(8.0)
    assert watch.unjudged == Unjudged(16, 2.0, 5.75)


def test_a_glance_aside_now_and_then_hides_no_part() -> None:
    watch = WindowWatch()
    for place in range(80):
        time_s = place * 0.25
        if place % 4:
            watch.push(0.0, 1.0, time_s)
        else:
            watch.skip(time_s)
    assert watch.unjudged is not None
    assert watch.unjudged.view_count < MAX_UNFIT_VIEWS / 2
