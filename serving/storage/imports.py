"""Import rows of one tenant."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serving.storage.schema import ImportEntryRow, ImportRow


class ImportRecords:
    """Imports of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def find(self, import_id: str) -> ImportRow | None:
        """Return an import."""
        return self._session.scalar(
            select(ImportRow).where(
                ImportRow.tenant == self._tenant, ImportRow.import_id == import_id
            )
        )

    def add(self, row: ImportRow) -> None:
        """Keep a new import."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def add_entry(self, row: ImportEntryRow) -> None:
        """Keep an item that the report will name."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def entries(self, import_id: str, limit: int, *, is_duplicate: bool) -> list[ImportEntryRow]:
        """Return the first entries of one kind, in order."""
        rows = self._session.scalars(
            select(ImportEntryRow)
            .where(
                ImportEntryRow.tenant == self._tenant,
                ImportEntryRow.import_id == import_id,
                ImportEntryRow.is_duplicate == is_duplicate,
            )
            .order_by(ImportEntryRow.sequence)
            .limit(limit)
        )
        return list(rows)

    def forget_before(self, moment: datetime) -> int:
        """Forget imports that began earlier, with their entries; return how many."""
        connection = self._session.connection()
        old = (ImportRow.tenant == self._tenant) & (ImportRow.created_at < moment)
        connection.execute(
            delete(ImportEntryRow).where(
                ImportEntryRow.tenant == self._tenant,
                ImportEntryRow.import_id.in_(select(ImportRow.import_id).where(old)),
            )
        )
        return connection.execute(delete(ImportRow).where(old)).rowcount
