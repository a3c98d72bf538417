"""How long people are in a zone, and who has left it."""

import pytest

from branch_edge.watch.stays import LEAVE_AFTER_S, Presence, Stay, StayBook

STEP_S = 0.2


def there(number: int, at_s: float) -> Presence:
    return Presence(number, at_s, at_s)


def see(book: StayBook, at_s: float, *numbers: int) -> list[Stay]:
    return book.see([there(number, at_s) for number in numbers], at_s, STEP_S)


def test_a_stay_ends_when_its_person_was_last_there() -> None:
    book = StayBook("queue")
    ended: list[Stay] = []
    for frame in range(60):
        ended += see(book, frame * STEP_S, *([7] if frame <= 25 else []))
    assert [(stay.zone, stay.enter_s) for stay in ended] == [("queue", 0.0)]
    assert ended[0].dwell_s == pytest.approx(5.0)


def test_who_steps_out_for_a_moment_has_not_left() -> None:
    book = StayBook("queue")
    for frame in range(50):
        is_out = 10 <= frame * STEP_S < 10 - STEP_S + LEAVE_AFTER_S
        assert see(book, frame * STEP_S, *([] if is_out else [7])) == []


def test_who_walks_over_a_corner_did_not_stay() -> None:
    book = StayBook("queue")
    see(book, 0.0, 7)
    see(book, 0.6, 7)
    assert see(book, 5.0) == []
    assert book.tally(5.0).stays_s == ()


def test_the_tally_counts_those_who_are_there_and_begins_anew() -> None:
    book = StayBook("queue")
    see(book, 0.0, 1)
    see(book, 0.2, 1, 2, 3)
    see(book, 0.4, 1, 3)
    tally = book.tally(0.4)
    assert (tally.person_count, tally.max_person_count) == (2, 3)
    assert tally.person_s == pytest.approx(6 * STEP_S)
    assert tally.longest_stay_s == pytest.approx(0.4)
    see(book, 0.6, 3)
    tally = book.tally(0.6)
    assert (tally.person_count, tally.max_person_count) == (1, 2)
    assert tally.person_s == pytest.approx(STEP_S)


def test_stays_are_told_in_the_span_in_which_they_end_and_only_there() -> None:
    book = StayBook("queue")
    see(book, 0.0, 1)
    see(book, 3.0, 1)
    assert book.tally(3.0).stays_s == ()
    see(book, 6.0)
    assert book.tally(6.0).stays_s == (3.0,)
    assert book.tally(8.0).stays_s == ()
    assert book.tally(8.0).longest_stay_s is None


def test_closing_ends_every_stay() -> None:
    book = StayBook("queue")
    see(book, 0.0, 1, 2)
    see(book, 4.0, 1, 2)
    assert [stay.dwell_s for stay in book.close()] == [4.0, 4.0]
    assert book.tally(4.0).person_count == 0
