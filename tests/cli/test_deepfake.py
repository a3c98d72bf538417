import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import typer

from cli.deepfake import check as check_here
from cli.deepfake import describe, to_payload
from decision.findings import Weight
from decision.outcome import Decision, Reason
from decision.signal import Signal
from deepfake.outcome import ForgeryOutcome, ForgeryResult, Moment, TargetRates
from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg
from tests.support.clips import make_clip
from tour import photographs

OUTCOMES = {outcome.value for outcome in ForgeryOutcome}


def check(path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cli", "deepfake", "check", str(path), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_a_picture_gets_a_decision_and_a_map_of_where(
    portraits: Mapping[str, ImageRGB], tmp_path: Path
) -> None:
    path, drawing = tmp_path / "portrait.jpg", tmp_path / "heat.png"
    path.write_bytes(encode_jpeg(portraits["seat-6"]))
    done = check(path, "--json", "--heat-map", str(drawing))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["decision"] in OUTCOMES
    assert answer["reasons"]
    for reason in answer["reasons"]:
        assert set(reason) == {"code", "text"}
        assert reason["text"]
    (frame,) = (one for one in answer["signals"] if one["name"] == "frame_forgery")
    assert 0 <= frame["score"] <= 1
    assert answer["moments"] == []
    point = answer["operating_point"]
    assert 0 < point["max_false_alarm_rate"] < 1
    assert answer["models"][0]["terms"] == "research"
    painted = decode_picture(drawing.read_bytes())
    assert painted.shape == portraits["seat-6"].shape
    assert np.abs(painted.astype(int) - portraits["seat-6"]).max() > 50


def test_a_clip_of_one_picture_is_never_genuine_and_says_when(
    portraits: Mapping[str, ImageRGB], tmp_path: Path
) -> None:
    path = tmp_path / "still.mp4"
    still = photographs.place(portraits["seat-6"])
    path.write_bytes(make_clip(pictures=[still] * 75, tone_s=3.0))
    done = check(path, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["decision"] != "GENUINE"
    (first, *_) = answer["moments"]
    assert set(first) == {"code", "signal", "weight", "start_s", "end_s"}
    assert first["code"] in [reason["code"] for reason in answer["reasons"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "ARGUMENT_INVALID"),
        (b"", "PICTURE_EMPTY"),
        (b"no picture", "PICTURE_UNSUPPORTED"),
        (encode_jpeg(photographs.empty_room()), "NO_FACE"),
        (encode_jpeg(photographs.side_by_side(*[p.portrait for p in photographs.people()[:2]])),
         "SEVERAL_FACES"),
        (make_clip()[:-300], "CLIP_BROKEN"),
    ],
    ids=["missing", "empty", "text", "wall", "two people", "cut clip"],
)  # fmt: skip
def test_what_cannot_be_judged_ends_in_one_line_and_two(
    content: bytes | None, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(typer.Exit) as exit_info:
        check_here(path, None, None, True)
    said = capsys.readouterr()
    assert exit_info.value.exit_code == 2
    assert json.loads(said.out)["error"]["reason"] == reason
    assert said.err.count("\n") == 1


def test_a_map_that_has_no_folder_is_refused_before_anything_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"no picture")
    with pytest.raises(typer.Exit):
        check_here(path, tmp_path / "nowhere" / "map.png", None, True)
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["reason"], error["metadata"]["field"]) == ("ARGUMENT_INVALID", "heat_map")


def test_nothing_measured_is_said_as_null_and_shown_as_nothing() -> None:
    nobody = ForgeryResult(
        Decision(
            ForgeryOutcome.INCONCLUSIVE,
            (Reason("NO_FACE", "No face was seen."),),
            (Signal("frame_forgery", None, group="frame"),),
        ),
        None,
        TargetRates(0.05, 0.2, "somebody's data"),
        ("model",),
        (Moment("LOOPED", Weight.BREAKS, "repetition", 1.23456, None),),
    )
    payload = json.loads(json.dumps(to_payload(nobody, {"model": "open"})))
    assert payload["fake_score"] is None
    assert payload["signals"][0]["llr"] is None
    assert payload["moments"] == [
        {"code": "LOOPED", "signal": "repetition", "weight": "BREAKS", "start_s": 1.235,
         "end_s": None}
    ]  # fmt: skip
    said = describe(payload)
    assert said.splitlines()[0] == "INCONCLUSIVE"
    assert "fake score" not in said
    assert "false alarms 5.00%, INCONCLUSIVE 20.00% of what is genuine (somebody's data)" in said
