from pathlib import Path

import pytest

from base.errors import InvalidArgumentError
from deepfake.outcome import ForgeryOutcome
from evaluation.deepfake.answers import AnswerBook, ForgeryAnswer
from evaluation.manifest import LabelledFile

STAMP = {"model": "abc"}
SURE = ForgeryAnswer(
    ForgeryOutcome.FAKE, 0.9, "LOOKS_FORGED", True, {"frame_forgery": 0.8}, ("CUT",), (1.0, 2.5)
)
SILENT = ForgeryAnswer(None, None, "NO_FACE")


@pytest.fixture
def rows(tmp_path: Path) -> list[LabelledFile]:
    found = []
    for name in ("a.jpg", "b.mp4"):
        (tmp_path / name).write_bytes(name.encode())
        found.append(LabelledFile(tmp_path / name, name, True, "", "s"))
    return found


def test_a_run_that_was_cut_off_goes_on_where_it_was(
    rows: list[LabelledFile], tmp_path: Path
) -> None:
    path = tmp_path / "answers.jsonl"
    with AnswerBook(path, STAMP) as book:
        assert book.get(rows[0]) is None
        book.put(rows[0], SURE)
        book.put(rows[1], SILENT)
    # The last line was being written when the machine went down.
    path.write_text(path.read_text()[:-7])
    with AnswerBook(path, STAMP) as book:
        assert book.get(rows[0]) == SURE
        assert book.get(rows[1]) is None


def test_a_line_cut_short_does_not_spoil_the_next(rows: list[LabelledFile], tmp_path: Path) -> None:
    """Appended to half a line, the first new answer was lost with it and broke the third run."""
    path = tmp_path / "answers.jsonl"
    with AnswerBook(path, STAMP) as book:
        book.put(rows[0], SURE)
    path.write_text(path.read_text()[:-7])
    with AnswerBook(path, STAMP) as book:
        book.put(rows[1], SILENT)
    with AnswerBook(path, STAMP) as book:
        assert (book.get(rows[0]), book.get(rows[1])) == (None, SILENT)


def test_a_file_that_has_changed_is_judged_again(rows: list[LabelledFile], tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with AnswerBook(path, STAMP) as book:
        book.put(rows[0], SURE)
    rows[0].path.write_bytes(b"something else")
    with AnswerBook(path, STAMP) as book:
        assert book.get(rows[0]) is None


def test_answers_of_other_models_are_refused(rows: list[LabelledFile], tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with AnswerBook(path, STAMP) as book:
        book.put(rows[0], SURE)
    with pytest.raises(InvalidArgumentError, match="other models"):
        AnswerBook(path, {"model": "def"})


@pytest.mark.parametrize("content", ["no JSON\n", "[1]\n", '{"stamp": {"model": "abc"}}\n{}\n'])
def test_a_file_that_is_no_book_is_refused_and_kept(content: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(content)
    with pytest.raises(InvalidArgumentError, match="holds no answers"):
        AnswerBook(path, STAMP)
    assert path.read_text() == content


def test_without_a_file_nothing_is_kept(rows: list[LabelledFile]) -> None:
    with AnswerBook(None, STAMP) as book:
        book.put(rows[0], SURE)
        assert book.get(rows[0]) is None
