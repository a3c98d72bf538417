"""Subject rows of one tenant."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from base.errors import SubjectNotFoundError
from base.ids import SubjectName
from serving.storage.schema import AttemptRow, GalleryRow, ImportEntryRow, SubjectRow


class SubjectRecords:
    """Subjects of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def find(self, gallery: GalleryRow, subject: str) -> SubjectRow | None:
        """Return a subject by its id, None if there is none."""
        return self._session.scalar(
            select(SubjectRow).where(
                SubjectRow.tenant == self._tenant,
                SubjectRow.gallery_id == gallery.id,
                SubjectRow.subject == subject,
            )
        )

    def get(self, gallery: GalleryRow, subject: str) -> SubjectRow:
        """Return a subject by its id. Raises SubjectNotFoundError."""
        row = self.find(gallery, subject)
        if row is None:
            name = SubjectName(self._tenant, gallery.gallery, subject)
            raise SubjectNotFoundError(f"there is no subject {name}", subject=name)
        return row

    def by_ids(self, subject_ids: list[int]) -> dict[int, SubjectRow]:
        """Return subjects by row id; those that are gone are left out."""
        rows = self._session.scalars(
            select(SubjectRow).where(
                SubjectRow.tenant == self._tenant, SubjectRow.id.in_(subject_ids)
            )
        )
        return {row.id: row for row in rows}

    def page(self, gallery: GalleryRow, after: str, limit: int) -> list[SubjectRow]:
        """Return a gallery's subjects by id, behind `after`."""
        rows = self._session.scalars(
            select(SubjectRow)
            .where(
                SubjectRow.tenant == self._tenant,
                SubjectRow.gallery_id == gallery.id,
                SubjectRow.subject > after,
            )
            .order_by(SubjectRow.subject)
            .limit(limit)
        )
        return list(rows)

    def expired(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """Return gallery and subject ids of subjects whose time has run out."""
        rows = self._session.execute(
            select(GalleryRow.gallery, SubjectRow.subject)
            .join(GalleryRow, GalleryRow.id == SubjectRow.gallery_id)
            .where(SubjectRow.tenant == self._tenant, SubjectRow.expires_at <= now)
            .limit(limit)
        )
        return [(gallery, subject) for gallery, subject in rows]

    def add(self, row: SubjectRow) -> None:
        """Keep a new subject."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def remove(self, row: SubjectRow) -> int:
        """Remove a subject, with its data key, login attempts and import entries.

        The templates must be gone already. Returns the rows removed.
        """
        connection = self._session.connection()
        attempts = connection.execute(
            delete(AttemptRow).where(
                AttemptRow.tenant == self._tenant, AttemptRow.subject_id == row.id
            )
        )
        entries = connection.execute(
            delete(ImportEntryRow).where(
                ImportEntryRow.tenant == self._tenant,
                ImportEntryRow.gallery_id == row.gallery_id,
                (ImportEntryRow.subject == row.subject)
                | (ImportEntryRow.other_subject == row.subject),
            )
        )
        self._session.delete(row)
        self._session.flush()
        return 1 + attempts.rowcount + entries.rowcount
