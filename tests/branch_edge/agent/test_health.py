from pathlib import Path

import pytest

from branch_edge.health import BoxMeter, RateMeter
from tests.support.galleries import ManualClock


def test_a_rate_is_over_the_time_since_it_was_asked() -> None:
    clock = ManualClock()
    meter = RateMeter(clock)
    clock.advance(2.0)
    assert meter.rate(50) == pytest.approx(25.0)
    clock.advance(4.0)
    assert meter.rate(50) == 0.0


def test_a_box_says_what_it_uses_and_what_is_left(tmp_path: Path) -> None:
    clock = ManualClock()
    meter = BoxMeter(tmp_path, clock)
    sum(range(2_000_000))
    clock.advance(5.0)
    reading = meter.read()
    assert 0 < reading.cpu_cores < 1
    assert reading.memory_bytes > 10_000_000
    assert reading.free_disk_bytes > 0
    assert reading.uptime_s == 5.0


def test_a_folder_that_is_gone_ends_nothing(tmp_path: Path) -> None:
    assert BoxMeter(tmp_path / "gone", ManualClock()).read().free_disk_bytes == 0
