from pathlib import Path

import pytest

from base.errors import SettingsError
from evaluation.pad.loso import load_loso


def write(folder: Path, text: str) -> Path:
    path = folder / "liveness" / "toy.loso.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return folder


def test_rows_summary_and_trained_sources_are_read(tmp_path: Path) -> None:
    text = """
trained_on = ["a", "b", "c"]
[summary]
mean_auc = 0.9
[[source]]
name = "a"
live = 10
auc = 0.8
note = "not a number"
[[source]]
name = "b"
auc = 1.0
"""
    table = load_loso(write(tmp_path, text), "toy")
    assert table is not None
    assert table.rows == {"a": {"live": 10, "auc": 0.8}, "b": {"auc": 1.0}}
    assert table.summary == {"mean_auc": 0.9}
    assert table.trained_on == ("a", "b", "c")


def test_without_a_list_every_row_was_trained_on(tmp_path: Path) -> None:
    table = load_loso(write(tmp_path, '[[source]]\nname = "b"\n[[source]]\nname = "a"\n'), "toy")
    assert table is not None
    assert table.trained_on == ("a", "b")


def test_a_catalogue_without_the_table_has_none(tmp_path: Path) -> None:
    assert load_loso(tmp_path, "toy") is None


@pytest.mark.parametrize("text", ["[[source]]\nauc = 1\n", "nothing = 1\n", "= broken"])
def test_a_table_of_another_form_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"toy\.loso\.toml is no leave-one-source-out"):
        load_loso(write(tmp_path, text), "toy")
