"""Cases of one tenant, and everything that hangs on them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from base.errors import InterviewNotFoundError
from serving.storage.interview_schema import (
    AttendTokenRow,
    InterviewRow,
    ParticipantRow,
    ReviewRow,
    TransitionRow,
)

# Rows below a case before the case itself: keys point upwards.
_BELOW = (AttendTokenRow, ReviewRow, TransitionRow, ParticipantRow)
After = tuple[datetime, str]


class InterviewRecords:
    """Cases of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def find(self, interview: str) -> InterviewRow | None:
        """Return a case."""
        return self._session.get(InterviewRow, (self._tenant, interview))

    def get(self, interview: str) -> InterviewRow:
        """Return a case. Raises InterviewNotFoundError."""
        row = self.find(interview)
        if row is None:
            name = f"tenants/{self._tenant}/interviews/{interview}"
            raise InterviewNotFoundError(f"there is no case {name}", interview=name)
        return row

    def page(self, state: str | None, before: After | None, size: int) -> list[InterviewRow]:
        """Return cases, newest first, that came before a moment and an id."""
        query = select(InterviewRow).where(InterviewRow.tenant == self._tenant)
        if state is not None:
            query = query.where(InterviewRow.state == state)
        if before is not None:
            query = query.where(tuple_(InterviewRow.created_at, InterviewRow.interview) < before)
        ordered = query.order_by(InterviewRow.created_at.desc(), InterviewRow.interview.desc())
        return list(self._session.scalars(ordered.limit(size)))

    def open_count(self) -> int:
        """Return how many cases are not closed."""
        query = select(func.count()).where(
            InterviewRow.tenant == self._tenant, InterviewRow.closed_at.is_(None)
        )
        return self._session.scalar(query) or 0

    def due(self, now: datetime, limit: int) -> list[str]:
        """Return open cases whose time has run out."""
        query = select(InterviewRow.interview).where(
            InterviewRow.tenant == self._tenant,
            InterviewRow.closed_at.is_(None),
            InterviewRow.expires_at <= now,
        )
        return list(self._session.scalars(query.order_by(InterviewRow.expires_at).limit(limit)))

    def purgeable(self, now: datetime, limit: int) -> list[str]:
        """Return closed cases that were kept long enough and that nothing holds."""
        query = select(InterviewRow.interview).where(
            InterviewRow.tenant == self._tenant,
            InterviewRow.purges_at <= now,
            InterviewRow.is_held.is_(False),
        )
        return list(self._session.scalars(query.order_by(InterviewRow.purges_at).limit(limit)))

    def participants_of(self, interviews: Sequence[str]) -> list[ParticipantRow]:
        """Return who takes part in some cases, in the order of their invitation."""
        query = select(ParticipantRow).where(
            ParticipantRow.tenant == self._tenant, ParticipantRow.interview.in_(interviews)
        )
        return list(self._session.scalars(query.order_by(ParticipantRow.number)))

    def reviews_of(self, interviews: Sequence[str]) -> list[ReviewRow]:
        """Return the reviews of some cases, in order."""
        query = select(ReviewRow).where(
            ReviewRow.tenant == self._tenant, ReviewRow.interview.in_(interviews)
        )
        return list(self._session.scalars(query.order_by(ReviewRow.number)))

    def moves_to(self, interviews: Sequence[str], state: str) -> list[TransitionRow]:
        """Return the moves of some cases themselves to a state, in order."""
        query = select(TransitionRow).where(
            TransitionRow.tenant == self._tenant,
            TransitionRow.interview.in_(interviews),
            TransitionRow.participant.is_(None),
            TransitionRow.to_state == state,
        )
        return list(self._session.scalars(query.order_by(TransitionRow.number)))

    def transitions(self, interview: str) -> list[TransitionRow]:
        """Return every move, in order."""
        query = select(TransitionRow).where(
            TransitionRow.tenant == self._tenant, TransitionRow.interview == interview
        )
        return list(self._session.scalars(query.order_by(TransitionRow.number)))

    def add(
        self, row: InterviewRow | ParticipantRow | TransitionRow | ReviewRow | AttendTokenRow
    ) -> None:
        """Keep a new row."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def token(self, token_hash: str) -> AttendTokenRow | None:
        """Return a token."""
        return self._session.get(AttendTokenRow, (self._tenant, token_hash))

    def tokens(
        self, interview: str, participant: str, is_resuming: bool
    ) -> Sequence[AttendTokenRow]:
        """Return the tokens of a participant, oldest first."""
        query = select(AttendTokenRow).where(
            AttendTokenRow.tenant == self._tenant,
            AttendTokenRow.interview == interview,
            AttendTokenRow.participant == participant,
            AttendTokenRow.is_resuming.is_(is_resuming),
        )
        return self._session.scalars(query.order_by(AttendTokenRow.number)).all()

    def forget_tokens(self, rows: Sequence[AttendTokenRow]) -> None:
        """Forget tokens: they open nothing from now on."""
        for row in rows:
            assert row.tenant == self._tenant
            self._session.delete(row)
        self._session.flush()

    def remove(self, interview: str) -> int:
        """Remove a case with everything that hangs on it; return how many rows there were."""
        count = 0
        for table in (*_BELOW, InterviewRow):
            result = self._session.connection().execute(
                delete(table).where(table.tenant == self._tenant, table.interview == interview)
            )
            count += result.rowcount
        self._session.expire_all()
        return count


def tenant_of_attend_token(session: Session, token_hash: str) -> str | None:
    """Return the tenant of a token."""
    return session.scalar(
        select(AttendTokenRow.tenant).where(AttendTokenRow.token_hash == token_hash)
    )
