"""Faces seen in the interviews of one tenant."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from serving.storage.past_faces_schema import InterviewFaceRow


class InterviewFaceRecords:
    """Faces of one tenant's interviews."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def put(self, row: InterviewFaceRow) -> None:
        """Keep a participant's face in place of the one before."""
        assert row.tenant == self._tenant
        self._session.execute(
            delete(InterviewFaceRow).where(
                InterviewFaceRow.tenant == self._tenant,
                InterviewFaceRow.interview == row.interview,
                InterviewFaceRow.participant == row.participant,
            )
        )
        self._session.add(row)
        self._session.flush()

    def since(self, face_id: int, limit: int) -> list[InterviewFaceRow]:
        """Return the next faces behind a number, in order."""
        rows = self._session.scalars(
            select(InterviewFaceRow)
            .where(InterviewFaceRow.tenant == self._tenant, InterviewFaceRow.id > face_id)
            .order_by(InterviewFaceRow.id)
            .limit(limit)
        )
        return list(rows)

    def by_ids(self, ids: Sequence[int]) -> list[InterviewFaceRow]:
        """Return those of some faces that are still there."""
        rows = self._session.scalars(
            select(InterviewFaceRow).where(
                InterviewFaceRow.tenant == self._tenant, InterviewFaceRow.id.in_(ids)
            )
        )
        return list(rows)

    def of_case(self, interview: str) -> list[InterviewFaceRow]:
        """Return the faces of one case."""
        rows = self._session.scalars(
            select(InterviewFaceRow)
            .where(InterviewFaceRow.tenant == self._tenant, InterviewFaceRow.interview == interview)
            .order_by(InterviewFaceRow.id)
        )
        return list(rows)

    def of_document(self, document_mac: str, limit: int) -> list[InterviewFaceRow]:
        """Return the newest faces that came with a document."""
        rows = self._session.scalars(
            select(InterviewFaceRow)
            .where(
                InterviewFaceRow.tenant == self._tenant,
                InterviewFaceRow.document_mac == document_mac,
            )
            .order_by(InterviewFaceRow.id.desc())
            .limit(limit)
        )
        return list(rows)

    def count(self) -> int:
        """Return how many there are."""
        query = select(func.count()).where(InterviewFaceRow.tenant == self._tenant)
        return self._session.scalar(query) or 0

    def forget(self, interview: str) -> int:
        """Remove the faces of a case and return how many there were."""
        gone = [row.id for row in self.of_case(interview)]
        self._session.execute(delete(InterviewFaceRow).where(InterviewFaceRow.id.in_(gone)))
        return len(gone)
