"""The audit log's lines; one log holds all tenants, so that nobody can drop out of it."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.storage.schema import AuditRow


class AuditRecords:
    """Lines of the audit log: they can be added and read, nothing else."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: AuditRow) -> None:
        """Keep a new line."""
        self._session.add(row)
        self._session.flush()

    def head(self, writer: str) -> AuditRow | None:
        """Return the last line of a writer."""
        return self._session.scalar(
            select(AuditRow)
            .where(AuditRow.writer == writer)
            .order_by(AuditRow.sequence.desc())
            .limit(1)
        )

    def heads(self) -> dict[str, tuple[int, str]]:
        """Return sequence number and hash of every writer's last line."""
        newest = (
            select(AuditRow.writer, func.max(AuditRow.sequence).label("sequence"))
            .group_by(AuditRow.writer)
            .subquery()
        )
        rows = self._session.execute(
            select(AuditRow.writer, AuditRow.sequence, AuditRow.hash).join(
                newest,
                (newest.c.writer == AuditRow.writer) & (newest.c.sequence == AuditRow.sequence),
            )
        )
        return {writer: (sequence, line_hash) for writer, sequence, line_hash in rows}

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
