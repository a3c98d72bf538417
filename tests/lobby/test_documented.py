"""What the pages about lobbies and rules show is what is read."""

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from cli.rules import app
from lobby.alert import AlertAction, AlertKind, AlertState
from lobby.alerts import MOVES, WHEN_OVER
from lobby.plan import DirectoryKind, read_plan
from lobby.rules.reading import read_rules


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


def test_the_documented_rules_are_of_every_kind(root: Path, tmp_path: Path) -> None:
    (text,) = blocks(root / "docs/rules.md", "toml")
    (tmp_path / "rules.toml").write_text(text)
    assert {rule.kind for rule in read_rules(tmp_path / "rules.toml").rules} == set(AlertKind)


def test_the_documented_story_raises_alerts(root: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(blocks(root / "docs/rules.md", "toml")[0])
    (tmp_path / "events.jsonl").write_text(blocks(root / "docs/rules.md", "json")[0])
    words = ["check", str(tmp_path / "rules.toml"), "--events", str(tmp_path / "events.jsonl")]
    done = CliRunner().invoke(app, [*words, "--json", "--time-zone", "Asia/Shanghai"])
    answer = json.loads(done.stdout)
    told = [(row["rule"], row["event"]) for row in answer["alerts"]]
    assert ("private-arrival", "acknowledged") in told
    assert ("queue", "raised") in told
    assert ("waits", "raised") in told
    assert ("camera", "raised") in told


def test_the_documented_plan_is_read(root: Path, tmp_path: Path) -> None:
    (text,) = blocks(root / "docs/lobby.md", "toml")
    (tmp_path / "lobby.toml").write_text(text)
    plan = read_plan(tmp_path / "lobby.toml")
    assert plan.directory.kind is DirectoryKind.CSV
    assert plan.find("bank", "main") is not None


def test_the_documented_moves_are_those_that_are_allowed(root: Path) -> None:
    rows = re.findall(r"^\| ([a-z ]+) \|((?: [a-z ]*\|){6})$", (root / "docs/lobby.md").read_text(),
                      re.MULTILINE)  # fmt: skip
    found = {
        name.strip(): [cell.strip() for cell in cells.split("|")[:6]]
        for name, cells in rows
        if name != "from"
    }
    states = [state.value.replace("_", " ") for state in AlertState]
    assert list(found) == states
    for state in AlertState:
        moves = [MOVES[state].get(action) for action in AlertAction]
        wanted = [*moves, WHEN_OVER.get(state)]
        cells = [one.value.replace("_", " ") if one is not None else "" for one in wanted]
        assert found[state.value.replace("_", " ")] == cells
