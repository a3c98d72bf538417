"""A result with everything in it: two sources of both classes, one of attacks alone."""

import pytest

from evaluation.pad.loso import LosoTable
from evaluation.pad.result import PadResult
from tests.support.pad_rows import LIVE, SPOOF, UNSURE, Rows


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def result(rows: Rows) -> PadResult:
    """`seen` and `new` have both classes, `masks` attacks alone; 8 of 40 new screens pass."""
    rows.add(45, "seen", "", LIVE, 0.9)
    rows.add(5, "seen", "", UNSURE, 0.5)
    rows.add(50, "seen", "screen", SPOOF, 0.1)
    rows.add(38, "new", "", LIVE, 0.8)
    rows.add(2, "new", "", SPOOF, 0.2)
    rows.add(10, "new", "", None, 0)
    rows.add(28, "new", "screen", SPOOF, 0.3)
    rows.add(8, "new", "screen", LIVE, 0.8)
    rows.add(4, "new", "screen", UNSURE, 0.5)
    rows.add(20, "new", "print", SPOOF, 0.2)
    rows.add(5, "masks", "mask", SPOOF, 0.2)
    return rows.result(trained_on=("seen", "elsewhere"))


@pytest.fixture
def loso() -> LosoTable:
    return LosoTable(
        {"seen": {"auc": 0.91, "live": 50}, "elsewhere": {"auc": 0.97, "apcer": 0.02}},
        {"mean_auc": 0.94},
        ("seen", "elsewhere"),
    )
