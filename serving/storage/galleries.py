"""Gallery rows of one tenant."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from base.errors import GalleryNotFoundError
from base.ids import GalleryName
from serving.storage.schema import GalleryRow, ImportEntryRow, ImportRow, RevisionRow, SubjectRow


class GalleryRecords:
    """Galleries of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def find(self, gallery: str) -> GalleryRow | None:
        """Return a gallery by its id, None if there is none."""
        return self._session.scalar(
            select(GalleryRow).where(
                GalleryRow.tenant == self._tenant, GalleryRow.gallery == gallery
            )
        )

    def get(self, gallery: str) -> GalleryRow:
        """Return a gallery by its id. Raises GalleryNotFoundError."""
        row = self.find(gallery)
        if row is None:
            name = GalleryName(self._tenant, gallery)
            raise GalleryNotFoundError(f"there is no gallery {name}", gallery=name)
        return row

    def by_row_id(self, gallery_id: int) -> GalleryRow | None:
        """Return a gallery by its row id, None if there is none."""
        return self._session.scalar(
            select(GalleryRow).where(GalleryRow.tenant == self._tenant, GalleryRow.id == gallery_id)
        )

    def page(self, after: str, limit: int) -> list[GalleryRow]:
        """Return galleries by id, behind `after`."""
        rows = self._session.scalars(
            select(GalleryRow)
            .where(GalleryRow.tenant == self._tenant, GalleryRow.gallery > after)
            .order_by(GalleryRow.gallery)
            .limit(limit)
        )
        return list(rows)

    def add(self, row: GalleryRow) -> None:
        """Keep a new gallery."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def subject_count(self, gallery_id: int) -> int:
        """Return how many subjects a gallery has."""
        count = self._session.scalar(
            select(func.count())
            .select_from(SubjectRow)
            .where(SubjectRow.tenant == self._tenant, SubjectRow.gallery_id == gallery_id)
        )
        return count or 0

    def remove(self, row: GalleryRow) -> int:
        """Remove an emptied gallery with its revision log and imports; return the rows removed."""
        removed = 1
        for table in (RevisionRow, ImportEntryRow, ImportRow):
            result = self._session.connection().execute(
                delete(table).where(table.tenant == self._tenant, table.gallery_id == row.id)
            )
            removed += result.rowcount if table is not RevisionRow else 0
        self._session.delete(row)
        self._session.flush()
        return removed
