"""A manifest of labelled pictures and clips: one row per file, as CSV.

Columns: `path` below the root and `label`; optional are `attack` (how it was made, for what is no
good), `source` (the data set or device), `context` (width of the picture over width of the face
box) and `clip` (rows with the same one are frames of one recording).
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from base.errors import InvalidArgumentError

NO_METHOD = "unspecified"
MAX_ROWS = 200_000
MAX_NAME = 80
_REQUIRED = ("path", "label")
_SHOWN_MISSING = 3


@dataclass(frozen=True, slots=True)
class Labels:
    """The words for the two classes, in lower case. good: what is as it should be."""

    good: tuple[str, ...]
    bad: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """One picture or clip, and what it is.

    attack: how it was made, empty for what is good. context: None if not stated.
    clip: the recording that it belongs to; empty if it stands alone. name: path below the root.
    """

    path: Path = field(repr=False)
    name: str = field(repr=False)
    is_good: bool
    attack: str
    source: str
    context: float | None = None
    clip: str = ""


def load_rows(manifest: Path, root: Path, labels: Labels) -> tuple[LabelledFile, ...]:
    """Read the manifest and find its files below `root`.

    Raises InvalidArgumentError for a file that does not follow the format, names a path twice or
    outside of the root, or names files that are not there.
    """
    if not root.is_dir():
        raise InvalidArgumentError("--root is no folder; expected one with files", field="root")
    rows: list[LabelledFile] = []
    line_of: dict[Path, int] = {}
    for line, row in _read(manifest):
        if len(rows) == MAX_ROWS:
            raise _wrong(line, f"is one too many; at most {MAX_ROWS} rows are read")
        one = _labelled(row, line, root, manifest.stem, labels)
        first = line_of.setdefault(one.path, line)
        if first != line:
            raise _wrong(line, f"names the file of line {first} again")
        rows.append(one)
    if not rows:
        raise InvalidArgumentError("the manifest has no rows below its header", field="manifest")
    _check_there(rows, root)
    return tuple(rows)


def _read(manifest: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restkey="")
            missing = [name for name in _REQUIRED if name not in (reader.fieldnames or ())]
            if missing:
                raise InvalidArgumentError(
                    f"the manifest has no column {' and no column '.join(missing)}; expected a "
                    "header path,label[,attack,source,context,clip]",
                    field="manifest",
                )
            for row in reader:
                if "" in row or None in row.values():
                    raise _wrong(reader.line_num, "has another number of columns than the header")
                yield reader.line_num, {name: value.strip() for name, value in row.items()}
    except OSError as error:
        raise InvalidArgumentError(
            f"the manifest cannot be read: {error.strerror}", field="manifest"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidArgumentError("the manifest is not CSV in UTF-8", field="manifest") from error


def _labelled(
    row: Mapping[str, str], line: int, root: Path, stem: str, labels: Labels
) -> LabelledFile:
    label = row["label"].lower()
    words = labels.good + labels.bad
    if label not in words:
        raise _wrong(
            line, f"has the label {row['label'][:MAX_NAME]!r}; expected {' or '.join(words)}"
        )
    is_good = label in labels.good
    attack = row.get("attack", "") or NO_METHOD
    name = _inside(row["path"], line)
    return LabelledFile(
        root / name,
        str(name),
        is_good=is_good,
        attack="" if is_good else _name(attack, line),
        source=_name(row.get("source", "") or stem, line),
        context=_context(row.get("context", ""), line),
        clip=row.get("clip", ""),
    )


def _inside(path: str, line: int) -> PurePosixPath:
    pure = PurePosixPath(path.replace("\\", "/"))
    if not path or pure.is_absolute() or ".." in pure.parts or "\0" in path:
        raise _wrong(line, "has a path that is empty or leads out of the root")
    return pure


def _name(name: str, line: int) -> str:
    if len(name) > MAX_NAME or not name.isprintable():
        raise _wrong(line, f"has a name that is no printable text of up to {MAX_NAME} characters")
    return name


def _context(value: str, line: int) -> float | None:
    if not value:
        return None
    try:
        context = float(value)
    except ValueError:
        context = 0.0
    if not 0 < context < float("inf"):
        raise _wrong(line, "has a context that is no number above 0")
    return context


def _check_there(rows: list[LabelledFile], root: Path) -> None:
    missing = [row.path for row in rows if not row.path.is_file()]
    if missing:
        shown = ", ".join(str(path.relative_to(root)) for path in missing[:_SHOWN_MISSING])
        raise InvalidArgumentError(
            f"{len(missing)} of {len(rows)} files that the manifest names are not below --root, "
            f"first: {shown}",
            field="root",
            missing=len(missing),
        )


def _wrong(line: int, what: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"line {line} of the manifest {what}", field="manifest", line=line)
