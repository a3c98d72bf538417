"""The gallery commands against a server."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from base.errors import ServerNotReadyError
from base.ids import GalleryName, SubjectName
from cli.gallery_desk import Payload
from cli.output import note
from cli.picture_source import PictureSource
from cli.remote import Call, ask
from client import SmartBranchClient, TlsFiles
from client.types import (
    Consent,
    DuplicatePolicy,
    Enrolment,
    Gallery,
    ImportIssue,
    ImportPicture,
    ImportProgress,
    ImportReport,
    LegalBasis,
    Reason,
    Receipt,
    Subject,
)

T = TypeVar("T")


@contextmanager
def open_remote(server: str, token: str | None, ca: Path | None) -> "Iterator[RemoteDesk]":
    """Talk to a server; its errors become ours. `ca` means TLS."""
    yield RemoteDesk(server, token, None if ca is None else TlsFiles(ca=ca))


class RemoteDesk:
    """Calls a server; one connection a command."""

    def __init__(self, server: str, token: str | None, tls: TlsFiles | None) -> None:
        self._server = server
        self._token = token
        self._tls = tls

    def _ask(self, call: Call[T]) -> T:
        return ask(self._server, self._token, self._tls, call)

    def create(
        self,
        name: GalleryName,
        purpose: str,
        legal_basis: str,
        retention_days: float | None,
        duplicates: str,
    ) -> Payload:
        """Create a gallery."""
        return _gallery(
            self._ask(
                lambda client: client.galleries.create_gallery(
                    name.tenant,
                    name.gallery,
                    purpose=purpose,
                    legal_basis=LegalBasis(legal_basis.replace("-", "_").upper()),
                    retention=None if retention_days is None else timedelta(days=retention_days),
                    duplicate_policy=DuplicatePolicy(duplicates.upper()),
                )
            )
        )

    def enrol(
        self,
        name: SubjectName,
        pictures: Sequence[bytes],
        display_name: str,
        consent: str | None,
        keep_crop: bool,
    ) -> Payload:
        """Enrol a new subject."""
        return _enrolment(
            self._ask(
                lambda client: client.galleries.enrol_subject(
                    str(name.parent),
                    name.subject,
                    pictures,
                    consent=_consent(consent, keep_crop),
                    display_name=display_name,
                )
            )
        )

    def add(self, name: SubjectName, pictures: Sequence[bytes]) -> Payload:
        """Add pictures to a subject."""
        return _enrolment(
            self._ask(lambda client: client.galleries.add_subject_pictures(str(name), pictures))
        )

    def import_(
        self,
        name: GalleryName,
        source: PictureSource,
        import_id: str | None,
        consent: str | None,
        keep_crop: bool,
        advance: Callable[[int], None],
    ) -> Payload:
        """Enrol everybody in one stream, which goes on by itself after a break."""
        given = _consent(consent, keep_crop)

        async def pictures(behind: int) -> AsyncIterator[ImportPicture]:
            for one in source.behind(behind):
                yield ImportPicture(one.subject, one.data, one.filename, one.display_name, given)

        async def send(client: SmartBranchClient) -> ImportReport | None:
            done, report = 0, None
            async for update in client.galleries.import_subjects(
                str(name), pictures, import_id or ""
            ):
                if isinstance(update, ImportProgress):
                    if not done and update.outcome is None:
                        note(
                            f"import {update.import_id}: to go on, add --resume {update.import_id}"
                        )
                    advance(update.acknowledged_sequence - done)
                    done = update.acknowledged_sequence
                else:
                    report = update
            return report

        report = self._ask(send)
        if report is None:
            raise ServerNotReadyError("the server ended the import without a report")
        return {
            "import": report.import_id,
            "pictures": report.picture_count,
            "subjects": report.subject_count,
            "enrolled": report.enrolled_count,
            "duplicate_count": report.duplicate_count,
            "rejected_count": report.rejected_count,
            "duplicates": [_issue(issue) for issue in report.duplicates],
            "rejected": [_issue(issue) for issue in report.rejected],
        }

    def search(self, name: GalleryName, picture: bytes, top_k: int, fpir: float) -> Payload:
        """Search a gallery."""
        found = self._ask(
            lambda client: client.search_faces(str(name), picture, top_k=top_k, target_fpir=fpir)
        )
        return {
            "decision": found.outcome.value,
            "hits": [
                {
                    "subject": SubjectName.parse(hit.subject).subject,
                    "similarity": hit.similarity,
                    "fmr": hit.fmr,
                    "display_name": hit.display_name,
                }
                for hit in found.hits
            ],
            "threshold": found.threshold,
            "fpir": found.fpir,
            "target_fpir": found.target_fpir,
            "gallery_size": found.template_count,
            "quality": round(found.probe_face.quality.score, 1),
            "model": found.model.model_id,
            "reasons": _reasons(found.reasons),
        }

    def galleries(self, tenant: str) -> list[Payload]:
        """List galleries."""

        async def collect(client: SmartBranchClient) -> list[Payload]:
            return [_gallery(one) async for one in client.galleries.list_galleries(tenant)]

        return self._ask(collect)

    def subjects(self, name: GalleryName) -> list[Payload]:
        """List subjects."""

        async def collect(client: SmartBranchClient) -> list[Payload]:
            return [_subject(one) async for one in client.galleries.list_subjects(str(name))]

        return self._ask(collect)

    def gallery(self, name: GalleryName) -> Payload:
        """Show a gallery."""
        return _gallery(self._ask(lambda client: client.galleries.get_gallery(str(name))))

    def subject(self, name: SubjectName) -> Payload:
        """Show a subject."""
        return _subject(self._ask(lambda client: client.galleries.get_subject(str(name))))

    def delete(self, name: GalleryName) -> Payload:
        """Erase a gallery."""
        return _receipt(self._ask(lambda client: client.galleries.delete_gallery(str(name))))

    def erase(self, name: SubjectName) -> Payload:
        """Erase a subject."""
        return _receipt(self._ask(lambda client: client.galleries.delete_subject(str(name))))


def _consent(reference: str | None, keep_crop: bool) -> Consent | None:
    return None if reference is None else Consent(reference, datetime.now(UTC), keep_crop)


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    return [{"code": reason.code, "text": reason.text} for reason in reasons]


def _gallery(gallery: Gallery) -> Payload:
    retention = gallery.retention
    return {
        "name": gallery.name,
        "purpose": gallery.purpose,
        "legal_basis": gallery.legal_basis.value.replace("_", "-").lower(),
        "retention_days": None if retention is None else retention.total_seconds() / 86_400,
        "duplicates": gallery.duplicate_policy.value.lower(),
        "model": gallery.model_id,
        "subjects": gallery.subject_count,
        "templates": gallery.template_count,
        "created_at": gallery.created_at.isoformat(),
    }


def _subject(subject: Subject) -> Payload:
    return {
        "subject": SubjectName.parse(subject.name).subject,
        "name": subject.name,
        "display_name": subject.display_name,
        "templates": subject.template_count,
        "consent": None if subject.consent is None else subject.consent.reference,
        "created_at": subject.created_at.isoformat(),
        "expires_at": None if subject.expires_at is None else subject.expires_at.isoformat(),
    }


def _enrolment(done: Enrolment) -> Payload:
    return {
        "subject": SubjectName.parse(done.subject.name).subject,
        "name": done.subject.name,
        "templates": done.subject.template_count,
        "accepted": [
            {"picture": one.index, "template": one.template_id, "quality": one.quality}
            for one in done.accepted
        ],
        "rejected": [
            {"picture": one.index, "reasons": _reasons(one.reasons)} for one in done.rejected
        ],
        "possible_duplicates": [
            {
                "subject": one.subject_id,
                "similarity": one.similarity,
                "same_picture": one.is_same_picture,
            }
            for one in done.possible_duplicates
        ],
    }


def _issue(issue: ImportIssue) -> Payload:
    return {
        "sequence": issue.sequence,
        "subject": issue.subject_id,
        "filename": issue.filename,
        "other_subject": issue.duplicate_subject_id or None,
        "reasons": _reasons(issue.reasons),
    }


def _receipt(receipt: Receipt) -> Payload:
    return {
        "receipt": receipt.receipt_id,
        "resource": receipt.resource,
        "erased_at": receipt.erased_at.isoformat(),
        "is_complete": receipt.is_complete,
        "stores": receipt.stores,
    }
