import json
import subprocess
import sys
from pathlib import Path

import pytest

from media.pictures import encode_jpeg
from tests.support.clips import make_clip
from tour import photographs


def run_command(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cli", "evaluate", "pad", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six portraits, six of them on screens, a wall, a broken file and a clip of nothing new."""
    root = tmp_path_factory.mktemp("tiny-pad")
    lines = ["path,label,attack,source"]
    for person in photographs.people():
        (root / f"{person.id}.jpg").write_bytes(encode_jpeg(person.portrait))
        screen = photographs.rephotographed(person.portrait)
        (root / f"{person.id}-screen.jpg").write_bytes(encode_jpeg(screen))
        lines += [f"{person.id}.jpg,live,,table", f"{person.id}-screen.jpg,spoof,screen,table"]
    (root / "wall.jpg").write_bytes(encode_jpeg(photographs.empty_room()))
    (root / "broken.jpg").write_bytes(encode_jpeg(photographs.empty_room())[:500])
    still = photographs.place(photographs.people()[5].portrait)
    (root / "still.mp4").write_bytes(make_clip(pictures=[still] * 60))
    lines += ["wall.jpg,live,,table", "broken.jpg,spoof,print,table", "still.mp4,spoof,print,clips"]
    (root / "tiny.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return root


def test_pictures_and_clips_give_report_and_page(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    done = run_command(
        *("--manifest", tiny / "tiny.csv", "--root", tiny, "--out", out),
        *("--replicates", "50", "--json"),
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    table = report["sources"]["table"]
    assert (table["live"], table["spoof"], table["trained_on"]) == (7, 7, False)
    assert table["bpnrr"] == pytest.approx(1 / 7)
    assert table["apnrr"] == {"print": 1, "screen": 0}
    assert table["apcer"]["screen"] == 0
    assert table["apcer"]["print"] is None
    assert table["auc"] > 0.9
    # A clip that repeats one picture is refused or left open, never taken.
    assert report["sources"]["clips"]["apcer"] == {"print": 0}
    assert report["sources"]["clips"]["auc"] is None
    assert report["no_response"] == {"NO_FACE": 1, "PICTURE_BROKEN": 1}
    assert report["worst_apcer"] == 0
    assert report["leave_one_source_out"]["sources"]
    assert report["model_terms"] == "research"
    assert json.loads((out / "pad.json").read_text()) == report
    page = (out / "pad.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "seat-6" not in page


def test_people_read_the_worst_rate_first(tiny: Path) -> None:
    done = run_command("--manifest", tiny / "tiny.csv", "--root", tiny, "--replicates", "20")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("worst APCER         0.00%  (95 %: 0.00% to")
    assert any(line.startswith("no response         NO_FACE 1") for line in lines)
    assert any("no certification" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,label\nnowhere.jpg,live\n", "1 of 1 files"),
        ("path,label\nwall.jpg,real\n", "expected live or spoof"),
        ("path,label\n../wall.jpg,live\n", "leads out of the root"),
        ("path,label\n", "no rows"),
    ],
    ids=["missing", "label", "outside", "empty"],
)
def test_a_bad_manifest_ends_in_one_line_and_two(
    text: str, said: str, tiny: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, "utf-8")
    done = run_command("--manifest", path, "--root", tiny, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["reason"] == "ARGUMENT_INVALID"
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_a_model_that_is_not_there_is_named(tiny: Path) -> None:
    done = run_command("--manifest", tiny / "tiny.csv", "--root", tiny, "--passive", "nothing")
    assert done.returncode == 2
    assert "no model is called 'nothing'" in done.stderr
