"""The audit log's lines; one log holds all tenants, so that nobody can drop out of it."""

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, func, insert, inspect, select
from sqlalchemy.orm import Session

from serving.storage.schema import AuditRow

# Built once: every decision adds a line, and building a statement costs more than running it.
_COLUMNS = inspect(AuditRow).columns
_NAMES = tuple(column.name for column in _COLUMNS)
_ADD = insert(AuditRow)
_END = (
    select(_COLUMNS.sequence, _COLUMNS.hash)
    .where(_COLUMNS.writer == bindparam("of"))
    .order_by(_COLUMNS.sequence.desc())
    .limit(1)
)


class AuditRecords:
    """Lines of the audit log: they can be added and read, nothing else."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, rows: Sequence[AuditRow]) -> None:
        """Keep new lines, in one statement."""
        values = [{name: getattr(row, name) for name in _NAMES} for row in rows]
        self._session.connection().execute(_ADD, values)

    def end(self, writer: str) -> tuple[int, str] | None:
        """Return sequence and hash of the last line of a writer."""
        found = self._session.connection().execute(_END, {"of": writer}).first()
        return None if found is None else (found.sequence, found.hash)

    def head(self, writer: str) -> AuditRow | None:
        """Return the last line of a writer."""
        return self._session.scalar(
            select(AuditRow)
            .where(AuditRow.writer == writer)
            .order_by(AuditRow.sequence.desc())
            .limit(1)
        )

    def get(self, writer: str, sequence: int) -> AuditRow | None:
        """Return one line."""
        return self._session.get(AuditRow, (writer, sequence))

    def writers(self) -> list[str]:
        """Return the names of all writers, by one step into the index each."""
        names: list[str] = []
        while True:
            name = self._session.scalar(
                select(func.min(AuditRow.writer)).where(AuditRow.writer > (names or [""])[-1])
            )
            if name is None:
                return names
            names.append(name)

    def last_anchor(self, writer: str, other: str, action: str) -> AuditRow | None:
        """Return the last line of `writer` that anchors `other`."""
        return self._session.scalar(
            select(AuditRow)
            .where(AuditRow.writer == writer, AuditRow.action == action, AuditRow.resource == other)
            .order_by(AuditRow.sequence.desc())
            .limit(1)
        )

    def last_other_than(self, writer: str, action: str) -> AuditRow | None:
        """Return the last line of a writer that is not of this action."""
        return self._session.scalar(
            select(AuditRow)
            .where(AuditRow.writer == writer, AuditRow.action != action)
            .order_by(AuditRow.sequence.desc())
            .limit(1)
        )

    def lines(self, writer: str, batch: int = 1000) -> Iterator[AuditRow]:
        """Return the lines of a writer in order, without holding them all."""
        after = -1
        while True:
            rows = self._session.scalars(
                select(AuditRow)
                .where(AuditRow.writer == writer, AuditRow.sequence > after)
                .order_by(AuditRow.sequence)
                .limit(batch)
            ).all()
            if not rows:
                return
            yield from rows
            after = rows[-1].sequence
            self._session.expunge_all()
