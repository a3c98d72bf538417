import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.deepfake_words import report_as_text
from media.pictures import encode_jpeg
from tests.support.clips import make_clip
from tour import photographs


def run_command(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cli", "evaluate", "deepfake", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three portraits and their copies, a wall, a broken file and a clip of nothing new."""
    root = tmp_path_factory.mktemp("tiny-deepfake")
    lines = ["path,label,attack,source"]
    for person in photographs.people()[:3]:
        (root / f"{person.id}.jpg").write_bytes(encode_jpeg(person.portrait))
        (root / f"{person.id}-copy.jpg").write_bytes(photographs.compressed(person.portrait))
        lines += [f"{person.id}.jpg,real,camera,table", f"{person.id}-copy.jpg,fake,copy,table"]
    (root / "wall.jpg").write_bytes(encode_jpeg(photographs.empty_room()))
    (root / "broken.jpg").write_bytes(encode_jpeg(photographs.empty_room())[:500])
    still = photographs.place(photographs.people()[5].portrait)
    (root / "still.mp4").write_bytes(make_clip(pictures=[still] * 50))
    lines += [
        "wall.jpg,genuine,,table",
        "broken.jpg,fake,copy,table",
        "still.mp4,fake,freeze,clips",
    ]
    (root / "tiny.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return root


def test_pictures_and_clips_give_report_and_page_and_can_be_gone_on_with(
    tiny: Path, tmp_path: Path
) -> None:
    out, answers = tmp_path / "report", tmp_path / "answers.jsonl"
    arguments = (
        *("--manifest", tiny / "tiny.csv", "--root", tiny, "--out", out),
        *("--answers", answers, "--replicates", "50", "--json"),
    )
    done = run_command(*arguments)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    table, clips = report["sources"]["table"], report["sources"]["clips"]
    assert (table["genuine"], table["fake"], table["trained_on"]) == (4, 4, False)
    assert table["no_response_genuine"] == table["no_response_fake"] == pytest.approx(1 / 4)
    assert 0 <= table["auc"] <= 1
    assert clips["auc"] is None
    assert clips["missed"] == 0
    assert set(report["methods"]) == {"copy", "freeze"}
    assert report["no_response"] == {"NO_FACE": 1, "PICTURE_BROKEN": 1}
    assert report["model_terms"] == "research"
    assert json.loads((out / "deepfake.json").read_text()) == report
    page = (out / "deepfake.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "seat-1" not in page
    assert len(answers.read_text().splitlines()) == 1 + 9
    lines = report_as_text(report).splitlines()
    assert lines[0].startswith("pictures            AUC ")
    assert lines[1] == "clips               AUC -, 0 genuine, 1 fake"
    again = json.loads(run_command(*arguments).stdout)
    assert again["sources"] == report["sources"]
    assert len(answers.read_text().splitlines()) == 1 + 9


def test_a_bad_manifest_ends_in_one_line_and_two(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("path,label\nwall.jpg,live\n", "utf-8")
    done = run_command("--manifest", path, "--root", tiny, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["reason"] == "ARGUMENT_INVALID"
    assert done.stderr.count("\n") == 1
    assert "expected real or genuine or fake" in done.stderr
