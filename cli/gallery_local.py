"""The gallery commands on the data of this machine, without a server."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from base.ids import GalleryName, SubjectName
from cli.gallery_desk import Payload
from cli.output import note
from cli.picture_source import PictureSource
from decision.outcome import Reason
from serving.assembly import build_services
from serving.caller import Caller
from serving.galleries.service import GalleryService
from serving.galleries.types import (
    Consent,
    DuplicatePolicy,
    Enrolment,
    Gallery,
    ImportEntry,
    ImportItem,
    LegalBasis,
    Receipt,
    Subject,
)
from serving.settings import load_settings


@contextmanager
def open_local(config: Path | None) -> "Iterator[LocalDesk]":
    """Open models and data of this machine. Raises the faults of `build_services`."""
    with build_services(load_settings(config)) as services:
        yield LocalDesk(services.galleries)
        services.galleries.close()


class LocalDesk:
    """Calls the gallery service in this process."""

    def __init__(self, service: GalleryService) -> None:
        self._service = service

    def create(
        self,
        name: GalleryName,
        purpose: str,
        legal_basis: str,
        retention_days: float | None,
        duplicates: str,
    ) -> Payload:
        """Create a gallery."""
        retention = None if retention_days is None else timedelta(days=retention_days)
        basis, policy = LegalBasis(legal_basis), DuplicatePolicy(duplicates)
        made = self._service.create_gallery(_me(name), name, purpose, basis, retention, policy)
        return _gallery(made)

    def enrol(
        self,
        name: SubjectName,
        pictures: Sequence[bytes],
        display_name: str,
        consent: str | None,
        keep_crop: bool,
    ) -> Payload:
        """Enrol a new subject."""
        given = _consent(consent, keep_crop)
        return _enrolment(
            self._service.enrol_subject(_me(name), name, pictures, given, display_name)
        )

    def add(self, name: SubjectName, pictures: Sequence[bytes]) -> Payload:
        """Add pictures to a subject."""
        return _enrolment(self._service.add_pictures(_me(name), name, pictures))

    def import_(
        self,
        name: GalleryName,
        source: PictureSource,
        import_id: str | None,
        consent: str | None,
        keep_crop: bool,
        advance: Callable[[int], None],
    ) -> Payload:
        """Enrol everybody, one picture after the other."""
        session = self._service.open_import(_me(name), name, import_id)
        note(f"import {session.import_id}: if it is interrupted, add --resume {session.import_id}")
        done = session.progress.sequence
        advance(done)
        given = _consent(consent, keep_crop)
        for sequence, one in enumerate(source.behind(done), start=done + 1):
            session.accept(
                ImportItem(sequence, one.subject, one.data, one.filename, one.display_name, given)
            )
            advance(1)
        report = session.finish()
        return {
            "import": report.import_id,
            "pictures": report.item_count,
            "subjects": report.subject_count,
            "enrolled": report.enrolled_count,
            "duplicate_count": report.duplicate_count,
            "rejected_count": report.rejected_count,
            "duplicates": [_entry(entry) for entry in report.duplicates],
            "rejected": [_entry(entry) for entry in report.rejected],
        }

    def search(self, name: GalleryName, picture: bytes, top_k: int, fpir: float) -> Payload:
        """Search a gallery."""
        found = self._service.search(_me(name), name, picture, top_k, fpir)
        return {
            "decision": found.decision.outcome.value,
            "hits": [
                {
                    "subject": hit.subject,
                    "similarity": hit.similarity,
                    "fmr": hit.fmr,
                    "display_name": hit.display_name,
                }
                for hit in found.hits
            ],
            "threshold": found.threshold,
            "fpir": found.fpir,
            "target_fpir": found.target_fpir,
            "gallery_size": found.gallery_size,
            "quality": round(found.probe_quality, 1),
            "model": found.model_id,
            "reasons": _reasons(found.decision.reasons),
        }

    def galleries(self, tenant: str) -> list[Payload]:
        """List galleries."""
        found, token = [], ""
        while True:
            page = self._service.list_galleries(Caller.local(tenant), tenant, 1000, token)
            found += [_gallery(one) for one in page.galleries]
            token = page.next_page_token
            if not token:
                return found

    def subjects(self, name: GalleryName) -> list[Payload]:
        """List subjects."""
        found, token = [], ""
        while True:
            page = self._service.list_subjects(_me(name), name, 1000, token)
            found += [_subject(one) for one in page.subjects]
            token = page.next_page_token
            if not token:
                return found

    def gallery(self, name: GalleryName) -> Payload:
        """Show a gallery."""
        return _gallery(self._service.get_gallery(_me(name), name))

    def subject(self, name: SubjectName) -> Payload:
        """Show a subject."""
        return _subject(self._service.get_subject(_me(name), name))

    def delete(self, name: GalleryName) -> Payload:
        """Erase a gallery."""
        return _receipt(self._service.delete_gallery(_me(name), name))

    def erase(self, name: SubjectName) -> Payload:
        """Erase a subject."""
        return _receipt(self._service.delete_subject(_me(name), name))


def _me(name: GalleryName | SubjectName) -> Caller:
    return Caller.local(name.tenant)


def _consent(reference: str | None, keep_crop: bool) -> Consent | None:
    return None if reference is None else Consent(reference, datetime.now(UTC), keep_crop)


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    return [{"code": reason.code, "text": reason.text} for reason in reasons]


def _gallery(gallery: Gallery) -> Payload:
    retention = gallery.retention
    return {
        "name": str(gallery.name),
        "purpose": gallery.purpose,
        "legal_basis": gallery.legal_basis.value,
        "retention_days": None if retention is None else retention.total_seconds() / 86_400,
        "duplicates": gallery.duplicate_policy.value,
        "model": gallery.model_id,
        "subjects": gallery.subject_count,
        "templates": gallery.template_count,
        "created_at": gallery.created_at.isoformat(),
    }


def _subject(subject: Subject) -> Payload:
    return {
        "subject": subject.name.subject,
        "name": str(subject.name),
        "display_name": subject.display_name,
        "templates": subject.template_count,
        "consent": None if subject.consent is None else subject.consent.reference,
        "created_at": subject.created_at.isoformat(),
        "expires_at": None if subject.expires_at is None else subject.expires_at.isoformat(),
    }


def _enrolment(done: Enrolment) -> Payload:
    rejected: list[dict[str, Any]] = [
        {"picture": one.picture, "reasons": _reasons(one.reasons)} for one in done.rejected
    ]
    return {
        "subject": done.subject.name.subject,
        "name": str(done.subject.name),
        "templates": done.subject.template_count,
        "accepted": [
            {"picture": one.picture, "template": one.template_id, "quality": one.quality}
            for one in done.accepted
        ],
        "rejected": rejected,
        "possible_duplicates": [
            {
                "subject": one.subject,
                "similarity": one.similarity,
                "same_picture": one.same_picture,
            }
            for one in done.possible_duplicates
        ],
    }


def _entry(entry: ImportEntry) -> Payload:
    return {
        "sequence": entry.sequence,
        "subject": entry.subject,
        "filename": entry.filename,
        "other_subject": entry.other_subject,
        "reasons": _reasons(entry.reasons),
    }


def _receipt(receipt: Receipt) -> Payload:
    return {
        "receipt": receipt.receipt_id,
        "resource": receipt.resource,
        "erased_at": receipt.erased_at.isoformat(),
        "is_complete": receipt.is_complete,
        "stores": {store.name: store.erased_count for store in receipt.stores},
    }
