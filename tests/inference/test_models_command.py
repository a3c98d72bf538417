"""`smartbranch models` says what there is and on what terms, and ends with the right code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inference.store import ModelStore

ROOT = Path(__file__).resolve().parents[2]


def smartbranch(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cli", "models", *words],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_the_list_says_the_terms_of_every_model(tmp_path: Path) -> None:
    done = smartbranch("list", "--json", SMARTBRANCH_CACHE=str(tmp_path))
    assert done.returncode == 0
    models = {row["id"]: row for row in json.loads(done.stdout)["models"]}
    assert models["retinaface-mnet025"]["terms"] == "research"
    assert models["mobilefacenet-fr"]["terms"] == "undisclosed-data"
    fetched = [row for row in models.values() if row["source"]["kind"] != "installed"]
    assert {row["state"] for row in fetched} == {"absent"}


def test_people_read_the_terms_as_well(tmp_path: Path) -> None:
    done = smartbranch("list", SMARTBRANCH_CACHE=str(tmp_path))
    assert "terms undisclosed-data: Published under MIT" in done.stdout


def test_pull_and_verify_agree_on_what_is_there(real_store: ModelStore) -> None:
    assert smartbranch("pull", "--json").returncode == 0
    done = smartbranch("verify", "--json")
    assert done.returncode == 0
    assert {row["example"] for row in json.loads(done.stdout)["models"]} == {"agrees"}


def test_what_was_not_pulled_cannot_be_verified(tmp_path: Path) -> None:
    done = smartbranch("verify", "--json", SMARTBRANCH_CACHE=str(tmp_path))
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["reason"] == "MODEL_NOT_PULLED"
    assert "smartbranch models pull retinaface-mnet025" in done.stderr


def test_an_unknown_model_is_bad_input(tmp_path: Path) -> None:
    done = smartbranch("pull", "nobody", "--json", SMARTBRANCH_CACHE=str(tmp_path))
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["reason"] == "MODEL_UNKNOWN"


@pytest.mark.parametrize("shape", ["", "2x3", "axbxcxd", "0x3x112x112", "2x3x112x112x1"])
def test_an_example_needs_a_shape(real_store: ModelStore, shape: str) -> None:
    words = ["example", "mobilefacenet-fr", f"--shape={shape}"]
    done = smartbranch(*words)
    expected = 0 if shape == "" else 2
    assert done.returncode == expected, done.stderr


def test_an_example_is_printed_as_the_manifest_holds_it(real_store: ModelStore) -> None:
    done = smartbranch("example", "mobilefacenet-fr", "--shape", "2x3x112x112")
    manifest = (ROOT / "models" / "manifest.toml").read_text(encoding="utf-8")
    assert "\n".join(done.stdout.splitlines()[:4]) in manifest
