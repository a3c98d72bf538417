"""The line in front of a model, without threads or clocks."""

import pytest

from inference.waiting import Item, WaitingLine


def item(
    rows: int = 1, width: int = 1, arrived_s: float = 0.0, deadline_s: float | None = None
) -> Item:
    return Item({}, rows, ((width,),), arrived_s, deadline_s)


def line() -> WaitingLine:
    return WaitingLine(max_size=4, max_wait_s=2.0, max_rows=10)


def test_nothing_is_due_where_nobody_waits() -> None:
    empty = line()
    assert empty.due_in(5.0) is None
    assert empty.take() == []


@pytest.mark.parametrize(
    ("now_s", "due_in_s"), [(10.0, 2.0), (11.5, 0.5), (12.0, 0.0), (13.0, 0.0)]
)
def test_the_first_item_waits_as_long_as_allowed(now_s: float, due_in_s: float) -> None:
    waiting = line()
    waiting.add(item(arrived_s=10.0))
    waiting.add(item(arrived_s=11.0))
    assert waiting.due_in(now_s) == due_in_s


def test_a_full_group_is_due_at_once() -> None:
    waiting = line()
    waiting.add(item(rows=3, arrived_s=10.0))
    waiting.add(item(rows=1, arrived_s=10.1))
    assert waiting.due_in(10.1) == 0.0


def test_the_group_that_is_due_first_goes_first() -> None:
    waiting = line()
    early, late = item(width=1, arrived_s=1.0), item(width=2, arrived_s=2.0)
    waiting.add(late)
    waiting.add(early)
    assert [waiting.take(), waiting.take()] == [[early], [late]]


def test_a_steady_full_shape_does_not_starve_an_older_one() -> None:
    waiting = line()
    rare = item(width=2, arrived_s=1.0)
    waiting.add(rare)
    waiting.add(item(rows=4, width=1, arrived_s=3.5))
    assert waiting.take() == [rare]


def test_a_batch_holds_no_more_than_its_limit_and_keeps_the_order() -> None:
    waiting = line()
    items = [item(rows=2), item(rows=2), item(rows=2)]
    for one in items:
        waiting.add(one)
    assert waiting.take() == items[:2]
    assert waiting.take() == items[2:]
    assert waiting.rows == 0


def test_an_item_larger_than_a_batch_is_a_batch_of_its_own() -> None:
    waiting = line()
    large = item(rows=9)
    waiting.add(large)
    assert waiting.take() == [large]


def test_an_item_that_would_not_outlive_the_wait_goes_at_once() -> None:
    waiting = line()
    waiting.add(item(arrived_s=10.0, deadline_s=11.0))
    assert waiting.due_in(10.0) == 0.0


def test_room_is_counted_in_rows() -> None:
    waiting = line()
    waiting.add(item(rows=8))
    assert waiting.has_room(2)
    assert not waiting.has_room(3)


def test_the_dead_are_removed_and_the_living_stay() -> None:
    waiting = line()
    late, alive, withdrawn = item(deadline_s=1.0), item(deadline_s=9.0), item(width=2)
    for one in (late, alive, withdrawn):
        waiting.add(one)
    withdrawn.future.cancel()
    assert waiting.drop_dead(5.0) == [late, withdrawn]
    assert waiting.rows == 1
    assert waiting.empty() == [alive]
    assert waiting.rows == 0


def test_what_waits_prints_without_its_tensors() -> None:
    assert "inputs" not in repr(item())
