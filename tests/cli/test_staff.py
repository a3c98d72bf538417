"""`smartbranch staff` as it is used, on a data folder."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from cli.staff import app
from serving.staff import passwords

PASSWORD = "correct horse battery"


class Said(NamedTuple):
    code: int
    answer: dict[str, Any]


class Shell:
    """Runs commands in this process on one data folder."""

    def __init__(self, folder: Path) -> None:
        self._runner = CliRunner()
        self._environment = {"SMARTBRANCH_DATA_DIR": str(folder / "data")}

    def __call__(self, *words: str, typed: str = "") -> Said:
        done = self._runner.invoke(app, [*words, "--json"], typed, env=self._environment)
        return Said(done.exit_code, json.loads(done.stdout))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr(passwords, "_LOG2_N", 10)
    return Shell(tmp_path)


def test_an_account_is_added_with_a_password_that_is_typed_twice(shell: Shell) -> None:
    words = ("add", "li", "--role", "lobby_staff", "--branch", "north")
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    added = shell(*words, "--duty", "manager", "--duty", "teller", typed=typed)
    assert added.code == 0
    assert added.answer["roles"] == ["lobby_staff"]
    assert (added.answer["branch"], added.answer["duties"]) == ("north", ["manager", "teller"])
    assert "password" not in added.answer
    (listed,) = shell("list").answer["accounts"]
    assert listed == added.answer
    again = shell(*words, typed=typed)
    assert (again.code, again.answer["error"]["reason"]) == (2, "STAFF_EXISTS")


def test_a_password_can_be_made_and_is_shown_once(shell: Shell) -> None:
    added = shell("add", "ops", "--role", "operator", "--generate")
    assert len(added.answer["password"]) >= passwords.MIN_CHARACTERS
    assert "password" not in shell("list").answer["accounts"][0]


def test_a_password_can_lie_in_a_file(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    words = ("--role", "auditor", "--password-file", str(file))
    assert shell("add", "eve", *words).code == 0
    file.write_bytes(b"\xff\xfe")
    refused = shell("add", "adam", *words)
    assert (refused.code, refused.answer["error"]["reason"]) == (2, "ARGUMENT_INVALID")
    refused = shell("add", "adam", *words, "--generate")
    assert refused.code == 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("disable", "nobody"), "STAFF_NOT_FOUND"),
        (("password", "nobody", "--generate"), "STAFF_NOT_FOUND"),
        (("add", "Li Wei", "--role", "operator", "--generate"), "RESOURCE_NAME_INVALID"),
        (
            ("add", "li", "--role", "operator", "--branch", "north", "--generate"),
            "ARGUMENT_INVALID",
        ),
    ],
    ids=["disable", "password", "name", "branch of an operator"],
)
def test_what_cannot_be_is_refused_in_one_line(
    shell: Shell, words: tuple[str, ...], reason: str
) -> None:
    refused = shell(*words)
    assert (refused.code, refused.answer["error"]["reason"]) == (2, reason)


def test_an_account_is_disabled_and_comes_back_with_a_new_password(shell: Shell) -> None:
    shell("add", "li", "--role", "lobby_staff", "--generate")
    assert shell("disable", "li").answer["disabled_time"] is not None
    assert shell("password", "li", "--generate").answer["disabled_time"] is None
