"""Counts without identity: never below zero, late ones in their hour, unknown is not empty."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.flow import FlowSpan, LineCount, ZoneCount
from lobby.flow_book import FlowBook
from lobby.flow_minutes import FlowMinute, heat_of, hours_of
from lobby.seen import CameraRef
from tests.lobby.made import DOOR, HALL, START, at
from vision.scene import ZoneKind

SHANGHAI = ZoneInfo("Asia/Shanghai")


def span(
    when: float,
    came: int = 0,
    went: int = 0,
    persons: int = 0,
    stays: tuple[float, ...] = (),
    camera: CameraRef = DOOR,
    is_late: bool = False,
    longest: float | None = None,
    heat: tuple[int, ...] = (),
) -> FlowSpan:
    zone = ZoneCount("queue", ZoneKind.QUEUE, persons, persons, 2.0 * persons, longest, stays)
    return FlowSpan(
        camera,
        at(when),
        2.0,
        (LineCount("entrance", came, went),),
        (zone,),
        persons,
        2 if heat else 0,
        heat,
        is_late,
    )


def test_now_is_the_newest_count_of_each_camera() -> None:
    flow = FlowBook(SHANGHAI)
    flow.take(span(0, came=2, persons=5))
    flow.take(span(2, came=1, went=1, persons=3, longest=40.0))
    flow.take(span(2, persons=1, camera=HALL))
    now = flow.now(at(4))
    assert [(zone.place.camera, zone.person_count) for zone in now.zones] == [(DOOR, 3), (HALL, 1)]
    assert now.zones[0].longest_stay_s == 40.0
    assert (now.in_count, now.out_count, now.counted_at) == (3, 1, at(4))


def test_a_zone_that_nobody_counts_any_more_is_unknown_and_not_empty() -> None:
    flow = FlowBook(SHANGHAI)
    flow.take(span(0, persons=5))
    assert flow.now(at(17)).zones
    assert flow.now(at(18)).zones == ()


def test_late_counts_are_added_and_do_not_change_now() -> None:
    flow = FlowBook(SHANGHAI)
    flow.take(span(100, came=1, persons=2))
    minute = flow.take(span(0, came=4, persons=9, is_late=True))
    assert (minute.start_at, minute.in_count) == (START, 4)
    now = flow.now(at(103))
    assert now.in_count == 5
    assert now.zones[0].person_count == 2


def test_disordered_counts_do_not_turn_now_back() -> None:
    flow = FlowBook(SHANGHAI)
    flow.take(span(4, persons=2))
    flow.take(span(2, persons=9))
    assert flow.now(at(6)).zones[0].person_count == 2


def test_the_mean_stay_is_that_of_the_last_quarter_of_an_hour() -> None:
    flow = FlowBook(SHANGHAI)
    flow.take(span(0, stays=(1000.0,)))
    flow.take(span(100, stays=(60.0, 120.0)))
    flow.take(span(905))
    assert flow.now(at(907)).zones[0].mean_stay_s == pytest.approx(90.0)
    flow.take(span(1100))
    assert flow.now(at(1100)).zones[0].mean_stay_s is None


def test_a_day_begins_at_midnight_of_the_branch() -> None:
    """09:00 UTC is 17:00 in Shanghai; its midnight is at 16:00 UTC."""
    flow = FlowBook(SHANGHAI)
    flow.take(span(0, came=7))
    midnight = 7 * 3600
    assert flow.now(at(midnight - 1)).in_count == 7
    assert flow.now(at(midnight)).in_count == 0
    flow.take(span(midnight + 10, came=1))
    flow.take(span(100, came=5, is_late=True))
    assert flow.now(at(midnight + 12)).in_count == 1


def test_a_restart_goes_on_with_todays_counts() -> None:
    flow = FlowBook(SHANGHAI)
    minutes = [flow.take(span(n, came=1)) for n in range(0, 300, 2)]
    fresh = FlowBook(SHANGHAI)
    fresh.restore(minutes)
    assert fresh.now(at(300)).in_count == 150
    assert fresh.now(at(300)).zones == ()


def test_spans_of_a_minute_add_up() -> None:
    first = FlowMinute.of(span(10, came=1, persons=2, stays=(30.0,), heat=(1, 2, 3, 4)))
    both = first.plus(FlowMinute.of(span(12, went=2, persons=5, stays=(90.0,), heat=(1, 1, 1, 1))))
    zone = both.zones["queue"]
    assert (both.start_at, both.covered_s, both.in_count, both.out_count) == (START, 4.0, 1, 2)
    assert (zone.person_s, zone.max_person_count) == (14.0, 5)
    assert (zone.stay_count, zone.stay_s, zone.max_stay_s) == (2, 120.0, 90.0)
    assert both.heat_tenths == (2, 3, 4, 5)


def test_another_minute_cannot_be_added() -> None:
    with pytest.raises(ValueError, match="cannot be added"):
        FlowMinute.of(span(0)).plus(FlowMinute.of(span(60)))


def test_hours_are_those_of_the_branchs_clock() -> None:
    india = ZoneInfo("Asia/Kolkata")
    minutes = [FlowMinute.of(span(n, came=1, persons=2, stays=(10.0,))) for n in (0, 1790, 1810)]
    first, second = hours_of(minutes, india)
    assert first.start_at == START - timedelta(minutes=30)
    assert (first.in_count, second.in_count) == (2, 1)
    assert first.zones[0].mean_person_count == pytest.approx(2.0)
    assert first.zones[0].mean_stay_s == pytest.approx(10.0)
    assert first.coverage == pytest.approx(4 / 3600)


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    """Clocks were put back at 01:00 UTC; both are 02:00 in Berlin."""
    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    minutes = [FlowMinute(DOOR, night + timedelta(hours=n), 2.0, 1, 0) for n in (0, 1)]
    assert len(hours_of(minutes, ZoneInfo("Europe/Berlin"))) == 2


def test_a_camera_that_told_nothing_lowers_the_coverage() -> None:
    minutes = [FlowMinute(DOOR, at(60 * n), 60.0) for n in range(60)]
    assert hours_of(minutes, SHANGHAI)[0].coverage == 1.0
    assert hours_of(minutes, SHANGHAI, [DOOR, HALL])[0].coverage == 0.0


def test_a_zone_without_a_stay_has_no_mean() -> None:
    (hour,) = hours_of([FlowMinute.of(span(0))], SHANGHAI)
    assert hour.zones[0].mean_stay_s is None
    assert hour.zones[0].max_stay_s is None


def test_heat_is_told_in_person_seconds_by_camera() -> None:
    spans = [span(0, heat=(10, 0, 5, 5)), span(90, heat=(10, 0, 0, 0)), span(0, camera=HALL)]
    (heat,) = heat_of(FlowMinute.of(one) for one in spans)
    assert (heat.camera, heat.columns, heat.cells) == (DOOR, 2, (2.0, 0.0, 0.5, 0.5))


def test_a_grid_that_changed_is_not_added_to_the_old_one() -> None:
    wide = FlowMinute(DOOR, at(60), heat_columns=3, heat_tenths=(1, 1, 1))
    (heat,) = heat_of([FlowMinute.of(span(0, heat=(9, 9, 9, 9))), wide])
    assert (heat.columns, heat.cells) == (3, (0.1, 0.1, 0.1))


@pytest.mark.parametrize("count", [-1, float("inf"), float("nan")])
def test_no_count_is_below_zero(count: float) -> None:
    with pytest.raises(ValueError, match="below zero"):
        ZoneCount("queue", ZoneKind.QUEUE, 0, 0, count)
    with pytest.raises(ValueError, match="below zero"):
        LineCount("entrance", 0, -1)


def test_heat_whose_rows_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="not full"):
        span(0, heat=(1, 2, 3))


def test_memory_is_bounded() -> None:
    flow = FlowBook(SHANGHAI)
    for number in range(400):
        flow.take(span(number, persons=1, camera=CameraRef("box", f"c{number}")))
    assert len(flow.now(at(401)).zones) <= 256


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 3), st.booleans()), max_size=30))
@settings(max_examples=60, deadline=None)
def test_in_whatever_order_spans_come_the_day_adds_up(told: list[tuple[int, int, bool]]) -> None:
    flow = FlowBook(SHANGHAI)
    minutes = [flow.take(span(when, came=n, is_late=late)) for when, n, late in told]
    total = sum(n for _, n, _ in told)
    assert flow.now(at(700)).in_count == total
    assert sum(hour.in_count for hour in hours_of(minutes, SHANGHAI)) == total


@pytest.mark.parametrize("length_s", [-1.0, 3601.0])
def test_a_span_of_no_possible_length_is_refused(length_s: float) -> None:
    with pytest.raises(ValueError, match="a span lasts"):
        FlowSpan(DOOR, START, length_s)


def test_a_span_without_length_or_heat_counts_all_the_same() -> None:
    minute = FlowMinute.of(FlowSpan(DOOR, START, 0.0, (LineCount("e", 1, 0),), heat_columns=32))
    assert minute.in_count == 1
    assert heat_of([minute]) == ()
    assert hours_of([minute], SHANGHAI)[0].coverage == 0.0
