"""`smartbranch evidence` against a server that runs: fetched, held, erased."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from cli.evidence import app as evidence
from cli.interview import app as interview
from tests.support.server import ServerProcess


class Said(NamedTuple):
    code: int
    answer: dict[str, Any]


def run(server: ServerProcess, *words: object) -> Said:
    group = interview if words[0] in ("create", "hand-over") else evidence
    done = CliRunner().invoke(group, [*map(str, words), "--server", server.grpc, "--json"])
    return Said(done.exit_code, json.loads(done.stdout))


def test_a_case_is_fetched_held_and_erased_from_the_command_line(
    server: ServerProcess, tmp_path: Path
) -> None:
    made = run(server, "create", "account", "--participant", "customer=Li Hua").answer
    name, pack = str(made["name"]), tmp_path / "pack.zip"
    early = run(server, "export", name, "--out", pack)
    assert (early.code, early.answer["error"]["reason"]) == (2, "MOVE_NOT_ALLOWED")
    assert list(tmp_path.iterdir()) == []
    run(server, "hand-over", name)
    assert run(server, "export", name.rpartition("/")[2], "--out", pack).code == 0
    assert json.loads(CliRunner().invoke(evidence, ["verify", str(pack), "--json"]).stdout)["ok"]
    assert run(server, "export", name, "--out", pack).code == 2
    assert run(server, "export", name, "--out", tmp_path / "none" / "pack.zip").code == 2
    assert run(server, "hold", name, "--reason", "a court asks").answer["is_held"]
    refused = run(server, "erase", name, "--reason", "asked for")
    assert (refused.code, refused.answer["error"]["reason"]) == (2, "INTERVIEW_HELD")
    assert not run(server, "release", name, "--reason", "over").answer["is_held"]
    erased = run(server, "erase", name, "--reason", "asked for").answer
    assert erased["stores"]["database"] > 0
    assert run(server, "erase", name, "--reason", "again").answer == erased
