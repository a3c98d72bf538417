import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.liveness import describe, to_payload
from decision.outcome import Decision, Reason
from decision.signal import Signal
from liveness.outcome import LivenessOutcome, LivenessResult, TargetRates
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tests.support.clips import make_clip
from tour import photographs

OUTCOMES = {outcome.value for outcome in LivenessOutcome}


def check(path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cli", "liveness", "check", str(path), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_a_picture_gets_a_decision_with_what_led_to_it(
    portraits: Mapping[str, ImageRGB], tmp_path: Path
) -> None:
    path = tmp_path / "portrait.jpg"
    path.write_bytes(encode_jpeg(portraits["seat-6"]))
    done = check(path, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["decision"] in OUTCOMES
    assert 0 <= answer["live_score"] <= 1
    assert answer["reasons"]
    for reason in answer["reasons"]:
        assert set(reason) == {"code", "text"}
        assert reason["text"]
    (passive,) = (one for one in answer["signals"] if one["name"] == "passive_texture")
    assert passive["llr"] is not None
    assert passive["calibration"]
    assert 0 < answer["operating_point"]["max_apcer"] < 1
    assert 0 < answer["operating_point"]["max_bpcer"] < 1
    assert answer["models"][0]["terms"] == "research"


def test_a_screen_is_never_live(portraits: Mapping[str, ImageRGB], tmp_path: Path) -> None:
    path = tmp_path / "screen.jpg"
    path.write_bytes(encode_jpeg(photographs.rephotographed(portraits["seat-6"])))
    done = check(path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] in {"SPOOF", "INCONCLUSIVE"}
    assert "decided at: APCER" in done.stdout


def test_a_clip_of_one_picture_is_never_live(
    portraits: Mapping[str, ImageRGB], tmp_path: Path
) -> None:
    path = tmp_path / "still.mp4"
    still = photographs.place(portraits["seat-6"])
    path.write_bytes(make_clip(pictures=[still] * 60))
    answer = json.loads(check(path, "--json").stdout)
    assert answer["decision"] != "LIVE"
    assert "FRAMES_REPEATED" in [reason["code"] for reason in answer["reasons"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "ARGUMENT_INVALID"),
        (b"", "PICTURE_EMPTY"),
        (b"no picture", "PICTURE_UNSUPPORTED"),
        (encode_jpeg(photographs.empty_room()), "NO_FACE"),
        (make_clip()[:-300], "CLIP_BROKEN"),
    ],
    ids=["missing", "empty", "text", "wall", "cut clip"],
)
def test_what_cannot_be_judged_ends_in_one_line_and_two(
    content: bytes | None, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    done = check(path, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["reason"] == reason
    assert done.stderr.count("\n") == 1


def test_nothing_measured_is_said_as_null_and_shown_as_nothing() -> None:
    nobody = LivenessResult(
        Decision(
            LivenessOutcome.INCONCLUSIVE,
            (Reason("NO_FACE", "No face was seen."),),
            (Signal("passive_texture", None, group="passive"),),
        ),
        None,
        TargetRates(0.05, 0.1, "somebody's data"),
        ("model",),
    )
    payload = json.loads(json.dumps(to_payload(nobody, {"model": "open"})))
    assert payload["live_score"] is None
    assert payload["signals"][0]["llr"] is None
    said = describe(payload)
    assert said.splitlines()[0] == "INCONCLUSIVE"
    assert "live score" not in said
    assert "APCER 5.00%, BPCER 10.00% (somebody's data)" in said
