import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cli.document import describe
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tour.cards.travel import Traveller, draw_passport

HOLDER = Traveller("SPECIMEN", "ANNA MARIA", "L898902C3", date(1974, 8, 12), "F", date(2039, 4, 15))


def read(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cli", "document", "read", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_a_document_is_read_as_one_object(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    path.write_bytes(encode_jpeg(draw_passport(HOLDER)))
    done = read(str(path), "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["kind"] == "MRZ_TD3"
    assert answer["decision"] in {"VALID", "INVALID", "INCONCLUSIVE"}
    number = answer["fields"]["document_number"]
    assert number["value"] == HOLDER.number
    assert 0 < number["confidence"] <= 1
    assert {"name", "passed", "text"} == set(answer["checks"][0])
    assert HOLDER.number not in done.stderr
    assert describe(answer).startswith(f"{answer['decision']} MRZ_TD3")


def test_a_picture_of_a_person_holds_no_document(tmp_path: Path, astronaut: ImageRGB) -> None:
    path = tmp_path / "person.jpg"
    path.write_bytes(encode_jpeg(astronaut))
    done = read(str(path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("INCONCLUSIVE UNKNOWN_DOCUMENT")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"no picture", "PICTURE_UNSUPPORTED", id="no-picture"),
        pytest.param(None, "ARGUMENT_INVALID", id="no-file"),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "page.jpg"
    if content is not None:
        path.write_bytes(content)
    done = read(str(path), "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["reason"] == reason
    assert len(done.stderr.strip().splitlines()) == 1
