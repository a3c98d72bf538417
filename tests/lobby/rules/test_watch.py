"""Rules are read again when the file changes; a file that is wrong leaves the old ones."""

import os
from pathlib import Path

import pytest

from base.clock import SystemClock
from lobby.rules.watch import RuleWatch

ONE = '[[rule]]\nid = "one"\nkind = "camera"\n'
TWO = ONE.replace('"one"', '"two"')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(ONE)
    return path


def ids(watch: RuleWatch) -> list[str]:
    return [rule.id for rule in watch.current.rules]


def test_a_change_is_noticed_and_nothing_else_is(path: Path) -> None:
    watch = RuleWatch(path, SystemClock())
    assert ids(watch) == ["one"]
    assert watch.loaded_at is not None
    assert watch.refresh() is False
    path.write_text(TWO + "#")
    assert watch.refresh() is True
    assert ids(watch) == ["two"]
    path.touch()
    assert watch.refresh() is False


def test_a_malformed_file_keeps_the_old_rules_and_says_why(path: Path) -> None:
    watch = RuleWatch(path, SystemClock())
    path.write_text(ONE + "min_person = 3\n")
    assert watch.refresh() is True
    assert ids(watch) == ["one"]
    assert watch.problem is not None
    assert watch.problem.code == "RULES_INVALID"
    assert "line 4" in watch.problem.text
    path.write_text(TWO)
    assert watch.refresh() is True
    assert ids(watch) == ["two"]
    assert watch.problem is None


@pytest.mark.parametrize("left", ["", "# Rules of the branch\n"], ids=["nothing", "a comment"])
def test_a_save_that_was_cut_off_does_not_end_every_rule(path: Path, left: str) -> None:
    """A full disk left an empty file: nobody was told of anything any more, or of the file."""
    watch = RuleWatch(path, SystemClock())
    path.write_text(left)
    assert watch.refresh() is True
    assert ids(watch) == ["one"]
    assert watch.problem is not None
    path.write_text("rule = []\n")
    assert watch.refresh() is True
    assert ids(watch) == []
    assert watch.problem is None


def test_a_file_that_goes_away_keeps_the_old_rules(path: Path) -> None:
    watch = RuleWatch(path, SystemClock())
    path.unlink()
    assert watch.refresh() is True
    assert watch.refresh() is False
    assert ids(watch) == ["one"]
    assert watch.problem is not None
    path.write_text(ONE)
    assert watch.refresh() is True
    assert watch.problem is None


def test_a_file_that_was_replaced_is_noticed_whatever_its_time(path: Path) -> None:
    """Editors write a new file and rename it; its time and size may be those of the old one."""
    watch = RuleWatch(path, SystemClock())
    stamp = path.stat().st_mtime_ns
    other = path.with_name("new")
    other.write_text(TWO)
    os.utime(other, ns=(stamp, stamp))
    other.replace(path)
    assert watch.refresh() is True
    assert ids(watch) == ["two"]


def test_a_file_that_is_wrong_at_the_start_gives_no_rules_and_a_problem(path: Path) -> None:
    path.write_text("[[rule]]")
    watch = RuleWatch(path, SystemClock())
    assert watch.current.rules == ()
    assert watch.problem is not None


def test_no_file_is_no_problem() -> None:
    watch = RuleWatch(None, SystemClock())
    assert watch.refresh() is False
    assert watch.problem is None
