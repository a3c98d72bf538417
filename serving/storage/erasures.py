"""Erasures of one tenant that are committed and not yet confirmed by every store."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.storage.schema import ErasureRow


class ErasureRecords:
    """Unconfirmed erasures of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def add(self, row: ErasureRow) -> None:
        """Keep an erasure until it is confirmed."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def pending(self) -> list[ErasureRow]:
        """Return what is not confirmed, oldest first."""
        rows = self._session.scalars(
            select(ErasureRow)
            .where(ErasureRow.tenant == self._tenant)
            .order_by(ErasureRow.started_at)
        )
        return list(rows)

    def confirm(self, receipt_id: str) -> bool:
        """Forget an erasure that every store confirmed; False if another process did."""
        row = self._session.scalar(
            select(ErasureRow).where(
                ErasureRow.tenant == self._tenant, ErasureRow.receipt_id == receipt_id
            )
        )
        if row is None:
            return False
        self._session.delete(row)
        self._session.flush()
        return True
