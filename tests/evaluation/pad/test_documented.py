import re
import tomllib
from pathlib import Path

import pytest


def test_the_documented_table_is_the_one_that_training_wrote(root: Path) -> None:
    """A model that is trained anew changes every figure; the page must not keep the old ones."""
    table = tomllib.loads((root / "models/liveness/pad-texture.loso.toml").read_text())
    page = (root / "docs/evaluation.md").read_text()
    for source in table["source"]:
        (line,) = re.findall(rf"^\| {source['name']} \| (\d\.\d{{3}} .*) \|$", page, re.MULTILINE)
        cells = line.split(" | ")
        spread = f"({source['auc_low']:.3f} to {source['auc_high']:.3f})"
        assert cells[0] == f"{source['auc']:.3f} {spread}"
        areas = [source[f"{name}_auc"] for name in ("probe", "fr_liveness", "combined")]
        assert [float(cell) for cell in cells[1:4]] == pytest.approx(areas, abs=6e-4)
        detected = 1 - source["apcer"] - source["inconclusive_spoof"]
        rates = source["apcer"], detected, source["bpcer"], source["inconclusive_live"]
        shown = [float(cell.removesuffix(" %")) / 100 for cell in cells[4:8]]
        assert shown == pytest.approx(rates, abs=6e-4)
