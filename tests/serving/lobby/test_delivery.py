"""Times from the door to the tablet: each first word counts, late and odd ones do not."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from serving.lobby.delivery import MAX_AWAITED, MAX_RECEIPTS, WINDOW_S, DeliveryBook, Receipt
from serving.lobby.delivery_metrics import DeliveryMetrics
from serving.lobby.told import Told
from tests.support.galleries import ManualClock

NORTH = ("bank", "north")
LABELS = {"tenant": "bank", "branch": "north"}


class Board:
    """A book, its clock and its metrics."""

    def __init__(self) -> None:
        self.clock, self.registry = ManualClock(), CollectorRegistry()
        self.book = DeliveryBook(DeliveryMetrics(self.registry), self.clock, late_after_s=10)

    def tell(self, number: int, face_age_s: float, made_age_s: float = 0.0) -> None:
        now = self.clock.now()
        face_at = now - timedelta(seconds=face_age_s)
        made_at = now - timedelta(seconds=made_age_s)
        self.book.told(*NORTH, [Told(number, "visit", made_at, None, "{}", face_at=face_at)])

    def receive(self, number: int, after_s: float = 0.0) -> int:
        received_at = self.clock.now() + timedelta(seconds=after_s)
        return self.book.received(*NORTH, [Receipt(number, received_at)])

    def metric(self, name: str) -> float | None:
        return self.registry.get_sample_value(f"smartbranch_{name}_seconds_sum", LABELS)


@pytest.fixture
def board() -> Board:
    return Board()


def test_the_way_to_the_stream_and_to_the_page_are_measured(board: Board) -> None:
    board.tell(1, face_age_s=0.4)
    assert board.receive(1, after_s=0.2) == 1
    (north,) = board.book.times("bank")
    assert north.door_to_event.p50_s == pytest.approx(0.4)
    assert north.door_to_tablet.p99_s == pytest.approx(0.6)
    assert board.metric("door_to_event") == pytest.approx(0.4)
    assert board.metric("door_to_tablet") == pytest.approx(0.6)
    assert board.book.times("other") == []


def test_quantiles_are_times_that_were_measured(board: Board) -> None:
    for number in range(1, 201):
        board.tell(number, face_age_s=number / 100)
    (north,) = board.book.times("bank")
    assert (north.door_to_event.count, north.door_to_tablet.count) == (200, 0)
    assert north.door_to_event.p50_s == pytest.approx(1.00)
    assert north.door_to_event.p99_s == pytest.approx(1.98)
    assert north.door_to_tablet.p50_s is None


def test_what_a_box_told_late_is_counted_apart(board: Board) -> None:
    board.tell(1, face_age_s=600)
    board.tell(2, face_age_s=600, made_age_s=595)
    (north,) = board.book.times("bank")
    assert (north.late_count, north.door_to_event.count) == (1, 1)
    assert board.receive(1) == 0


@pytest.mark.parametrize("after_s", [-0.6, WINDOW_S], ids=["before the face", "an hour later"])
def test_a_page_whose_clock_is_wrong_does_not_count(board: Board, after_s: float) -> None:
    board.tell(1, face_age_s=0.5)
    assert board.receive(1, after_s) == 0
    assert board.receive(2) == 0


def test_neither_events_nor_receipts_grow(board: Board) -> None:
    for number in range(1, MAX_AWAITED + 2):
        board.tell(number, face_age_s=0.1)
    assert board.receive(1) == 0
    counted = [board.receive(MAX_AWAITED) for _ in range(MAX_RECEIPTS + 1)]
    assert sum(counted) == MAX_RECEIPTS


def test_an_hour_later_nothing_is_left(board: Board) -> None:
    board.tell(1, face_age_s=0.5)
    board.receive(1)
    board.clock.advance(WINDOW_S + 1)
    (north,) = board.book.times("bank")
    assert (north.door_to_event.count, north.door_to_tablet.count) == (0, 0)
