"""The table that training writes is the one that reports read."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from decision.calibration import Calibration
from decision.fusion import OperatingPoint
from evaluation.pad.loso import FOLDER, load_loso
from inference.manifest import SHARE
from training.pad import LIMITS
from training.pad_loso import Labelled, Limits, NestedRule
from training.pad_report import rule_toml, source_row, table_toml

COLUMNS = {
    *("live", "spoof", "auc", "auc_low", "auc_high", "probe_auc", "fr_liveness_auc"),
    *("combined_auc", "whole_auc", "apcer", "bpcer", "inconclusive_live", "inconclusive_spoof"),
}
CALIBRATION = Calibration(1.0, 0.0, -5.0, 5.0, "made up")


@pytest.fixture
def labelled() -> Labelled:
    return Labelled(np.array([True, True, True, False, False]), np.array(["a"] * 5))


def test_rates_are_those_of_the_rule(labelled: Labelled) -> None:
    rule = NestedRule(CALIBRATION, OperatingPoint(accept_llr=1.0, reject_llr=-1.0))
    logits = {"auc": np.array([3.0, 0.0, -3.0, 2.0, -2.0])}
    row = source_row(labelled, "a", logits, rule)
    assert (row.live, row.spoof) == (3, 2)
    assert {name: value for name, (value, _) in row.rates.items()} == pytest.approx(
        {"bpcer": 1 / 3, "apcer": 1 / 2, "inconclusive_live": 1 / 3, "inconclusive_spoof": 0.0}
    )
    assert row.aucs["auc"].value == pytest.approx(3 / 6)


def test_what_is_written_can_be_read(labelled: Labelled, tmp_path: Path) -> None:
    rule = NestedRule(CALIBRATION, OperatingPoint(0.5, -0.5))
    scores = np.array([3.0, 0.1, -3.0, 2.0, -2.0])
    row = source_row(labelled, "a", {"auc": scores, "probe_auc": -scores}, rule)
    path = tmp_path / FOLDER / "mine.loso.toml"
    path.parent.mkdir()
    path.write_text(table_toml([row], ["a", "b"], "data"), encoding="utf-8")
    table = load_loso(tmp_path, "mine")
    assert table is not None
    assert table.trained_on == ("a", "b")
    assert table.rows["a"]["auc"] + table.rows["a"]["probe_auc"] == pytest.approx(1, abs=1e-3)
    assert table.rows["a"]["auc_low"] <= table.rows["a"]["auc"] <= table.rows["a"]["auc_high"]
    assert table.summary["mean_detected"] == pytest.approx(
        1 - table.rows["a"]["apcer"] - table.rows["a"]["inconclusive_spoof"]
    )


def test_a_rule_is_written_with_the_rates_behind_it() -> None:
    text = rule_toml(CALIBRATION, OperatingPoint(0.5, -0.5), Limits(0.15, 0.1))
    content = tomllib.loads(text)
    assert Calibration.from_plain(content["calibration"]) == CALIBRATION
    assert content["operating_point"]["max_bpcer"] == 0.1


def test_the_shipped_table_has_every_column_and_reaches_its_aim() -> None:
    table = load_loso(SHARE, "pad-texture")
    assert table is not None
    assert len(table.rows) == len(table.trained_on) == 7
    assert all(row.keys() >= COLUMNS for row in table.rows.values())
    assert table.summary["mean_auc"] >= 0.96
    assert min(row["auc"] for row in table.rows.values()) >= 0.80


def test_the_shipped_rule_states_the_limits_of_the_training() -> None:
    content = tomllib.loads((SHARE / "liveness/pad-texture.toml").read_text(encoding="utf-8"))
    point = content["operating_point"]
    assert (point["max_apcer"], point["max_bpcer"]) == (LIMITS.max_apcer, LIMITS.max_bpcer)
