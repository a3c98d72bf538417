"""Evidence of one tenant: signing keys, heads of recordings, erasures."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serving.storage.evidence_schema import EvidenceKeyRow, InterviewErasureRow, RecordingHeadRow


class EvidenceRecords:
    """What is kept about evidence of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def key(self, suite: str) -> EvidenceKeyRow | None:
        """Return the key that signs by a suite."""
        return self._session.get(EvidenceKeyRow, (self._tenant, suite))

    def head(self, interview: str, participant: str) -> RecordingHeadRow | None:
        """Return how far a recording was."""
        return self._session.get(RecordingHeadRow, (self._tenant, interview, participant))

    def put_head(self, row: RecordingHeadRow) -> None:
        """Note how far a recording is."""
        assert row.tenant == self._tenant
        self._session.merge(row)
        self._session.flush()

    def forget_heads(self, interview: str) -> int:
        """Forget the recordings of a case; return how many there were."""
        result = self._session.connection().execute(
            delete(RecordingHeadRow).where(
                RecordingHeadRow.tenant == self._tenant, RecordingHeadRow.interview == interview
            )
        )
        return result.rowcount

    def erasure(self, interview: str) -> InterviewErasureRow | None:
        """Return the erasure of a case."""
        return self._session.get(InterviewErasureRow, (self._tenant, interview))

    def pending(self) -> list[InterviewErasureRow]:
        """Return erasures that not every store has confirmed, oldest first."""
        rows = self._session.scalars(
            select(InterviewErasureRow)
            .where(
                InterviewErasureRow.tenant == self._tenant,
                InterviewErasureRow.confirmed_at.is_(None),
            )
            .order_by(InterviewErasureRow.started_at)
        )
        return list(rows)

    def erased_since(self, moment: datetime) -> list[str]:
        """Return the cases whose erasure every store has confirmed since a moment."""
        rows = self._session.scalars(
            select(InterviewErasureRow.interview).where(
                InterviewErasureRow.tenant == self._tenant,
                InterviewErasureRow.confirmed_at >= moment,
            )
        )
        return list(rows)

    def add(self, row: EvidenceKeyRow | InterviewErasureRow) -> None:
        """Keep a new row."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def confirm(self, interview: str, stores: str, now: datetime) -> bool:
        """Note that every store has erased a case; False if that was noted before."""
        row = self.erasure(interview)
        if row is None or row.confirmed_at is not None:
            return False
        row.stores, row.confirmed_at = stores, now
        self._session.flush()
        return True
