"""Customers in a CSV file, with their appointments in a second one; read again when they change."""

import csv
import io
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.errors import DirectoryInvalidError, DirectoryUnavailableError
from decision.outcome import Reason
from lobby.customer import Customer
from lobby.directory.record import MAX_LIST, customer_of, read_record

_log = logging.getLogger(__name__)
MAX_BYTES, MAX_ROWS = 256 * 1024 * 1024, 1_000_000
LIST_SEPARATOR = "|"
_CUSTOMER_COLUMNS = frozenset(
    {"tenant", "subject", "name", "tier", "language", "relationship_manager", "needs", "offers"}
)
_APPOINTMENT_COLUMNS = frozenset({"tenant", "subject", "start_time", "about", "with_whom"})
Key = tuple[str, str]
Stamp = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, repr=False)
class _Content:
    """What the files held. stamp: by which a change is noticed."""

    stamp: Stamp
    customers: Mapping[Key, Customer]


class CsvDirectory:
    """Looks customers up in files.

    only_tenant: whose rows those are that have no `tenant` column; None if every row needs one,
    for the same subject id is somebody else in another tenant.
    Files that became wrong leave what was read before in use, and are told once in the log.
    """

    def __init__(
        self, customers: Path, appointments: Path | None = None, only_tenant: str | None = None
    ) -> None:
        self._customers = customers
        self._appointments = appointments
        self._only_tenant = only_tenant
        self._lock = threading.Lock()
        self._content: _Content | None = None
        self._refused: Stamp | None = None
        self._problem: Reason | None = None

    def __repr__(self) -> str:
        return f"CsvDirectory({self._customers.name})"

    @property
    def problem(self) -> Reason | None:
        """What is wrong with the files as they are now; what was read before may be in use."""
        with self._lock:
            try:
                self._current()
            except (DirectoryUnavailableError, DirectoryInvalidError) as error:
                return Reason(error.reason, error.message)
            return self._problem

    def find(self, tenant: str, subject: str) -> Customer | None:
        """Return a customer, None for one that the file does not name.

        Raises DirectoryUnavailableError and, if it was never right, DirectoryInvalidError.
        """
        with self._lock:
            return self._current().customers.get((tenant, subject))

    def forget(self, tenant: str, subject: str) -> int:
        """Drop a customer until the file changes; the file itself is the bank's."""
        with self._lock:
            content = self._content
            if content is None or (tenant, subject) not in content.customers:
                return 0
            rest = {key: one for key, one in content.customers.items() if key != (tenant, subject)}
            self._content = _Content(content.stamp, rest)
            return 1

    def _current(self) -> _Content:
        stamp = self._stamp()
        content = self._content
        if content is not None and stamp in (content.stamp, self._refused):
            if stamp == content.stamp:
                self._problem = None
            return content
        try:
            content = _Content(stamp, self._read())
        except DirectoryInvalidError as error:
            if self._content is None:
                raise
            self._refused, self._problem = stamp, Reason(error.reason, error.message)
            _log.warning("the customer file stays as it was read before: %s", error.message)
            return self._content
        self._content, self._refused, self._problem = content, None, None
        return content

    def _stamp(self) -> Stamp:
        paths = [self._customers] + ([self._appointments] if self._appointments else [])
        try:
            facts = [path.stat() for path in paths]
        except OSError as error:
            raise DirectoryUnavailableError(f"a customer file is not there: {error}") from error
        return tuple((one.st_mtime_ns, one.st_ino, one.st_size) for one in facts)

    def _read(self) -> dict[Key, Customer]:
        appointments = self._read_appointments() if self._appointments is not None else {}
        customers: dict[Key, Customer] = {}
        for line, row in _rows(self._customers, _CUSTOMER_COLUMNS, {"subject", "name"}):
            where = f"{self._customers.name}, line {line}"
            key = self._key(row, where)
            if key in customers:
                raise DirectoryInvalidError(f"{where}: the subject is there a second time")
            record = read_record(_customer_values(row, appointments.get(key, [])), where)
            customers[key] = customer_of(key[1], record)
        return customers

    def _read_appointments(self) -> dict[Key, list[dict[str, str]]]:
        assert self._appointments is not None
        found: dict[Key, list[dict[str, str]]] = {}
        for line, row in _rows(self._appointments, _APPOINTMENT_COLUMNS, {"subject", "start_time"}):
            where = f"{self._appointments.name}, line {line}"
            own = found.setdefault(self._key(row, where), [])
            if len(own) == MAX_LIST:
                raise DirectoryInvalidError(
                    f"{where}: more than {MAX_LIST} appointments of one subject"
                )
            own.append(
                {
                    "start_time": row["start_time"],
                    "subject": row.get("about", ""),
                    "with_whom": row.get("with_whom", ""),
                }
            )
        return found

    def _key(self, row: Mapping[str, str], where: str) -> Key:
        tenant = row.get("tenant") or self._only_tenant
        if not tenant or not row["subject"]:
            what = "subject" if tenant else "tenant"
            raise DirectoryInvalidError(f"{where}: the {what} is missing")
        return tenant, row["subject"]


def _customer_values(row: Mapping[str, str], appointments: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "display_name": row["name"],
        "tier": row.get("tier", ""),
        "language": row.get("language", ""),
        "relationship_manager": row.get("relationship_manager", ""),
        "appointments": appointments,
        "needs": _list(row.get("needs", "")),
        "offers": _list(row.get("offers", "")),
    }


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(LIST_SEPARATOR) if part.strip()]


def _rows(
    path: Path, columns: frozenset[str], needed: set[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line and values of each row; raises as the directory does."""
    reader = csv.DictReader(io.StringIO(_text(path)), strict=True)
    try:
        _check_header(path, reader.fieldnames or [], columns, needed)
        for number, row in enumerate(reader, 1):
            if number > MAX_ROWS:
                raise DirectoryInvalidError(f"{path.name} has more than {MAX_ROWS} rows")
            # `None` is the key of what is too much, and the value of what is missing.
            if None in row or None in row.values():
                raise DirectoryInvalidError(
                    f"{path.name}, line {reader.line_num}: expected {len(row)} values"
                )
            yield reader.line_num, row
    except csv.Error as error:
        raise DirectoryInvalidError(f"{path.name}, line {reader.line_num}: {error}") from error


def _check_header(path: Path, header: object, columns: frozenset[str], needed: set[str]) -> None:
    names = list(header) if isinstance(header, list | tuple) else []
    missing, unknown = needed - set(names), set(names) - columns
    if missing or unknown or len(names) != len(set(names)):
        raise DirectoryInvalidError(
            f"{path.name}: expected a first line of columns among {', '.join(sorted(columns))}, "
            f"with {', '.join(sorted(needed))}"
        )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DirectoryUnavailableError(f"{path.name} cannot be read: {error}") from error
    if len(data) > MAX_BYTES:
        raise DirectoryInvalidError(f"{path.name} has more than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8-sig")  # Spreadsheets put a mark in front.
    except UnicodeDecodeError as error:
        raise DirectoryInvalidError(f"{path.name} is not UTF-8 text") from error
