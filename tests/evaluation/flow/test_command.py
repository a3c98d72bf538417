"""`smartbranch evaluate flow` on a film of a photograph, and on six people one by one."""

import json
from pathlib import Path

import numpy as np
import pytest
import typer

from cli.evaluate import flow
from cli.flow import flow_as_text
from media.image import ImageRGB
from tests.support.clips import FPS, make_clip

ROOM = '[[zone]]\nid = "room"\npolygon = [[0, 0], [1, 0], [1, 1], [0, 1]]\n'
DOOR = '[[line]]\nid = "door"\nstart = [0.5, 1.0]\nend = [0.5, 0.0]\n'
# In view, by hand; the development data's notice has it.
ONE_BY_ONE_S = ((6, 20), (23, 45), (50, 70), (74, 87), (92, 120), (123, 136))
MAX_ERROR_S = 1.5


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "scene.toml"
    path.write_text(ROOM + DOOR)
    return path


def passing_through(picture: ImageRGB) -> bytes:
    """Four seconds: nobody, then somebody who passes from left to right."""
    canvas = np.full((512, 1024, 3), 150, np.uint8)
    shown = []
    for step in range(20):
        frame = canvas.copy()
        x = (step - 5) * 80 - 512
        left, right = max(0, x), min(1024, x + 512)
        if left < right:
            frame[:, left:right] = picture[:, left - x : right - x]
        shown.append(frame)
    return make_clip(pictures=shown, pts=[step * FPS // 5 for step in range(20)])


def test_who_passes_is_counted_and_compared_with_a_truth(
    tmp_path: Path, scene: Path, astronaut: ImageRGB, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, truth = tmp_path / "clip.mp4", tmp_path / "truth.csv"
    clip.write_bytes(passing_through(astronaut))
    truth.write_text("zone,enter_s,leave_s\nroom,1.2,4\nroom,30,40\n")
    flow(clip, scene, truth, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["lines"] == {"door": {"in": 1, "out": 0}}
    assert len(report["compared"]["pairs"]) == 1
    assert [stay["enter_s"] for stay in report["compared"]["missed"]] == [30]
    assert report["model_terms"] == "research"
    text = flow_as_text(report)
    assert "door: 1 in, 0 out" in text
    assert "1 stays found, 1 missed, 0 too many" in text


def test_a_clip_that_is_none_ends_in_one_line_and_two(
    tmp_path: Path, scene: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"no clip")
    with pytest.raises(typer.Exit) as ended:
        flow(clip, scene)
    assert ended.value.exit_code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.shared
@pytest.mark.slow
def test_six_people_one_by_one_come_and_go_when_a_person_counted_them(
    tmp_path: Path, scene: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "truth.csv"
    rows = [f"room,{enter},{leave}" for enter, leave in ONE_BY_ONE_S]
    truth.write_text("\n".join(["zone,enter_s,leave_s", *rows, ""]))
    clip = shared_data / "lobby" / "one-by-one-person-detection.mp4"
    flow(clip, scene, truth, as_json=True)
    compared = json.loads(capsys.readouterr().out)["compared"]
    assert (len(compared["pairs"]), compared["missed"], compared["extra"]) == (6, [], [])
    assert compared["worst_enter_error_s"] <= MAX_ERROR_S
    assert compared["worst_dwell_error_s"] <= MAX_ERROR_S
