from collections.abc import Callable
from pathlib import Path

import pytest

from base.errors import InvalidArgumentError
from evaluation.protocol import load_protocol

PAIRS = "2\t1\nAnn\t1\t2\nAnn\t1\tBob\t1\nBob\t1\t2\nAnn\t2\tBob\t2\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, suffix in (("Ann", ".jpg"), ("Bob", ".png")):
        (tmp_path / name).mkdir()
        for number in (1, 2):
            (tmp_path / name / f"{name}_{number:04d}{suffix}").write_bytes(b"picture")
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = folder / "pairs.txt"
        path.write_text(text, "utf-8")
        return path

    return write


def test_folds_classes_and_pictures_are_read(folder: Path, write: Callable[[str], Path]) -> None:
    protocol = load_protocol(write(PAIRS), folder)
    assert protocol.fold_of.tolist() == [0, 0, 1, 1]
    assert protocol.is_genuine.tolist() == [True, False, True, False]
    assert [path.name for path in protocol.paths] == [
        "Ann_0001.jpg",
        "Ann_0002.jpg",
        "Bob_0001.png",
        "Bob_0002.png",
    ]
    assert protocol.subject_of.tolist() == [0, 0, 1, 1]
    assert protocol.pairs.tolist() == [[0, 1], [0, 2], [2, 3], [1, 3]]


def test_a_single_number_means_one_fold(folder: Path, write: Callable[[str], Path]) -> None:
    text = "1\nAnn 1 2\nAnn 1 Bob 1\n"
    assert load_protocol(write(text), folder).fold_count == 1


def test_a_limit_keeps_every_fold_and_class(folder: Path, write: Callable[[str], Path]) -> None:
    text = "1 2\nAnn 1 2\nBob 1 2\nAnn 1 Bob 1\nAnn 2 Bob 2\n"
    protocol = load_protocol(write(text), folder, limit=2)
    assert protocol.is_genuine.tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1"),
        ("ten 300\n", "line 1"),
        ("0 1\n", "line 1"),
        ("1 1\nAnn 1 2\n", "promises"),
        ("1 1\nAnn one two\nAnn 1 Bob 1\n", "line 2"),
        ("1 1\nAnn 1 2\nAnn 1 Ann 2\n", "one name twice"),
        ("1 1\nAnn 1 2\n../etc 1 Bob 2\n", "leaves the folder"),
        ("1 1\nAnn 1 9\nAnn 1 Bob 1\n", "Ann_0009"),
    ],
)
def test_a_file_that_breaks_the_format_is_refused_with_its_line(
    folder: Path, write: Callable[[str], Path], text: str, says: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=says):
        load_protocol(write(text), folder)


def test_missing_files_and_folders_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot be read"):
        load_protocol(folder / "none.txt", folder)
    with pytest.raises(InvalidArgumentError, match="--root"):
        load_protocol(folder / "none.txt", tmp_path / "nowhere")
    binary = folder / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidArgumentError, match="UTF-8"):
        load_protocol(binary, folder)
