"""The pairs file of a verification protocol, in the format that LFW uses.

First line: folds and pairs per class and fold (one number means one fold). Then, fold by fold,
`name i j` for two pictures of one person and `name1 i name2 j` for pictures of two people,
separated by tabs or blanks. Picture i of a name is `ROOT/name/name_000i.jpg` (or png, bmp).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from base.errors import InvalidArgumentError

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")
_SHOWN_MISSING = 3


@dataclass(frozen=True, slots=True, eq=False)
class PairProtocol:
    """Pictures, whom they show, and the pairs to compare.

    paths: one file per picture, N of them.
    subject_of: (N,) intp, the person in each picture, 0 to `subject_count` - 1.
    pairs: (M, 2) intp, picture indices.
    is_genuine: (M,) bool, whether a pair shows one person.
    fold_of: (M,) intp, the fold of each pair.
    """

    paths: tuple[Path, ...]
    subject_of: npt.NDArray[np.intp]
    pairs: npt.NDArray[np.intp]
    is_genuine: npt.NDArray[np.bool_]
    fold_of: npt.NDArray[np.intp]

    def __post_init__(self) -> None:
        if self.subject_of.shape != (len(self.paths),):
            raise ValueError(f"subject_of must have shape ({len(self.paths)},)")
        count = len(self.pairs)
        if self.pairs.shape != (count, 2) or self.is_genuine.shape != (count,):
            raise ValueError(f"pairs must have shape (M, 2), got {self.pairs.shape}")
        if self.fold_of.shape != (count,):
            raise ValueError(f"fold_of must have shape ({count},), got {self.fold_of.shape}")

    @property
    def subject_count(self) -> int:
        """How many people the pictures show."""
        return int(self.subject_of.max()) + 1

    @property
    def fold_count(self) -> int:
        """How many folds the pairs are cut into."""
        return int(self.fold_of.max()) + 1


@dataclass(frozen=True, slots=True)
class _Line:
    """One pair as written: name and number of both pictures."""

    left: tuple[str, int]
    right: tuple[str, int]
    fold: int


@dataclass(slots=True)
class _Catalogue:
    """Gives each name and each picture its index, in order of appearance."""

    root: Path
    subjects: dict[str, int] = field(default_factory=dict)
    pictures: dict[tuple[str, int], int] = field(default_factory=dict)

    def index(self, name: str, number: int) -> int:
        self.subjects.setdefault(name, len(self.subjects))
        return self.pictures.setdefault((name, number), len(self.pictures))

    def paths(self) -> tuple[Path, ...]:
        found = {key: _find_picture(self.root, *key) for key in self.pictures}
        missing = [key for key, path in found.items() if path is None]
        if missing:
            shown = ", ".join(f"{name}/{name}_{i:04d}.*" for name, i in missing[:_SHOWN_MISSING])
            raise InvalidArgumentError(
                f"{len(missing)} of {len(found)} pictures that the pairs file names are not in "
                f"the folder, first: {shown}; expected {'|'.join(SUFFIXES)} files in --root",
                field="root",
                missing=len(missing),
            )
        return tuple(path for path in found.values() if path is not None)


def load_protocol(pairs_file: Path, root: Path, limit: int | None = None) -> PairProtocol:
    """Read a pairs file and find its pictures below `root`.

    limit: keep about this many pairs, the first ones of each fold and class.
    Raises InvalidArgumentError for a file that does not follow the format or missing pictures.
    """
    if not root.is_dir():
        raise InvalidArgumentError("--root is no folder; expected one with pictures", field="root")
    lines = _read_lines(pairs_file)
    if limit is not None:
        lines = _first_of_each(lines, limit)
    catalogue = _Catalogue(root)
    pairs = [(catalogue.index(*line.left), catalogue.index(*line.right)) for line in lines]
    return PairProtocol(
        catalogue.paths(),
        np.array([catalogue.subjects[name] for name, _ in catalogue.pictures], np.intp),
        np.array(pairs, np.intp),
        np.array([line.left[0] == line.right[0] for line in lines]),
        np.array([line.fold for line in lines], np.intp),
    )


def _read_lines(pairs_file: Path) -> list[_Line]:
    try:
        rows = [line.split() for line in pairs_file.read_text("utf-8").splitlines()]
    except OSError as error:
        raise InvalidArgumentError(
            f"the pairs file cannot be read: {error.strerror}", field="pairs"
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidArgumentError("the pairs file is not UTF-8 text", field="pairs") from error
    while rows and not rows[-1]:
        rows.pop()
    folds, per_class = _read_header(rows[0] if rows else [])
    if len(rows) - 1 != folds * per_class * 2:
        raise InvalidArgumentError(
            f"the pairs file has {len(rows) - 1} pairs; its first line promises {folds} folds of "
            f"{per_class} genuine and {per_class} impostor pairs",
            field="pairs",
        )
    return [
        _read_pair(row, number, (number - 2) // (2 * per_class))
        for number, row in enumerate(rows[1:], start=2)
    ]


def _read_header(row: Sequence[str]) -> tuple[int, int]:
    numbers = [int(part) for part in row if part.isdecimal()]
    if len(numbers) != len(row) or len(row) not in (1, 2) or not all(numbers):
        raise InvalidArgumentError(
            "line 1 of the pairs file is not `folds pairs` or `pairs`", field="pairs", line=1
        )
    return (1, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])


def _read_pair(row: Sequence[str], number: int, fold: int) -> _Line:
    words = (row[0], row[1], row[0], row[2]) if len(row) == 3 else tuple(row)
    if len(words) != 4 or not (words[1].isdecimal() and words[3].isdecimal()):
        raise InvalidArgumentError(
            f"line {number} of the pairs file is not `name i j` or `name1 i name2 j`",
            field="pairs",
            line=number,
        )
    if len(row) == 4 and words[0] == words[2]:
        raise InvalidArgumentError(
            f"line {number} of the pairs file is an impostor pair with one name twice",
            field="pairs",
            line=number,
        )
    for name in (words[0], words[2]):
        if "/" in name or "\\" in name or name.startswith("."):
            raise InvalidArgumentError(
                f"line {number} of the pairs file has a name that leaves the folder",
                field="pairs",
                line=number,
            )
    return _Line((words[0], int(words[1])), (words[2], int(words[3])), fold)


def _first_of_each(lines: list[_Line], limit: int) -> list[_Line]:
    groups: dict[tuple[int, bool], list[_Line]] = {}
    for line in lines:
        groups.setdefault((line.fold, line.left[0] == line.right[0]), []).append(line)
    share = max(1, limit // len(groups))
    return [line for group in groups.values() for line in group[:share]]


def _find_picture(root: Path, name: str, number: int) -> Path | None:
    for suffix in SUFFIXES:
        path = root / name / f"{name}_{number:04d}{suffix}"
        if path.is_file():
            return path
    return None
