from collections.abc import Callable
from pathlib import Path

import pytest

from base.errors import InvalidArgumentError
from evaluation.pad.manifest import load_manifest_rows

Write = Callable[[str], Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    (folder / "a").mkdir(parents=True)
    for name in ("1.jpg", "2.jpg", "3.mp4"):
        (folder / "a" / name).write_bytes(b"bytes")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "lobby.csv"
        path.write_text(text, "utf-8")
        return path

    return write


def test_rows_are_read_with_what_is_optional(root: Path, write: Write) -> None:
    text = (
        "path,label,attack,source,context,clip\na/1.jpg,live,,door,2.7,\na/2.jpg,spoof,print,,,x\n"
    )
    live, spoof = load_manifest_rows(write(text), root)
    assert (live.is_live, live.species, live.source, live.context) == (True, "", "door", 2.7)
    assert (spoof.is_live, spoof.species, spoof.clip) == (False, "print", "x")
    # A row without a source belongs to the manifest's own name.
    assert (spoof.source, spoof.context) == ("lobby", None)


def test_two_columns_are_enough_and_a_mark_of_byte_order_does_no_harm(
    root: Path, write: Write
) -> None:
    rows = load_manifest_rows(write("\ufeffpath,label\na/1.jpg,LIVE\na/3.mp4, spoof\n"), root)
    assert [row.species for row in rows] == ["", "unspecified"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column path and no column label"),
        ("path,kind\na/1.jpg,live\n", "no column label"),
        ("path,label\n", "no rows"),
        ("path,label\na/1.jpg,fake\n", "line 2 of the manifest has the label 'fake'"),
        ("path,label\na/1.jpg,live,x\n", "line 2 of the manifest has another number of columns"),
        ("path,label,source\na/1.jpg,live\n", "another number of columns"),
        ("path,label\na/1.jpg,live\n./a/1.jpg,live\n", "line 3 of the manifest names the file of"),
        ("path,label\n../root/a/1.jpg,live\n", "leads out of the root"),
        ("path,label\n/etc/hostname,live\n", "leads out of the root"),
        ("path,label\n,live\n", "leads out of the root"),
        ("path,label,context\na/1.jpg,live,wide\n", "context that is no number"),
        ("path,label,context\na/1.jpg,live,nan\n", "context that is no number"),
        ("path,label,source\na/1.jpg,live,\x07\n", "no printable text"),
        ("path,label\na/1.jpg,live\na/9.jpg,live\n", r"1 of 2 files .* first: a/9\.jpg"),
    ],
    ids=[
        *("empty", "no label column", "no rows", "label", "too long", "too short", "twice"),
        *("upwards", "absolute", "no path", "context", "not finite", "bell", "missing"),
    ],
)
def test_a_bad_manifest_is_refused_with_its_line(
    text: str, said: str, root: Path, write: Write
) -> None:
    with pytest.raises(InvalidArgumentError, match=said):
        load_manifest_rows(write(text), root)


def test_a_file_that_is_no_text_is_refused(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b"path,label\n\xff\xfe,live\n")
    with pytest.raises(InvalidArgumentError, match="not CSV in UTF-8"):
        load_manifest_rows(path, root)
    with pytest.raises(InvalidArgumentError, match="cannot be read"):
        load_manifest_rows(tmp_path / "nothing.csv", root)


def test_a_root_that_is_no_folder_is_refused(write: Write, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="no folder"):
        load_manifest_rows(write("path,label\na,live\n"), tmp_path / "nowhere")


def test_a_row_does_not_show_whose_picture_it_is(root: Path, write: Write) -> None:
    (row,) = load_manifest_rows(write("path,label\na/1.jpg,live\n"), root)
    assert "1.jpg" not in repr(row)
