"""Counts that somebody made by hand: one row per stay, as CSV."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from base.errors import InvalidArgumentError

MAX_ROWS = 10_000
COLUMNS = ("zone", "enter_s", "leave_s")


@dataclass(frozen=True, slots=True)
class CountedStay:
    """One stay in a zone, in seconds of the clip."""

    zone: str
    enter_s: float
    leave_s: float

    @property
    def dwell_s(self) -> float:
        """How long it was."""
        return self.leave_s - self.enter_s


def read_truth(path: Path) -> tuple[CountedStay, ...]:
    """Read the rows. Raises InvalidArgumentError for a file that does not follow the format."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise _wrong(f"needs the columns {', '.join(COLUMNS)}")
            rows = [_row(row, line) for line, row in enumerate(reader, 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _wrong(f"cannot be read: {error}") from error
    if len(rows) > MAX_ROWS:
        raise _wrong(f"has {len(rows)} rows; at most {MAX_ROWS} are read")
    return tuple(rows)


def _row(row: dict[str, str], line: int) -> CountedStay:
    try:
        enter_s, leave_s = float(row["enter_s"]), float(row["leave_s"])
    except (TypeError, ValueError) as error:
        raise _wrong(f"has no seconds in line {line}") from error
    if not (math.isfinite(leave_s) and 0 <= enter_s < leave_s):
        raise _wrong(f"has a stay in line {line} that ends before it begins")
    return CountedStay(row["zone"], enter_s, leave_s)


def _wrong(what: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"the truth file {what}", field="truth")
