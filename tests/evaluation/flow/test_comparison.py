"""Counted stays are paired with those of a person's hand, and the rest is told."""

from pathlib import Path

import pytest

from base.errors import InvalidArgumentError
from evaluation.flow.comparison import compare
from evaluation.flow.report import FlowCount, to_json
from evaluation.flow.truth import CountedStay, read_truth


def stay(enter_s: float, leave_s: float, zone: str = "room") -> CountedStay:
    return CountedStay(zone, enter_s, leave_s)


def test_each_stay_is_paired_with_the_one_that_shares_most_time() -> None:
    truth = [stay(6, 20), stay(23, 45), stay(50, 70)]
    counted = [stay(24, 44.5), stay(6.5, 21.5), stay(80, 82)]
    made = compare(truth, counted)
    assert [pair.counted for pair in made.pairs] == [counted[1], counted[0]]
    assert made.missed == (truth[2],)
    assert made.extra == (counted[2],)
    assert made.worst_enter_error_s == pytest.approx(1.0)
    assert made.worst_dwell_error_s == pytest.approx(1.5)


def test_a_stay_that_was_counted_in_two_pieces_is_one_and_one_too_many() -> None:
    made = compare([stay(0, 20)], [stay(0, 12), stay(12.5, 20)])
    assert [pair.counted for pair in made.pairs] == [stay(0, 12)]
    assert made.extra == (stay(12.5, 20),)


def test_another_zone_is_another_stay() -> None:
    made = compare([stay(0, 20)], [stay(0, 20, "queue")])
    assert not made.pairs
    assert (len(made.missed), len(made.extra)) == (1, 1)


def test_nothing_counted_has_no_error_and_misses_all() -> None:
    made = compare([stay(0, 20)], [])
    assert made.missed == (stay(0, 20),)
    assert made.worst_enter_error_s is None
    assert made.worst_dwell_error_s is None


def test_the_report_says_what_was_counted_and_how_far_off() -> None:
    counted = (stay(1, 9),)
    count = FlowCount("model", "research", 40, counted, {"door": (2, 1)})
    report = to_json(count, compare([stay(0, 9)], counted))
    assert report["lines"] == {"door": {"in": 2, "out": 1}}
    assert report["compared"]["pairs"][0]["enter_error_s"] == 1
    assert report["compared"]["worst_dwell_error_s"] == 1
    assert "compared" not in to_json(count, None)


def test_a_truth_is_read_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("note,zone,enter_s,leave_s\nfirst,room,6,20.5\n")
    assert read_truth(path) == (stay(6, 20.5),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("zone,enter_s\nroom,1\n", "needs the columns"),
        ("zone,enter_s,leave_s\nroom,1,soon\n", "no seconds in line 2"),
        ("zone,enter_s,leave_s\nroom,9,3\n", "ends before it begins"),
        ("zone,enter_s,leave_s\nroom,9\n", "no seconds in line 2"),
    ],
)
def test_what_is_wrong_with_a_truth_is_said(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(text)
    with pytest.raises(InvalidArgumentError, match=says):
        read_truth(path)
