"""`smartbranch gallery` and `audit` as they are used: as commands, on a data folder."""

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from base.errors import InvalidArgumentError
from cli.picture_source import open_source, subject_id
from media.image import ImageRGB
from media.pictures import encode_jpeg


class Said(NamedTuple):
    code: int
    answer: dict[str, Any]


class Shell:
    """Runs commands on one data folder."""

    def __init__(self, root: Path, data_dir: Path) -> None:
        self._root = root
        self.data_dir = data_dir

    def __call__(self, *words: object) -> Said:
        command = [sys.executable, "-m", "cli", *map(str, words), "--json"]
        environment = os.environ | {"SMARTBRANCH_DATA_DIR": str(self.data_dir)}
        done = subprocess.run(
            command, cwd=self._root, env=environment, capture_output=True, text=True, check=False
        )
        return Said(done.returncode, json.loads(done.stdout))


@pytest.fixture
def shell(root: Path, tmp_path: Path) -> Shell:
    return Shell(root, tmp_path / "data")


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory, portraits: Mapping[str, ImageRGB]) -> Path:
    folder = tmp_path_factory.mktemp("people")
    for seat in ("seat-1", "seat-2"):
        (folder / seat).mkdir()
        for number, quality in enumerate((95, 70)):
            picture = encode_jpeg(portraits[seat], quality)
            (folder / seat / f"{number}.jpg").write_bytes(picture)
    (folder / "Notes.txt").write_text("not a picture")
    return folder


def test_a_gallery_from_creation_to_erasure(
    shell: Shell, people: Path, tmp_path: Path, astronaut: ImageRGB
) -> None:
    assert shell("gallery", "create", "staff").answer["name"] == "tenants/default/galleries/staff"
    assert shell("gallery", "create", "staff").code == 2
    report = shell("gallery", "import", "staff", people).answer
    assert (report["pictures"], report["enrolled"], report["subjects"]) == (5, 4, 2)
    assert [one["filename"] for one in report["rejected"]] == ["Notes.txt"]
    found = shell("gallery", "search", "staff", people / "seat-2" / "1.jpg").answer
    assert found["decision"] == "MATCH"
    assert [hit["subject"] for hit in found["hits"]] == ["seat-2"]
    stranger = tmp_path / "stranger.jpg"
    stranger.write_bytes(encode_jpeg(astronaut))
    nobody = shell("gallery", "search", "staff", stranger)
    assert (nobody.code, nobody.answer["decision"], nobody.answer["hits"]) == (0, "NO_MATCH", [])
    enrolled = shell("gallery", "enrol", "staff", "c-7", stranger, "--name", "A. Stronaut")
    assert enrolled.answer["subject"] == "c-7"
    listed = shell("gallery", "list", "staff").answer["subjects"]
    assert [one["subject"] for one in listed] == ["c-7", "seat-1", "seat-2"]
    receipt = shell("gallery", "delete", "staff", "c-7").answer
    assert receipt["is_complete"]
    stores = {"database", "index", "snapshot", "database-log", "lobby"}
    assert set(receipt["stores"]) == stores
    assert shell("gallery", "search", "staff", stranger).answer["hits"] == []
    assert shell("gallery", "delete", "staff").answer["is_complete"]
    gone = shell("gallery", "search", "staff", stranger)
    assert (gone.code, gone.answer["error"]["reason"]) == (2, "GALLERY_NOT_FOUND")
    intact = shell("audit", "verify")
    assert (intact.code, intact.answer["intact"]) == (0, True)


def test_a_tampered_audit_log_is_a_fault(shell: Shell) -> None:
    shell("gallery", "create", "staff")
    shell("gallery", "create", "second")
    connection = sqlite3.connect(shell.data_dir / "smartbranch.db")
    connection.execute("DROP TRIGGER audit_no_update")
    connection.execute("UPDATE audit SET actor = 'somebody' WHERE sequence = 1")
    connection.commit()
    connection.close()
    broken = shell("audit", "verify")
    assert broken.code == 1
    assert broken.answer["first_broken"]["line"] == 1
    assert broken.answer["first_broken"]["reason"] == "AUDIT_BROKEN"


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "wrapped"])
def test_an_archive_reads_like_its_folder(people: Path, tmp_path: Path, kind: str) -> None:
    archive = tmp_path / f"people.{kind.replace('wrapped', 'tar')}"
    names = sorted(path.relative_to(people) for path in people.rglob("*") if path.is_file())
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as zipped:
            for name in names:
                zipped.write(people / name, str(name))
    else:
        with tarfile.open(archive, "w:gz" if kind == "tar.gz" else "w") as tarred:
            for name in names:
                inside = f"people/{name}" if kind == "wrapped" else str(name)
                tarred.add(people / name, inside)
    source = open_source(archive)
    assert source.count == 5
    found = [(one.subject, one.display_name, one.data) for one in source.behind(0)]
    expected = [(one.subject, one.display_name, one.data) for one in open_source(people).behind(0)]
    assert sorted(found) == sorted(expected)
    assert list(source.behind(3)) == list(source.behind(0))[3:]


def make_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path) -> None:
    for number, name in enumerate(("../evil.jpg", "/etc/evil.jpg", "a/../../b.jpg")):
        with pytest.raises(InvalidArgumentError, match="leads out"):
            open_source(make_zip(tmp_path / f"{number}.zip", {name: b"x"}))


def test_a_bomb_is_stopped_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.picture_source._GROWTH_ALLOWANCE_BYTES", 1024 * 1024)
    zeros = bytes(8 * 1024 * 1024)
    bomb = make_zip(tmp_path / "bomb.zip", {f"s-{n}/a.jpg": zeros for n in range(8)})
    with pytest.raises(InvalidArgumentError, match="grows"):
        list(open_source(bomb).behind(0))


def test_links_and_what_lies_beside_pictures_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "people"
    (folder / "c-1").mkdir(parents=True)
    (folder / "c-1" / "a.jpg").write_bytes(b"x")
    (folder / "c-1" / ".DS_Store").write_bytes(b"x")
    (folder / "c-1" / "link.jpg").symlink_to("/etc/hostname")
    assert [one.filename for one in open_source(folder).behind(0)] == ["c-1/a.jpg"]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("c-1/link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    (tmp_path / "links.tar").write_bytes(buffer.getvalue())
    with pytest.raises(InvalidArgumentError, match="no pictures"):
        open_source(tmp_path / "links.tar")


def test_two_folders_that_come_to_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("Li Wei", "li-wei"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpg").write_bytes(b"x")
    with pytest.raises(InvalidArgumentError, match="same id li-wei"):
        open_source(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut short"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing"
    path.write_bytes(content)
    with pytest.raises(InvalidArgumentError):
        open_source(path)
    with pytest.raises(InvalidArgumentError):
        open_source(tmp_path / "missing")


def test_a_name_becomes_the_nearest_id() -> None:
    assert subject_id("Aaron_Eckhart") == "aaron_eckhart"
    assert subject_id("  Li, Wei (2) ") == "li-wei-2"
    assert subject_id("!!!") == ""
