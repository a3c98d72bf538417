"""Face logins of one tenant, counted so that guessing ends."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from serving.storage.schema import AttemptRow, SubjectRow


class AttemptRecords:
    """Login attempts of one tenant's subjects."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def add(self, subject: SubjectRow, outcome: str, now: datetime) -> int:
        """Keep an attempt and return its row id."""
        row = AttemptRow(
            tenant=self._tenant, subject_id=subject.id, started_at=now, outcome=outcome
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def settle(self, attempt_id: int, outcome: str) -> None:
        """Say how an attempt ended."""
        self._session.execute(
            update(AttemptRow)
            .where(AttemptRow.tenant == self._tenant, AttemptRow.id == attempt_id)
            .values(outcome=outcome)
        )

    def counts_since(self, subject: SubjectRow, moment: datetime) -> dict[str, int]:
        """Return how many attempts ended in each way since a moment."""
        rows = self._session.execute(
            select(AttemptRow.outcome, func.count())
            .where(
                AttemptRow.tenant == self._tenant,
                AttemptRow.subject_id == subject.id,
                AttemptRow.started_at > moment,
            )
            .group_by(AttemptRow.outcome)
        )
        return {outcome: count for outcome, count in rows}

    def forget_of(self, subject: SubjectRow) -> None:
        """Forget a subject's attempts, after a success."""
        self._session.execute(
            delete(AttemptRow).where(
                AttemptRow.tenant == self._tenant, AttemptRow.subject_id == subject.id
            )
        )

    def forget_before(self, moment: datetime) -> int:
        """Forget attempts that are older."""
        result = self._session.connection().execute(
            delete(AttemptRow).where(
                AttemptRow.tenant == self._tenant, AttemptRow.started_at < moment
            )
        )
        return result.rowcount
