import json
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.run import VerificationRun, run_verification
from inference.operating_points import load_operating_points


def run_command(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    words = ["verification", *map(str, arguments)]
    return subprocess.run(
        [sys.executable, "-m", "cli", "evaluate", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_a_small_data_set_gives_report_page_and_table(tiny_faces: Path, tmp_path: Path) -> None:
    out, tables = tmp_path / "report", tmp_path / "tables"
    done = run_command(
        *("--pairs", tiny_faces / "pairs.txt", "--root", tiny_faces, "--out", out),
        *("--table-dir", tables, "--replicates", "50", "--mirror", "--json"),
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["pairs"] == 12
    assert report["pictures"] == 18
    assert report["accuracy"] == 1
    assert report["tar_at_fmr"]["1e-3"] == 1
    assert report["failures_to_acquire"] == 0
    assert isinstance(report["inconclusive"], int)
    assert report["all_pairs"]["impostor_pairs"] == 18 * 17 // 2 - 6 * 3
    assert report["variant"] == "mirrored"
    assert report["model_terms"]
    assert json.loads((out / "verification.json").read_text()) == report
    assert (out / "verification.html").read_text().startswith("<!doctype html>")
    (points,) = load_operating_points(tables, "mobilefacenet-fr", report["model_sha256"])
    assert points.variant == "mirrored"
    assert points.impostor_pairs == report["all_pairs"]["impostor_pairs"]
    assert list(points.fmrs) == report["table"]["fmrs"]
    # People are in the pairs file, and nowhere in what is written.
    assert not [path.name for path in out.iterdir() if "Seat_" in path.read_text()]


def test_missing_pictures_are_bad_input_in_one_line(tiny_faces: Path, tmp_path: Path) -> None:
    done = run_command("--pairs", tiny_faces / "pairs.txt", "--root", tmp_path, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["reason"] == "ARGUMENT_INVALID"
    assert done.stderr.count("\n") == 1
    assert "12 of 12" in done.stderr or "pictures that the pairs file names" in done.stderr


@pytest.mark.shared
@pytest.mark.slow
def test_a_slice_of_lfw_is_told_apart(shared_data: Path) -> None:
    root = shared_data / "lfw"
    run = VerificationRun(root / "pairs.txt", root, limit=200, replicates=50)
    result, _ = run_verification(run)
    assert len(result.protocol.pairs) == 200
    assert result.failures_to_acquire == 0
    # 99.2 % of all pairs are told apart; of 200 that leaves 6 errors in one run of a thousand.
    assert result.pairs.accuracy.mean >= 0.97
