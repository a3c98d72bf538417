import pytest

from branch_edge.orders import MAX_FPS, MAX_ORDERS, Orders
from branch_edge.uplink.port import FrameOrder


def order(request: str = "r1", fps: float = 5.0, length_s: float = 10.0) -> FrameOrder:
    return FrameOrder(request, fps, length_s, 640)


def numbers(orders: Orders, at_s: float) -> list[tuple[str, int]]:
    return [(due.request, due.number) for due in orders.due(at_s, at_s)]


def test_an_order_gets_as_many_frames_a_second_as_it_asks_for() -> None:
    orders = Orders()
    orders.take(order(fps=5.0), 0.0)
    found = [number for step in range(50) for number in numbers(orders, step / 25)]
    assert len(found) == pytest.approx(10, abs=1)
    assert found[:2] == [("r1", 1), ("r1", 2)]


def test_an_order_ends_with_its_time() -> None:
    orders = Orders()
    orders.take(order(length_s=2.0), 0.0)
    assert orders.fps(1.9) == 5.0
    assert orders.fps(2.1) == 0.0
    assert numbers(orders, 2.1) == []


def test_an_order_is_lengthened_and_its_numbers_go_on() -> None:
    orders = Orders()
    orders.take(order(length_s=2.0), 0.0)
    assert numbers(orders, 1.0) == [("r1", 1)]
    orders.take(order(length_s=2.0), 1.5)
    assert numbers(orders, 3.0) == [("r1", 2)]


@pytest.mark.parametrize("fps", [5.0, 0.0], ids=["many", "single"])
def test_a_length_of_zero_ends_an_order_and_begins_none(fps: float) -> None:
    orders = Orders()
    orders.take(order(fps=fps), 0.0)
    orders.take(order(fps=fps, length_s=0.0), 0.1)
    assert numbers(orders, 0.2) == []
    orders.take(order("r2", fps, 0.0), 0.3)
    assert numbers(orders, 0.4) == []


def test_a_single_frame_is_sent_once() -> None:
    orders = Orders()
    orders.take(order(fps=0.0), 0.0)
    assert numbers(orders, 0.5) == [("r1", 1)]
    assert numbers(orders, 1.5) == []


def test_orders_are_bounded() -> None:
    orders = Orders()
    for number in range(MAX_ORDERS + 2):
        orders.take(order(f"r{number}", fps=1000.0), 0.0)
    assert orders.fps(0.0) == MAX_FPS
    assert [request for request, _ in numbers(orders, 0.1)] == ["r2", "r3", "r4", "r5"]
