"""Accounts and sign-ins of one tenant's staff."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from serving.storage.staff_schema import StaffRow, StaffSessionRow


class StaffRecords:
    """Accounts and sign-ins of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def find(self, name: str) -> StaffRow | None:
        """Return an account."""
        return self._session.get(StaffRow, (self._tenant, name))

    def all(self) -> list[StaffRow]:
        """Return every account, by name."""
        rows = self._session.scalars(
            select(StaffRow).where(StaffRow.tenant == self._tenant).order_by(StaffRow.name)
        )
        return list(rows)

    def add(self, row: StaffRow) -> None:
        """Keep a new account."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def session(self, digest: str) -> StaffSessionRow | None:
        """Return a sign-in."""
        return self._session.get(StaffSessionRow, (self._tenant, digest))

    def add_session(self, row: StaffSessionRow, most: int) -> None:
        """Keep a sign-in; of an account's, the oldest beyond `most` end."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()
        surplus = self._session.scalars(
            select(StaffSessionRow.digest)
            .where(StaffSessionRow.tenant == self._tenant, StaffSessionRow.name == row.name)
            .order_by(StaffSessionRow.started_at.desc())
            .offset(most)
        )
        for digest in list(surplus):
            self.end_session(digest)

    def use_session(self, digest: str, now: datetime) -> None:
        """Note that a sign-in was used."""
        self._session.execute(
            update(StaffSessionRow)
            .where(StaffSessionRow.tenant == self._tenant, StaffSessionRow.digest == digest)
            .values(used_at=now)
        )

    def end_session(self, digest: str) -> bool:
        """End a sign-in; False if there is none."""
        result = self._session.connection().execute(
            delete(StaffSessionRow).where(
                StaffSessionRow.tenant == self._tenant, StaffSessionRow.digest == digest
            )
        )
        return result.rowcount > 0

    def end_sessions_of(self, name: str) -> int:
        """End every sign-in of an account; return how many there were."""
        result = self._session.connection().execute(
            delete(StaffSessionRow).where(
                StaffSessionRow.tenant == self._tenant, StaffSessionRow.name == name
            )
        )
        return result.rowcount

    def forget_sessions(self, now: datetime, unused_since: datetime) -> int:
        """Forget sign-ins that are over or were not used for long; return how many."""
        result = self._session.connection().execute(
            delete(StaffSessionRow).where(
                StaffSessionRow.tenant == self._tenant,
                (StaffSessionRow.expires_at <= now) | (StaffSessionRow.used_at <= unused_since),
            )
        )
        return result.rowcount
