import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer

from base.errors import FaultError, ModelCorruptError, NoFaceError
from cli.__main__ import NOUNS, load_noun
from cli.output import emit, exit_code, run

pytestmark = pytest.mark.timed

HEAVY = ("numpy", "onnxruntime", "cv2", "grpc", "fastapi", "sqlalchemy", "insightface", "faiss")
LOADED = f"""
import sys
sys.argv = ["smartbranch", "--help"]
from cli.__main__ import main
try:
    main()
finally:
    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""


def smartbranch(*words: str, root: Path) -> subprocess.CompletedProcess[str]:
    return python("-m", "cli", *words, root=root)


def python(*words: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=root, capture_output=True, text=True, check=False
    )


def test_help_names_every_noun(root: Path) -> None:
    done = smartbranch("--help", root=root)
    assert done.returncode == 0
    for noun in NOUNS:
        assert noun in done.stdout


def test_help_imports_nothing_heavy(root: Path) -> None:
    """Loading models' libraries to print a page of help would take seconds."""
    done = python("-c", LOADED, root=root)
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_help_answers_at_once(root: Path) -> None:
    begin = time.monotonic()
    smartbranch("--help", root=root)
    # Half a second on a free machine; the tests may share theirs.
    assert time.monotonic() - begin < 3


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_is_there_and_describes_itself(noun: str, root: Path) -> None:
    done = smartbranch(noun, "--help", root=root)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


@pytest.mark.parametrize("noun", [name for name, noun in NOUNS.items() if noun.has_verbs])
def test_every_verb_can_answer_in_json(noun: str) -> None:
    group = load_noun(noun)
    verbs = getattr(group, "commands", {})
    assert verbs
    for name, verb in verbs.items():
        options = {option for parameter in verb.params for option in parameter.opts}
        assert "--json" in options, f"{noun} {name} has no --json"


@pytest.mark.parametrize(
    "words",
    [["fcae"], ["face", "verfy"], ["face", "verify"], ["face", "verify", "a", "b", "--frm", "1"]],
    ids=["noun", "verb", "argument", "option"],
)
def test_a_wrong_command_line_ends_in_one_line_and_two(words: Sequence[str], root: Path) -> None:
    done = smartbranch(*words, root=root)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("error USAGE: ")


def test_a_wrong_command_line_answers_in_json_too(root: Path) -> None:
    done = smartbranch("face", "verfy", "--json", root=root)
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["reason"] == "USAGE"


@pytest.mark.parametrize(
    ("error", "code"),
    [(NoFaceError("x"), 2), (ModelCorruptError("x"), 1), (FaultError("x"), 1), (KeyError("x"), 1)],
    ids=["input", "fault", "any fault", "unknown"],
)
def test_bad_input_ends_with_two_and_a_fault_with_one(error: Exception, code: int) -> None:
    assert exit_code(error) == code


def test_an_error_is_one_line_beside_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise NoFaceError("no face in the picture; retake it", faces=0)

    with pytest.raises(typer.Exit) as end:
        run(refuse, as_json=True)
    out, err = capsys.readouterr()
    assert end.value.exit_code == 2
    assert err == "error NO_FACE: no face in the picture; retake it\n"
    assert json.loads(out) == {
        "error": {
            "reason": "NO_FACE",
            "message": "no face in the picture; retake it",
            "metadata": {"faces": "0"},
        }
    }


def test_an_unknown_fault_keeps_its_words_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """Messages of libraries may hold what must not be shown; the trace goes to the log only."""

    def fail() -> None:
        raise KeyError("a customer's name")

    with pytest.raises(typer.Exit) as end:
        run(fail, as_json=True)
    out, err = capsys.readouterr()
    assert end.value.exit_code == 1
    assert "customer" not in out
    assert err.splitlines()[-1] == "error INTERNAL: unexpected KeyError"


def test_an_answer_with_infinity_is_a_fault() -> None:
    with pytest.raises(ValueError, match="JSON"):
        emit({"similarity": float("inf")}, as_json=True)
