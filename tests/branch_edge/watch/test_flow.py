"""Lines, zones and spans of one camera, from people who walk as they are told."""

from datetime import timedelta

import numpy as np
import pytest

from branch_edge.news import FlowNews
from branch_edge.watch.flow import MISSING_S, FlowCounter
from branch_edge.watch.people import Someone
from branch_edge.watch.stays import Stay
from tests.branch_edge.watch.conftest import BEGUN_AT
from vision.scene import CameraScene, CountingLine, Zone, ZoneKind

SIZE_WH = (1000, 600)
LOWER = Zone("lower", ZoneKind.QUEUE, ((0, 0.5), (1, 0.5), (1, 1), (0, 1)))
# Across the picture from left to right: its right side is the lower half.
DOOR = CountingLine("door", (0, 0.5), (1, 0.5))
SCENE = CameraScene(version=3, zones=(LOWER,), lines=(DOOR,))
STEP_S = 0.2


class Walk:
    """Some people, and a counter that watches where they are put."""

    def __init__(self, scene: CameraScene = SCENE) -> None:
        self.stays: list[Stay] = []
        self.counter = FlowCounter(scene, on_stay=self.stays.append)
        self.people: dict[int, Someone] = {}
        self.at_s = 0.0

    def step(
        self, step_s: float = STEP_S, **feet: tuple[float, float]
    ) -> dict[int, tuple[str, ...]]:
        """One frame: where each one's feet are; who is not named was not seen."""
        seen_at = BEGUN_AT + timedelta(seconds=self.at_s)
        for one in self.people.values():
            one.unseen_s += step_s
        for name, (x, y) in feet.items():
            number = int(name[1:])
            box = np.array([x - 40, y - 200, x + 40, y], np.float32)
            one = self.people.setdefault(
                number, Someone(number, name, seen_at, seen_at, self.at_s, self.at_s, box)
            )
            one.box_xyxy, one.last_seen_at, one.last_seen_s = box, seen_at, self.at_s
            one.unseen_s = 0.0
            one.body_count += 1
        zones = self.counter.see(list(self.people.values()), SIZE_WH, seen_at, self.at_s)
        self.at_s += step_s
        return dict(zones)

    def tally(self) -> FlowNews:
        news = self.counter.tally()
        assert news is not None
        return news


def test_who_crosses_from_the_left_side_of_a_line_comes_in_and_back_goes_out() -> None:
    walk = Walk()
    for y in range(200, 420, 20):
        walk.step(p0=(500, y))
    assert [(t.in_count, t.out_count) for t in walk.tally().lines] == [(1, 0)]
    for y in range(400, 180, -20):
        walk.step(p0=(500, y))
    assert [(t.in_count, t.out_count) for t in walk.tally().lines] == [(0, 1)]


def test_who_trembles_on_a_line_crosses_it_not_at_all() -> None:
    walk = Walk()
    for frame in range(30):
        walk.step(p0=(500, 290 if frame % 2 else 310))
    assert [(t.in_count, t.out_count) for t in walk.tally().lines] == [(0, 0)]


def test_who_is_missed_while_crossing_is_counted() -> None:
    """A detector misses a person now and then; the line must not forget the side before."""
    walk = Walk()
    for y in (200, 240, 280):
        walk.step(p0=(500, y))
    for _ in range(4):
        walk.step()
    for y in (420, 440, 460):
        walk.step(p0=(500, y))
    assert [(t.in_count, t.out_count) for t in walk.tally().lines] == [(1, 0)]


def test_who_vanishes_behind_a_line_at_once_has_crossed_it() -> None:
    walk = Walk()
    for y in (200, 250, 290, 330):
        walk.step(p0=(500, y))
    walk.step()
    assert walk.tally().lines[0].in_count == 1


def test_a_zone_counts_feet_and_tells_whose_they_are() -> None:
    walk = Walk()
    for _ in range(3):
        zones = walk.step(p0=(300, 580), p1=(700, 599), p2=(500, 250))
    assert zones == {0: ("lower",), 1: ("lower",), 2: ()}
    tally = walk.tally().zones[0]
    assert (tally.person_count, tally.max_person_count) == (2, 2)


def test_feet_on_the_lower_edge_of_the_picture_are_in_the_zone_that_ends_there() -> None:
    walk = Walk()
    walk.step(p0=(300, 600))
    assert walk.step(p0=(300, 600)) == {0: ("lower",)}


def test_one_weak_frame_is_nobody() -> None:
    walk = Walk()
    walk.step(p0=(300, 580))
    for _ in range(3):
        walk.step()
    news = walk.tally()
    assert (news.person_count, news.zones[0].max_person_count) == (0, 0)


def test_a_stay_begins_with_the_first_frame_and_ends_with_the_last() -> None:
    walk = Walk()
    for _ in range(50):
        walk.step(p0=(300, 580))
    for _ in range(30):
        walk.step()
    assert len(walk.stays) == 1
    assert walk.stays[0].enter_s == 0.0
    assert walk.stays[0].dwell_s == pytest.approx(49 * STEP_S)


def test_who_was_missed_for_a_moment_still_counts_and_after_a_second_not() -> None:
    walk = Walk()
    for _ in range(3):
        walk.step(p0=(300, 580))
    walk.step()
    assert walk.tally().person_count == 1
    for _ in range(round(MISSING_S / STEP_S) + 1):
        walk.step()
    assert walk.tally().person_count == 0


def test_a_span_tells_when_it_began_how_long_it_was_and_by_which_scene() -> None:
    walk = Walk()
    for _ in range(11):
        walk.step(p0=(300, 580))
    assert walk.counter.is_due(2.0)
    first = walk.tally()
    assert (first.start_at, first.scene_version) == (BEGUN_AT, 3)
    assert first.length_s == pytest.approx(2.0)
    assert sum(first.heat_tenths) == pytest.approx(20, abs=2)
    assert not walk.counter.is_due(2.0)
    walk.step(p0=(300, 580))
    second = walk.tally()
    assert second.start_at == first.start_at + timedelta(seconds=first.length_s)


def test_spans_hold_no_identity() -> None:
    walk = Walk()
    for _ in range(3):
        walk.step(p0=(300, 580))
    assert "p0" not in repr(walk.tally())


def test_a_zone_that_another_scene_leaves_as_it_is_goes_on_and_others_end() -> None:
    other = Zone("upper", ZoneKind.AREA, ((0, 0), (1, 0), (1, 0.5), (0, 0.5)))
    walk = Walk(CameraScene(zones=(LOWER, other)))
    for _ in range(10):
        walk.step(p0=(300, 580), p1=(300, 250))
    scene = CameraScene(version=1, zones=(LOWER,))
    books = walk.counter.hand_over(scene)
    assert [stay.zone for stay in walk.stays] == ["upper"]
    walk.counter = FlowCounter(scene, books, walk.stays.append)
    for _ in range(10):
        walk.step(p0=(300, 580))
    longest_s = walk.tally().zones[0].longest_stay_s
    assert longest_s == pytest.approx(19 * STEP_S)
