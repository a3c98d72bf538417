"""`smartbranch evidence` as it is used: on a file that came by mail, or beside the server."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from cli.evidence import app
from kyc.evidence.manifest import content_hash
from serving.storage.database import DATABASE_FILE
from tests.support.evidence import OTHER_SIGNER, pack_bytes, signed_anew
from tests.support.kept_cases import REVIEWER, open_cases


class Said(NamedTuple):
    code: int
    answer: dict[str, Any]
    beside: str


class Given(NamedTuple):
    pack: Path
    key: Path
    data: Path


def run(*words: object, data: Path | None = None) -> Said:
    environment = None if data is None else {"SMARTBRANCH_DATA_DIR": str(data)}
    done = CliRunner().invoke(app, [*map(str, words), "--json"], env=environment)
    return Said(done.exit_code, json.loads(done.stdout), done.stderr)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """A pack, the key that signed it, and the data folder that it came from."""
    folder = tmp_path_factory.mktemp("evidence")
    with open_cases(folder / "data") as world:
        name = world.make()
        world.close_case(name)
        pack, key = folder / "pack.zip", folder / "key.pem"
        pack.write_bytes(b"".join(world.desk.export(REVIEWER, name).parts()))
        key.write_bytes(world.desk.public_key(name.tenant))
    return Given(pack, key, folder / "data")


def changed(given: Given, folder: Path) -> Path:
    data = bytearray(given.pack.read_bytes())
    data[len(data) // 2] ^= 1
    path = folder / "changed.zip"
    path.write_bytes(data)
    return path


def wrong(said: Said) -> list[str]:
    return [one["name"] for one in said.answer["checks"] if one["passed"] is False]


def test_a_pack_that_came_by_mail_is_whole_by_an_unknown_signer(given: Given) -> None:
    said = run("verify", given.pack)
    assert (said.code, said.answer["ok"], said.answer["signer"]) == (0, True, "UNKNOWN")
    assert said.answer["state"] == "APPROVED"
    assert said.answer["interview"].startswith("tenants/bank-a/interviews/iv-")


def test_a_trusted_key_proves_who_signed(given: Given, tmp_path: Path) -> None:
    said = run("verify", given.pack, "--key", given.key)
    assert (said.code, said.answer["signer"]) == (0, "TRUSTED")
    other = tmp_path / "other.pem"
    other.write_bytes(OTHER_SIGNER.public_key)
    said = run("verify", given.pack, "--key", other)
    assert (said.code, said.answer["ok"], wrong(said)) == (2, False, ["signer"])
    assert run("verify", given.pack, "--key", other, "--key", given.key).code == 0


def test_a_changed_pack_ends_with_2_and_one_line(given: Given, tmp_path: Path) -> None:
    said = run("verify", changed(given, tmp_path), "--key", given.key)
    assert (said.code, said.answer["ok"]) == (2, False)
    assert len(wrong(said)) == 1
    assert said.beside.startswith("error EVIDENCE_INVALID: ")


def test_beside_its_server_a_pack_is_found_in_the_audit_log(given: Given) -> None:
    said = run("verify", given.pack, "--data-dir", given.data)
    assert (said.code, said.answer["signer"]) == (0, "TRUSTED")
    assert said.answer["checks"][-1]["name"] == "audit_log"
    assert "holds line" in said.answer["checks"][-1]["text"]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("DELETE FROM audit WHERE action = 'evidence.export'", "has no line"),
        ("UPDATE audit SET actor = 'eve' WHERE action = 'evidence.export'", "something else"),
    ],
)
def test_an_audit_log_that_forgot_the_pack_is_noticed(
    given: Given, tmp_path: Path, statement: str, text: str
) -> None:
    data = Path(shutil.copytree(given.data, tmp_path / "data"))
    with sqlite3.connect(data / DATABASE_FILE) as connection:
        for trigger in ("update", "delete"):
            connection.execute(f"DROP TRIGGER audit_no_{trigger}")
        connection.execute(statement)
    connection.close()
    said = run("verify", given.pack, "--data-dir", data)
    assert (said.code, wrong(said)) == (2, ["audit_log"])
    assert text in said.beside


def test_a_pack_that_somebody_made_up_never_crashes(tmp_path: Path) -> None:
    def nonsense(manifest: dict[str, Any]) -> None:
        manifest["case"] = {"tenant": ["x"], "id": "a\x1b[2J", "state": {}}
        manifest["exported_at"] = 7
        manifest["audit"]["writer"] = "\x1b[2J"
        manifest["audit"]["details"]["content"] = content_hash(manifest)
        manifest["audit"]["sequence"] = 2**70

    with open_cases(tmp_path / "data") as world:
        world.make()  # Nothing was signed here: no key is known.
    path = tmp_path / "made-up.zip"
    path.write_bytes(signed_anew(pack_bytes(), nonsense))
    said = run("verify", path)
    assert (said.code, said.answer["interview"], said.answer["state"]) == (0, None, None)
    assert "\x1b" not in str(said.answer)
    said = run("verify", path, "--data-dir", tmp_path / "data")
    assert (said.code, wrong(said)) == (2, ["audit_log"])


@pytest.mark.parametrize("content", [None, b"", b"hello"], ids=["missing", "empty", "text"])
def test_what_is_no_pack_is_bad_input(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "pack.zip"
    if content is not None:
        path.write_bytes(content)
    said = run("verify", path)
    assert (said.code, said.answer["error"]["reason"]) == (2, "EVIDENCE_INVALID")


def test_a_key_or_folder_that_is_none_is_bad_input(given: Given, tmp_path: Path) -> None:
    said = run("verify", given.pack, "--key", given.pack)
    assert (said.code, said.answer["error"]["reason"]) == (2, "EVIDENCE_INVALID")
    said = run("verify", given.pack, "--key", tmp_path / "none.pem")
    assert (said.code, said.answer["error"]["reason"]) == (2, "EVIDENCE_INVALID")
    said = run("verify", given.pack, "--data-dir", tmp_path)
    assert (said.code, said.answer["error"]["reason"]) == (2, "ARGUMENT_INVALID")
    assert not (tmp_path / DATABASE_FILE).exists()


def test_the_key_is_printed_to_be_handed_out(tmp_path: Path) -> None:
    first = run("key", "--tenant", "bank-a", data=tmp_path)
    again = run("key", "--tenant", "bank-a", data=tmp_path)
    assert first.answer == again.answer
    assert first.answer["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    assert (
        run("key", "--tenant", "bank-b", data=tmp_path).answer["key_id"] != (first.answer["key_id"])
    )


def test_people_read_what_was_looked_at(given: Given, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["verify", str(given.pack)])
    # Anybody can sign what he made up, so the first line does not let that pass.
    assert done.stdout.startswith("whole, but not proven to be of the bank")
    done = CliRunner().invoke(app, ["verify", str(given.pack), "--key", str(given.key)])
    assert done.stdout.startswith("intact\ntenants/bank-a/interviews/")
    done = CliRunner().invoke(app, ["verify", str(changed(given, tmp_path))])
    assert done.stdout.startswith("NOT AS IT WAS SIGNED")
