import json
from pathlib import Path

import pytest
import typer

from cli.evaluate import injection
from cli.injection_words import kit_as_text
from evaluation.injection.result import Answer, KitReport, Trial, summarise


def report() -> KitReport:
    trials = (
        Trial("a.mp4", "loop", Answer.REFUSED, ("CLIP_LOOPED",)),
        Trial("b.mp4", "loop", Answer.PASSED),
        Trial("a.mp4", "lossy", Answer.PASSED),
        Trial("b.mp4", "lossy", Answer.HELD, ("TOO_FEW_FRAMES",)),
    )
    made = [
        summarise(name, "method", [one for one in trials if one.method == name])
        for name in ("loop", "lossy")
    ]
    return KitReport((made[0],), (made[1],), trials, 7)


def test_people_see_what_came_of_each_method_and_whose_clips_nobody_learns() -> None:
    plain = json.loads(json.dumps(report().to_plain()))
    lines = kit_as_text(plain).splitlines()
    assert lines[0] == "2 genuine clips, seed 7"
    loop = next(line for line in lines if line.startswith("loop"))
    assert loop.split() == ["loop", "1/2", "0/2", "1/2", "CLIP_LOOPED"]
    lossy = next(line for line in lines if line.startswith("lossy"))
    assert lossy.split() == ["lossy", "0/2", "1/2", "1/2", "TOO_FEW_FRAMES"]
    assert "a.mp4" not in json.dumps(plain)


@pytest.mark.parametrize("is_there", [True, False], ids=["one clip", "no clip"])
def test_what_the_kit_cannot_use_ends_in_one_line_and_two(
    is_there: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "clip.mp4"
    if is_there:
        path.write_bytes(b"any")
    with pytest.raises(typer.Exit) as exit_info:
        injection([path], None, False, True)
    said = capsys.readouterr()
    assert exit_info.value.exit_code == 2
    assert json.loads(said.out)["error"]["reason"] == "ARGUMENT_INVALID"
    assert said.err.count("\n") == 1
