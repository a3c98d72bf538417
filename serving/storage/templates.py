"""Template rows of one tenant, and the revision log that indexes follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from serving.storage.schema import GalleryRow, RevisionRow, SubjectRow, TemplateRow


class SealedTemplate(NamedTuple):
    """What an index needs to open a template."""

    template_id: int
    template: str
    model_id: str
    sealed_vector: bytes
    subject: str
    wrapped_key: bytes


class TemplateOwner(NamedTuple):
    """Whose a template is."""

    template_id: int
    subject_id: int
    subject: str
    expires_at: datetime | None


class Change(NamedTuple):
    """One step of the revision log."""

    seq: int
    is_removal: bool
    template_id: int


class TemplateRecords:
    """Templates of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def add(self, gallery: GalleryRow, rows: Sequence[TemplateRow]) -> None:
        """Keep new templates and log them."""
        assert all(row.tenant == self._tenant for row in rows)
        self._session.add_all(rows)
        self._session.flush()
        self._log(gallery, [row.id for row in rows], is_removal=False)

    def remove_of(self, gallery: GalleryRow, subject: SubjectRow) -> int:
        """Remove a subject's templates, log it, and return how many there were."""
        owned = (TemplateRow.tenant == self._tenant) & (TemplateRow.subject_id == subject.id)
        ids = list(self._session.scalars(select(TemplateRow.id).where(owned)))
        self._session.execute(delete(TemplateRow).where(owned))
        self._log(gallery, ids, is_removal=True)
        return len(ids)

    def _log(self, gallery: GalleryRow, template_ids: list[int], *, is_removal: bool) -> None:
        steps = [
            {
                "tenant": self._tenant,
                "gallery_id": gallery.id,
                "seq": gallery.revision + step,
                "is_removal": is_removal,
                "template_id": template_id,
            }
            for step, template_id in enumerate(template_ids, start=1)
        ]
        if steps:
            self._session.execute(insert(RevisionRow), steps)
        gallery.revision += len(steps)
        if steps and is_removal:
            gallery.removal_revision = gallery.revision
        self._session.flush()

    def of_subject(self, subject: SubjectRow) -> list[TemplateRow]:
        """Return a subject's templates, best quality first."""
        rows = self._session.scalars(
            select(TemplateRow)
            .where(TemplateRow.tenant == self._tenant, TemplateRow.subject_id == subject.id)
            .order_by(TemplateRow.quality.desc(), TemplateRow.id)
        )
        return list(rows)

    def count(self, gallery_id: int) -> int:
        """Return how many templates a gallery has."""
        count = self._session.scalar(
            select(func.count())
            .select_from(TemplateRow)
            .where(TemplateRow.tenant == self._tenant, TemplateRow.gallery_id == gallery_id)
        )
        return count or 0

    def counts(self, subject_ids: Sequence[int]) -> dict[int, int]:
        """Return how many templates each subject has."""
        rows = self._session.execute(
            select(TemplateRow.subject_id, func.count())
            .where(TemplateRow.tenant == self._tenant, TemplateRow.subject_id.in_(subject_ids))
            .group_by(TemplateRow.subject_id)
        )
        return {subject_id: count for subject_id, count in rows}

    def subjects_with(self, gallery: GalleryRow, picture_mac: bytes, now: datetime) -> list[str]:
        """Return the live subjects who have a template of this very picture."""
        rows = self._session.scalars(
            select(SubjectRow.subject)
            .join(TemplateRow, TemplateRow.subject_id == SubjectRow.id)
            .where(
                TemplateRow.tenant == self._tenant,
                TemplateRow.gallery_id == gallery.id,
                TemplateRow.picture_mac == picture_mac,
                SubjectRow.expires_at.is_(None) | (SubjectRow.expires_at > now),
            )
        )
        return list(rows)

    def owners(self, template_ids: Sequence[int]) -> dict[int, TemplateOwner]:
        """Return whose templates these are; those that are gone are left out."""
        rows = self._session.execute(
            select(TemplateRow.id, SubjectRow.id, SubjectRow.subject, SubjectRow.expires_at)
            .join(SubjectRow, SubjectRow.id == TemplateRow.subject_id)
            .where(TemplateRow.tenant == self._tenant, TemplateRow.id.in_(template_ids))
        )
        return {row[0]: TemplateOwner(*row) for row in rows}

    def sealed_after(self, gallery_id: int, after: int, limit: int) -> list[SealedTemplate]:
        """Return a gallery's templates by row id, behind `after`."""
        rows = self._session.execute(
            _SEALED.where(
                TemplateRow.tenant == self._tenant,
                TemplateRow.gallery_id == gallery_id,
                TemplateRow.id > after,
            )
            .order_by(TemplateRow.id)
            .limit(limit)
        )
        return [SealedTemplate(*row) for row in rows]

    def sealed(self, template_ids: Sequence[int]) -> list[SealedTemplate]:
        """Return templates by row id; those that are gone are left out."""
        rows = self._session.execute(
            _SEALED.where(TemplateRow.tenant == self._tenant, TemplateRow.id.in_(template_ids))
        )
        return [SealedTemplate(*row) for row in rows]

    def changes(self, gallery_id: int, after: int, limit: int) -> list[Change]:
        """Return the steps of the revision log behind revision `after`, in order."""
        rows = self._session.execute(
            select(RevisionRow.seq, RevisionRow.is_removal, RevisionRow.template_id)
            .where(
                RevisionRow.tenant == self._tenant,
                RevisionRow.gallery_id == gallery_id,
                RevisionRow.seq > after,
            )
            .order_by(RevisionRow.seq)
            .limit(limit)
        )
        return [Change(*row) for row in rows]


_SEALED = select(
    TemplateRow.id,
    TemplateRow.template,
    TemplateRow.model_id,
    TemplateRow.sealed_vector,
    SubjectRow.subject,
    SubjectRow.wrapped_key,
).join(SubjectRow, SubjectRow.id == TemplateRow.subject_id)
