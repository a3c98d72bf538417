"""Returns, encodings and times, each on its own."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from decision.findings import Weight
from deepfake.injection.encodings import Change, EncodingWatch
from deepfake.injection.returns import MAX_KEPT, MIN_RETURNS, ReturnWatch
from deepfake.injection.timing import CADENCE_STEPS, TimingWatch
from media.encoding import Encoding
from media.frame import Frame

IMAGE = np.zeros((32, 32, 3), np.uint8)
TAKEN = datetime(2026, 1, 5, 9, 0, 0, 123_456, UTC)
JPEG = Encoding("mjpeg", 640, 480, "one", True)


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (64, 64, 3), np.uint8)


class TestReturns:
    def run(self, seeds: list[int], step_s: float = 0.1) -> bool:
        watch = ReturnWatch()
        return any([watch.push(picture(seed), at * step_s) for at, seed in enumerate(seeds)])

    def test_pictures_that_come_again_to_the_pixel_make_a_loop(self) -> None:
        assert self.run([*range(20), *range(MIN_RETURNS)])
        assert not self.run([*range(20), *range(MIN_RETURNS - 1), 99])

    def test_what_a_line_sends_twice_is_none(self) -> None:
        assert not self.run([at // 2 for at in range(60)])
        assert not self.run([0, 1, 2, 3, 4, 5] * 1 + [2, 3, 4, 5, 6, 7], step_s=0.04)

    def test_black_is_always_the_same(self) -> None:
        watch = ReturnWatch()
        blacks = [np.full((64, 64, 3), at % 3, np.uint8) for at in range(60)]
        assert not any([watch.push(black, at * 0.1) for at, black in enumerate(blacks)])

    def test_memory_has_an_end(self) -> None:
        watch = ReturnWatch()
        for at in range(MAX_KEPT + 50):
            image = np.full((16, 16, 3), 0, np.uint8)
            image[0, 0], image[8, 8] = at % 256, at // 256 + 100
            watch.push(image, at * 0.04)
        assert len(watch._seen_s) <= MAX_KEPT


CHANGES = {
    "another quality": (replace(JPEG, digest="two"), Change.QUALITY, Weight.NOTE),
    "a smaller picture": (replace(JPEG, width=320, height=240), Change.SIZE, Weight.NOTE),
    "another shape": (replace(JPEG, width=480), Change.SHAPE, Weight.HOLDS),
    "a turn": (replace(JPEG, width=480, height=640), Change.TURNED, Weight.HOLDS),
    "tables of another maker": (replace(JPEG, is_standard=False), Change.ENCODER, Weight.HOLDS),
    "another codec": (replace(JPEG, codec="png"), Change.ENCODER, Weight.HOLDS),
}


@pytest.mark.parametrize(("after", "change", "weight"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_weighed_by_who_makes_such_changes(
    after: Encoding, change: Change, weight: Weight
) -> None:
    watch = EncodingWatch()
    assert watch.push(JPEG, 0.0) == (None, [])
    assert watch.push(None, 0.5) == (None, [])
    found, moments = watch.push(after, 1.0)
    assert found is change
    assert [moment.weight for moment in moments] == [weight]
    assert watch.push(after, 1.1) == (None, [])
    assert watch.signal().score == 1.0


@pytest.mark.parametrize(("apart_s", "is_source"), [(0.2, True), (2.0, False)])
def test_a_change_beside_a_break_is_another_source(apart_s: float, is_source: bool) -> None:
    watch = EncodingWatch()
    watch.push(JPEG, 0.0)
    assert watch.push_break(1.0) == []
    _, moments = watch.push(replace(JPEG, codec="png"), 1.0 + apart_s)
    assert any(moment.code == "SOURCE_CHANGED" for moment in moments) is is_source


def codes(
    captured_s: list[float], arrived_s: list[float], pts_s: list[float | None], is_live: bool = True
) -> dict[str, Weight]:
    watch, found = TimingWatch(is_live), dict[str, Weight]()
    for index, (taken, came, pts) in enumerate(zip(captured_s, arrived_s, pts_s, strict=True)):
        frame = Frame(IMAGE, index, pts, TAKEN + timedelta(seconds=taken), came)
        for moment in watch.look(frame, came):
            if found.get(moment.code) is not Weight.HOLDS:
                found[moment.code] = moment.weight
    return found


class TestTiming:
    dice = random.Random(3)

    def real(self, seconds: float = 25.0, fps: float = 25.0) -> tuple[list[float], list[float]]:
        """Return captures as a webcam makes them, and arrivals over a line that jitters."""
        count = round(seconds * fps)
        captured = [at / fps * 1.00004 + self.dice.gauss(0, 0.0005) for at in range(count)]
        arrived, last = [], 0.0
        for taken in captured:
            last = max(last, taken + 0.05 + self.dice.expovariate(40))
            arrived.append(last)
        return captured, arrived

    def test_a_camera_over_a_line_that_jitters_is_let_be(self) -> None:
        captured, arrived = self.real()
        assert codes(captured, arrived, [max(one, 0.0) for one in captured]) == {}

    def test_a_client_that_counts_frames_for_its_pts_is_let_be(self) -> None:
        captured, arrived = self.real()
        assert codes(captured, arrived, [at / 25 for at in range(len(captured))]) == {}

    def test_captures_rounded_to_milliseconds_prove_nothing(self) -> None:
        start = 1 - TAKEN.microsecond % 1000 / 1e6
        captured = [start + at * 0.04 for at in range(200)]
        assert codes(captured, [one + 0.1 for one in captured], [None] * 200) == {}

    @pytest.mark.parametrize("fps", [30.0, 15.0, 30_000 / 1001])
    @pytest.mark.parametrize("is_thinned", [False, True])
    def test_captures_of_a_perfect_rate_hold(self, fps: float, is_thinned: bool) -> None:
        captured = [at / fps for at in range(2 * CADENCE_STEPS) if not is_thinned or at % 4]
        arrived = [one + 0.05 + self.dice.random() * 0.02 for one in captured]
        expected = {"CADENCE_PERFECT": Weight.HOLDS}
        assert codes(captured, sorted(arrived), [None] * len(captured)) == expected
        assert codes(captured, sorted(arrived), [None] * len(captured), is_live=False) == {}

    def test_a_queue_that_grows_is_mentioned_and_one_that_shrinks_for_ever_holds(self) -> None:
        captured, arrived = self.real(40.0)
        late = [came + 0.04 * taken for taken, came in zip(captured, arrived, strict=True)]
        early = [came - 0.03 * taken for taken, came in zip(captured, arrived, strict=True)]
        nothing: list[float | None] = [None] * len(captured)
        assert codes(captured, late, nothing) == {"CLOCK_DRIFTS": Weight.NOTE}
        assert codes(captured, sorted(early), nothing) == {"CLOCK_DRIFTS": Weight.HOLDS}

    def test_what_was_taken_before_and_sent_at_once_was_not_live(self) -> None:
        captured, _ = self.real(6.0)
        arrived = [at * 0.02 for at in range(len(captured))]
        assert codes(captured, arrived, [None] * 150)["CAPTURED_AHEAD"] is Weight.HOLDS

    def test_a_wait_before_the_line_is_open_is_let_be(self) -> None:
        captured, arrived = self.real(10.0)
        waited = [max(came, 1.5) for came in arrived]
        assert codes(captured, waited, [None] * 250) == {}

    def test_times_of_another_session_contradict_those_of_this_one(self) -> None:
        captured, arrived = self.real(10.0)
        pts = [max(one, 0.0) for one in captured]
        jumped = captured[:100] + [one + 60 for one in captured[100:]]
        assert codes(jumped, arrived, [*pts])["CLOCKS_DISAGREE"] is Weight.HOLDS

    def test_pictures_from_long_before_hold_at_once(self) -> None:
        captured, arrived = self.real(4.0)
        pts: list[float | None] = [max(one, 0.0) for one in captured]
        pts[60] = 0.1
        assert codes(captured, arrived, pts, is_live=False) == {"FRAMES_OUT_OF_ORDER": Weight.HOLDS}

    def test_bursts_are_mentioned(self) -> None:
        captured, arrived = self.real(10.0)
        bunched = [int(came / 0.2) * 0.2 + 0.2 for came in arrived]
        assert codes(captured, bunched, [None] * 250) == {"ARRIVES_IN_BURSTS": Weight.NOTE}
