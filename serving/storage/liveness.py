"""Liveness sessions of one tenant."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from serving.storage.schema import LivenessRow

OPEN = "OPEN"


class LivenessRecords:
    """Liveness sessions of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def add(self, row: LivenessRow) -> None:
        """Keep a session that opens."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def find(self, session: str) -> LivenessRow | None:
        """Return a session."""
        return self._session.scalar(
            select(LivenessRow).where(
                LivenessRow.tenant == self._tenant, LivenessRow.session == session
            )
        )

    def all(self) -> list[LivenessRow]:
        """Return every session, oldest first."""
        rows = self._session.scalars(
            select(LivenessRow)
            .where(LivenessRow.tenant == self._tenant)
            .order_by(LivenessRow.started_at)
        )
        return list(rows)

    def close(
        self,
        session: str,
        now: datetime,
        outcome: str,
        reasons: str = "[]",
        challenges: str = "[]",
        frame_count: int = 0,
        resumed_count: int = 0,
    ) -> bool:
        """Say how a session ended; False if that is known already."""
        result = self._session.connection().execute(
            update(LivenessRow)
            .where(
                LivenessRow.tenant == self._tenant,
                LivenessRow.session == session,
                LivenessRow.outcome == OPEN,
            )
            .values(
                ended_at=now,
                outcome=outcome,
                reasons=reasons,
                challenges=challenges,
                frame_count=frame_count,
                resumed_count=resumed_count,
            )
        )
        return result.rowcount > 0

    def attempts_since(
        self,
        person: str | None,
        caller: str,
        moment: datetime,
        outcomes: Sequence[str],
        limit: int,
    ) -> Sequence[tuple[datetime, str]]:
        """Return when attempts of these outcomes began and how they ended, newest first.

        Of a person, whoever calls; without one, the caller's own for nobody in particular.
        """
        whose = (
            LivenessRow.person == person
            if person is not None
            else LivenessRow.person.is_(None) & (LivenessRow.caller == caller)
        )
        rows = self._session.execute(
            select(LivenessRow.started_at, LivenessRow.outcome)
            .where(
                LivenessRow.tenant == self._tenant,
                whose,
                LivenessRow.started_at > moment,
                LivenessRow.outcome.in_(outcomes),
            )
            .order_by(LivenessRow.started_at.desc())
            .limit(limit)
        )
        return [(started_at, outcome) for started_at, outcome in rows]

    def lost_before(self, moment: datetime) -> Sequence[str]:
        """Return sessions that should have ended by then and that nobody closed."""
        rows = self._session.scalars(
            select(LivenessRow.session).where(
                LivenessRow.tenant == self._tenant,
                LivenessRow.outcome == OPEN,
                LivenessRow.expires_at < moment,
            )
        )
        return list(rows)

    def forget_before(self, moment: datetime) -> int:
        """Forget sessions that began earlier; return how many."""
        result = self._session.connection().execute(
            delete(LivenessRow).where(
                LivenessRow.tenant == self._tenant, LivenessRow.started_at < moment
            )
        )
        return result.rowcount
