"""Whatever is done to the files of a recording shows, with or without the database beside it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from base.errors import RecordingDamagedError, StorageFailedError
from serving.interview.recording_reader import Recording
from serving.interview.recording_types import RecordingHead, RecordingPlace
from tests.support.recordings import KEY, PLACE, RECORD_LENGTH, MemoryBook, open_at, picture, record


def _cut(folder: Path) -> None:
    path = sorted(folder.glob("*.seg"))[-1]
    path.write_bytes(path.read_bytes()[:-1])


def _swap_records(folder: Path) -> None:
    """Change the places of the last two records, which are of one length."""
    path = folder / "000002.seg"
    data = path.read_bytes()
    record = len(data) - data.rindex(RECORD_LENGTH, 0, len(data) - 500)
    path.write_bytes(data[: -2 * record] + data[-record:] + data[-2 * record : -record])


def _repeat_record(folder: Path) -> None:
    path = folder / "000002.seg"
    data = path.read_bytes()
    record = len(data) - data.rindex(RECORD_LENGTH, 0, len(data) - 500)
    path.write_bytes(data[:-record] + 2 * data[-record:])


def _swap_segments(folder: Path) -> None:
    first, second = folder / "000001.seg", folder / "000002.seg"
    data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(data)


def _without_head(folder: Path) -> None:
    (folder / "head").unlink()


def _empty_head(folder: Path) -> None:
    (folder / "head").write_bytes(b"")


def _without_middle(folder: Path) -> None:
    (folder / "000002.seg").unlink()


def _without_last(folder: Path) -> None:
    sorted(folder.glob("*.seg"))[-1].unlink()


def _flip(folder: Path) -> None:
    path = folder / "000001.seg"
    data = bytearray(path.read_bytes())
    data[300] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "harm",
    [
        _cut,
        _swap_records,
        _repeat_record,
        _swap_segments,
        _without_head,
        _empty_head,
        _without_middle,
        _without_last,
        _flip,
    ],
)
def test_harm_to_the_files_shows(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    record(tmp_path, 1, 20)
    harm(tmp_path)
    with pytest.raises(RecordingDamagedError):
        Recording(tmp_path, KEY, PLACE).verify()


def test_no_byte_of_a_recording_changes_unnoticed(tmp_path: Path) -> None:
    """A byte of the head or of the index that changes is noticed or costs nothing."""
    recorder = open_at(tmp_path / "whole")
    for sequence in (1, 2, 3):
        recorder.append(picture(sequence, 20))
    recorder.close()
    whole = Recording(tmp_path / "whole", KEY, PLACE)
    expected = whole.verify(), whole.picture(3)
    missed = []
    for name in ("000001.seg", "000001.idx", "head"):
        folder = Path(shutil.copytree(tmp_path / "whole", tmp_path / f"changed-{name}"))
        data = (folder / name).read_bytes()
        for at in range(len(data)):
            (folder / name).write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            found = _looked_at(folder)
            if found not in (None, expected):
                missed.append((name, at))
    assert missed == []


def _looked_at(folder: Path) -> object:
    try:
        recording = Recording(folder, KEY, PLACE)
        return recording.verify(), recording.picture(3)
    except RecordingDamagedError:
        return None


def test_a_recording_that_was_put_back_shows_by_what_was_noted(tmp_path: Path) -> None:
    """Who copies the whole folder and puts it back later passes its own head's check."""
    book = MemoryBook()
    record(tmp_path / "now", 1, 6, book)
    shutil.copytree(tmp_path / "now", tmp_path / "old")
    record(tmp_path / "now", 7, 9, book)
    Recording(tmp_path / "now", KEY, PLACE, book).verify()
    Recording(tmp_path / "old", KEY, PLACE).verify()
    with pytest.raises(RecordingDamagedError, match="6 of 9 records"):
        Recording(tmp_path / "old", KEY, PLACE, book)
    with pytest.raises(RecordingDamagedError):
        open_at(tmp_path / "old", book=book)


def test_a_recording_that_moves_on_while_it_is_opened_is_not_damaged(tmp_path: Path) -> None:
    """The head was read before the note of a later one: the reader cried damage for nothing."""
    book = MemoryBook()
    record(tmp_path, 1, 3, book)

    class MovesOn(MemoryBook):
        def find(self, place: RecordingPlace) -> RecordingHead | None:
            found = book.find(place)
            record(tmp_path, recorded(tmp_path) + 1, recorded(tmp_path) + 9, book)
            return found

    for _ in range(3):
        Recording(tmp_path, KEY, PLACE, MovesOn()).verify()


def recorded(folder: Path) -> int:
    return Recording(folder, KEY, PLACE).head.last_sequence


@pytest.mark.parametrize("name", ["head", "000001.seg"])
def test_what_the_disk_does_not_give_is_said_so(tmp_path: Path, name: str) -> None:
    """An error of the disk was nobody's reason: the case could not be shown nor decided."""
    record(tmp_path, 1, 4)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    (tmp_path / "000001.idx").unlink()
    with pytest.raises(StorageFailedError, match="cannot be read"):
        Recording(tmp_path, KEY, PLACE).verify()
