"""TOML read strictly: what is wrong is told with its line, and no key is ignored."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import time
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeVar

from base.errors import InvalidInputError

MAX_FILE_BYTES: Final = 1024 * 1024
MAX_TEXT: Final = 500
MAX_LIST: Final = 1000
_HEADER: Final = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")

E = TypeVar("E", bound=Enum)


def read_toml(path: Path, error: type[InvalidInputError]) -> str:
    """Return the text of a file. error: what is raised."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise error(f"{path.name} is too large; at most {MAX_FILE_BYTES} bytes are read")
        return data.decode("utf-8")
    except OSError as failure:
        raise error(f"the file {path.name} cannot be read", file=path.name) from failure
    except UnicodeDecodeError as failure:
        raise error(f"{path.name} is not UTF-8 text", file=path.name) from failure


def parse_toml(text: str, name: str, error: type[InvalidInputError]) -> "Table":
    """Return the outermost table. error: what is raised, now and by the table."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        # Its message ends with "(at line 3, column 5)".
        raise error(f"{name} is not TOML: {failure}", file=name) from failure
    return Table(values, name, "", tuple(text.splitlines()), 0, error)


class Table:
    """One table of a file; every key has to be asked for, `done` refuses the rest.

    path: its name, empty for the outermost one. start: line of its header, counted from 1.
    error: what is raised about what is wrong.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        file: str,
        path: str,
        lines: Sequence[str],
        start: int,
        error: type[InvalidInputError],
    ) -> None:
        self._values = values
        self._file = file
        self._path = path
        self._lines = lines
        self._start = start
        self._error = error
        self._asked: list[str] = []
        self.label = f"[{path}]" if path else ""

    def has(self, key: str) -> bool:
        """Whether something is written there; asks for it."""
        self._asked.append(key)
        return key in self._values

    def text(self, key: str, default: str | None = None, limit: int = MAX_TEXT) -> str:
        """Return a text. Without a default it is required, and not empty."""
        value = self._get(key, default, "a text")
        if not isinstance(value, str) or len(value) > limit or (default is None and not value):
            raise self.wrong(key, f"expected a text of 1 to {limit} characters")
        return value

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Return a number from `low` to `high`."""
        value = self._get(key, default, f"a number from {low:g} to {high:g}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, f"expected a number from {low:g} to {high:g}")
        if not low <= value <= high:
            raise self.wrong(key, f"expected a number from {low:g} to {high:g}, got {value:g}")
        return float(value)

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number from `low` to `high`."""
        value = self.number(key, low, high, default)
        if not value.is_integer():
            raise self.wrong(key, f"expected a whole number, got {value:g}")
        return int(value)

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self._get(key, default, "true or false")
        if not isinstance(value, bool):
            raise self.wrong(key, "expected true or false")
        return value

    def texts(self, key: str, is_required: bool = False) -> tuple[str, ...]:
        """Return a list of texts, none of them empty or there twice."""
        value = self._get(key, None if is_required else [], "a list of texts")
        is_list = isinstance(value, list) and all(isinstance(one, str) and one for one in value)
        if not is_list or (is_required and not value):
            raise self.wrong(key, 'expected a list of texts, such as ["one", "two"]')
        if len(value) > MAX_LIST:
            raise self.wrong(key, f"expected at most {MAX_LIST} entries, got {len(value)}")
        if len(set(value)) < len(value):
            raise self.wrong(key, "an entry is there twice")
        return tuple(value)

    def choice(self, key: str, kinds: type[E], default: E | None = None) -> E:
        """Return a member of an enum, written as its value or name in lower case."""
        names = _names_of(kinds)
        value = self._get(key, default, _listed(names))
        return value if isinstance(value, kinds) else self._member(key, value, names)

    def choices(self, key: str, kinds: type[E]) -> frozenset[E]:
        """Return members of an enum, none if nothing is written."""
        names = _names_of(kinds)
        return frozenset(self._member(key, one, names) for one in self.texts(key))

    def clock_time(self, key: str, text: str) -> time:
        """Return a time of day, written as `09:30`."""
        try:
            if re.fullmatch(r"\d\d:\d\d", text):
                return time.fromisoformat(text)
        except ValueError:
            pass
        raise self.wrong(key, f"expected a time such as 09:30, got {text!r}")

    def table(self, key: str) -> "Table | None":
        """Return a table inside of this one, None if there is none."""
        value = self._get(key, {}, "a table")
        if not isinstance(value, dict):
            raise self.wrong(key, "expected a table")
        path = self._inner(key)
        start = self._header(path, 1) or self.line(key)
        return Table(value, self._file, path, self._lines, start, self._error) if value else None

    def tables(self, key: str, limit: int) -> list["Table"]:
        """Return the tables of an array."""
        value = self._get(key, [], f"tables, each begun by [[{key}]]")
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, f"expected tables, each begun by [[{key}]]")
        if len(value) > limit:
            raise self.wrong(key, f"expected at most {limit} of them, got {len(value)}")
        path = self._inner(key)
        found = []
        for number, one in enumerate(value, 1):
            start = self._header(path, number) or self.line(key)
            found.append(Table(one, self._file, path, self._lines, start, self._error))
            found[-1].label = f"[[{path}]] {number}"
        return found

    def done(self) -> None:
        """Raise the error for a key that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                close = difflib.get_close_matches(key, self._asked, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known are {_listed(self._asked)}"
                raise self.wrong(key, f"there is no such key here; {hint}")

    def wrong(self, key: str, what: str) -> InvalidInputError:
        """Return the error that tells file, line, table, key and what was expected."""
        line = self.line(key)
        parts = [self._file, f"line {line}" if line else "", self.label]
        where = ", ".join(part for part in parts if part)
        return self._error(
            f"{where}: {key}: {what}" if key else f"{where}: {what}",
            file=self._file,
            line=line,
            table=self.label,
            key=key,
        )

    def line(self, key: str = "") -> int:
        """Return the line of a key, that of the table's header if it is not found."""
        written = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""")
        for number in range(self._start, len(self._lines)):
            if _HEADER.match(self._lines[number]):
                break
            if key and written.match(self._lines[number]):
                return number + 1
        return self._start or self._header(self._inner(key), 1)

    def _get(self, key: str, default: object, expected: str) -> Any:
        if self.has(key):
            return self._values[key]
        if default is None:
            raise self.wrong(key, f"is missing; expected {expected}")
        return default

    def _member(self, key: str, value: object, names: Mapping[str, E]) -> E:
        if not isinstance(value, str) or value not in names:
            close = difflib.get_close_matches(str(value), names, n=1)
            hint = f"did you mean {close[0]}?" if close else f"expected {_listed(names)}"
            raise self.wrong(key, f"{value!r} is none of what may stand here; {hint}")
        return names[value]

    def _inner(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _header(self, path: str, number: int) -> int:
        """Return the line of the table's `number`th header below this one, 0 if there is none."""
        for index in range(self._start, len(self._lines)):
            found = _HEADER.match(self._lines[index])
            name = found[2].replace(" ", "").replace('"', "") if found else ""
            if self._path and name == self._path:
                return 0  # The next table of the same array.
            number -= name == path
            if not number:
                return index + 1
        return 0


def _names_of(kinds: type[E]) -> dict[str, E]:
    return {(one.value if isinstance(one.value, str) else one.name).lower(): one for one in kinds}


def _listed(names: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(dict.fromkeys(names))
