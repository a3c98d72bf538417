"""Pictures of people in a folder or an archive, one at a time and within bounds.

Nothing is ever unpacked to disk. The folder right above a picture names its subject; a picture
at the top names one by itself.
"""

import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from base.errors import InvalidArgumentError

MAX_PICTURES = 2_000_000
MAX_PICTURE_BYTES = 20 * 1024 * 1024
# Pictures are compressed already: an archive that grows more than this when read is a bomb.
_MAX_GROWTH = 20
_GROWTH_ALLOWANCE_BYTES = 100 * 1024 * 1024
_MAX_ID = 63
_UNREADABLE = (OSError, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, EOFError)


@dataclass(frozen=True, slots=True)
class SourcePicture:
    """One picture; `display_name` is what its folder or file was called, if no id."""

    subject: str
    display_name: str = field(repr=False)
    filename: str = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PictureSource:
    """A folder or archive. count: pictures in it. behind: yields those after the first n."""

    count: int
    behind: Callable[[int], Iterator[SourcePicture]]


_Member = tuple[str, Callable[[], IO[bytes]]]


def open_source(path: Path) -> PictureSource:
    """Look through a folder, zip or tar. Raises InvalidArgumentError."""
    members = _members_of(path)
    count, skip_parts = 0, _parts_to_skip(path, members)
    subjects: dict[str, str] = {}
    for name, _ in members():
        count += 1
        _check_alone(subjects, _called(name, skip_parts))
    return PictureSource(count, lambda skip: _read(path, members(), skip, skip_parts))


def _parts_to_skip(path: Path, members: Callable[[], Iterator[_Member]]) -> int:
    """Return 1 if everything lies in one folder that has subfolders of its own, else 0.

    That is how most archives of a folder look. Raises InvalidArgumentError for no pictures or
    too many.
    """
    roots: set[str] = set()
    count = depth = 0
    with _readable(path):
        for name, _ in members():
            count += 1
            if count > MAX_PICTURES:
                raise _refused(path, f"it has more than {MAX_PICTURES} files")
            parts = PurePosixPath(name).parts
            depth = max(depth, len(parts))
            if len(roots) < 2:
                roots.add(parts[0] if len(parts) > 1 else "")
    if not count:
        raise _refused(path, "it has no pictures")
    return int(roots != {""} and len(roots) == 1 and depth > 2)


def subject_id(name: str) -> str:
    """Return the nearest valid id for the name of a folder or file; "" if there is none."""
    cleaned = re.sub(r"[^a-z0-9._-]+", "-", name.lower())[:_MAX_ID]
    return cleaned.strip("._-")


def _check_alone(subjects: dict[str, str], called: str) -> None:
    """Refuse two folders whose names come to one id: their people would be mixed."""
    first = subjects.setdefault(subject_id(called), called)
    if first != called:
        raise InvalidArgumentError(
            f"two subjects come to the same id {subject_id(called)}; give their folders names "
            "that differ in more than case and punctuation",
            field="source",
        )


def _called(name: str, skip_parts: int) -> str:
    path = PurePosixPath(*PurePosixPath(name).parts[skip_parts:])
    return path.parent.name or path.stem


def _read(
    path: Path, members: Iterator[_Member], skip: int, skip_parts: int
) -> Iterator[SourcePicture]:
    budget = MAX_PICTURES * MAX_PICTURE_BYTES
    if path.is_file():
        budget = path.stat().st_size * _MAX_GROWTH + _GROWTH_ALLOWANCE_BYTES
    with _readable(path):
        for place, (name, open_member) in enumerate(members):
            if place < skip:
                continue
            with open_member() as file:
                # One byte more than is taken, so that the service sees and refuses the rest.
                data = file.read(MAX_PICTURE_BYTES + 1)
            budget -= len(data)
            if budget < 0:
                raise _refused(path, "it grows far beyond its size when it is read")
            called = _called(name, skip_parts)
            subject = subject_id(called)
            yield SourcePicture(subject, "" if subject == called else called, name, data)


def _members_of(path: Path) -> Callable[[], Iterator[_Member]]:
    if path.is_dir():
        return lambda: _folder(path)
    with _readable(path):
        if zipfile.is_zipfile(path):
            return lambda: _zip(path)
        if tarfile.is_tarfile(path):
            return lambda: _tar(path)
    raise _refused(path, "it is neither a folder nor a zip or tar archive")


def _folder(root: Path) -> Iterator[_Member]:
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        # A link could lead out of the folder.
        if path.is_file() and not path.is_symlink() and _is_wanted(name):
            yield name, lambda path=path: path.open("rb")  # type: ignore[misc]


def _zip(path: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir() or not _is_wanted(info.filename):
                continue
            _check_inside(path, info.filename)
            if info.flag_bits & 0x1:
                raise _refused(path, "it is encrypted")
            yield info.filename, lambda info=info: archive.open(info)  # type: ignore[misc]


def _tar(path: Path) -> Iterator[_Member]:
    with tarfile.open(path, "r|*") as archive:
        for info in archive:
            if info.isreg() and _is_wanted(info.name):
                _check_inside(path, info.name)
                yield info.name, lambda info=info: _tar_file(archive, info)  # type: ignore[misc]
            # The module keeps every header otherwise.
            archive.members = []  # type: ignore[attr-defined]


def _tar_file(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(info)
    assert file is not None  # It is a regular file.
    return file


def _is_wanted(name: str) -> bool:
    """Leave out what file managers put beside pictures."""
    return not any(
        part.startswith((".", "__MACOSX")) and part not in {".", ".."}
        for part in PurePosixPath(name).parts
    )


def _check_inside(path: Path, name: str) -> None:
    pure = PurePosixPath(name.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts:
        raise _refused(path, "a name in it leads out of it")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        raise _refused(path, "it cannot be read to its end") from error


def _refused(path: Path, why: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"{path} cannot be imported: {why}", field="source")
