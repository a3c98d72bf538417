"""`smartbranch face`: the keys that checks read, and what bad input gets."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg, encode_png
from tests.support.onnx_models import arcface_model, scrfd_model
from tour import photographs


def face(root: Path, *words: str) -> tuple[int, dict[str, Any], str]:
    """Run the command in a process of its own; return exit code, object and standard error."""
    command = [sys.executable, "-m", "cli", "face", *words, "--json"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.fixture
def portrait(tmp_path: Path, astronaut: ImageRGB) -> str:
    path = tmp_path / "portrait.png"
    path.write_bytes(encode_png(astronaut))
    return str(path)


def test_detect_prints_faces_and_draws_them(root: Path, tmp_path: Path, portrait: str) -> None:
    drawn = tmp_path / "drawn.png"
    code, answer, _ = face(root, "detect", portrait, "--draw", str(drawn))
    assert code == 0
    (found,) = answer["faces"]
    assert len(found["box_xyxy"]) == 4
    assert len(found["landmarks"]) == 5
    assert 0.9 < found["score"] <= 1
    assert found["quality"]["score"] > 40
    assert found["quality"]["reasons"] == []
    assert decode_picture(drawn.read_bytes()).shape == (512, 512, 3)


def test_verify_prints_a_decision_at_an_error_rate(
    root: Path, tmp_path: Path, portrait: str, astronaut: ImageRGB
) -> None:
    again = tmp_path / "again.jpg"
    again.write_bytes(encode_jpeg(photographs.reshot(astronaut)))
    code, answer, _ = face(root, "verify", portrait, str(again), "--fmr", "1e-3")
    assert code == 0
    assert answer["decision"] == "MATCH"
    assert answer["similarity"] >= answer["threshold"]
    assert answer["fmr"] <= answer["target_fmr"] == 1e-3
    assert answer["model"] == "mobilefacenet-fr"
    assert set(answer["reasons"][0]) == {"code", "text"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "PICTURE_EMPTY", id="empty"),
        pytest.param(b"no picture", "PICTURE_UNSUPPORTED", id="text"),
        pytest.param(encode_png(photographs.empty_room()), "NO_FACE", id="nobody"),
        pytest.param(photographs.table_photograph(), "SEVERAL_FACES", id="several"),
        pytest.param(photographs.oversized_png(), "PICTURE_TOO_LARGE", id="bomb"),
    ],
)
def test_bad_pictures_end_in_one_line_with_a_reason(
    root: Path, tmp_path: Path, portrait: str, data: bytes, reason: str
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(data)
    code, answer, log = face(root, "verify", portrait, str(bad))
    assert code == 2
    assert answer["error"]["reason"] == reason
    assert log.startswith(f"error {reason}: ")
    assert log.count("\n") == 1


def test_a_rate_out_of_range_is_bad_input(root: Path, portrait: str) -> None:
    code, answer, _ = face(root, "verify", portrait, portrait, "--fmr", "1e-12")
    assert (code, answer["error"]["reason"]) == (2, "ERROR_RATE_OUT_OF_RANGE")


def test_a_pack_named_in_the_settings_replaces_both_models(
    root: Path, tmp_path: Path, portrait: str
) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "det.onnx").write_bytes(scrfd_model(batched=True))
    (folder / "rec.onnx").write_bytes(arcface_model())
    settings = tmp_path / "settings.toml"
    settings.write_text(f'insightface_pack = "{folder}"\n', encoding="utf-8")
    code, answer, _ = face(root, "detect", portrait, "--config", str(settings))
    assert (code, answer["model"]) == (0, "insightface-pack-det")


def test_limits_of_the_settings_hold_and_a_misspelled_one_is_told(
    root: Path, tmp_path: Path, portrait: str
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("max_picture_pixels = 10000\n", encoding="utf-8")
    code, answer, _ = face(root, "detect", portrait, "--config", str(settings))
    assert (code, answer["error"]["reason"]) == (2, "PICTURE_TOO_LARGE")
    settings.write_text("mirrors = true\n", encoding="utf-8")
    code, answer, _ = face(root, "detect", portrait, "--config", str(settings))
    assert "mirrors" in answer["error"]["message"]
