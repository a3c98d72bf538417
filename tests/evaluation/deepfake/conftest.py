"""A report with everything in it: pictures and clips, two sources of both classes, one of one."""

import pytest

from evaluation.deepfake.result import ForgeryReport
from tests.support.forgery_rows import FAKE, GENUINE, UNSURE, ForgeryRows


@pytest.fixture
def rows() -> ForgeryRows:
    return ForgeryRows()


@pytest.fixture
def report(rows: ForgeryRows) -> ForgeryReport:
    """`seen` has pictures, `films` clips of two methods, `faces` fakes alone."""
    rows.add(45, "seen", "", GENUINE, 0.1)
    rows.add(4, "seen", "", UNSURE, 0.5)
    rows.add(1, "seen", "", FAKE, 0.9)
    rows.add(10, "seen", "", None, 0)
    rows.add(40, "seen", "splice", FAKE, 0.9)
    rows.add(10, "seen", "splice", GENUINE, 0.1)
    rows.add(8, "films", "", GENUINE, 0.2, frames=5)
    rows.add(6, "films", "swap", FAKE, 0.8, frames=5)
    rows.add(2, "films", "lips", UNSURE, 0.5, frames=5)
    rows.add(2, "films", "lips", GENUINE, 0.2, frames=5)
    rows.add(5, "faces", "gan", FAKE, 0.9)
    return rows.report(trained_on=("seen", "elsewhere"))
