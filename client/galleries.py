"""The client's calls about galleries and subjects."""

import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from client import wire
from client.connection import Connection
from client.imports import Source, run_import
from client.types import (
    Consent,
    DuplicatePolicy,
    Enrolment,
    Gallery,
    ImportProgress,
    ImportReport,
    LegalBasis,
    Receipt,
    Subject,
)
from protos.smartbranch.vision.v1 import gallery_service_pb2 as messages
from protos.smartbranch.vision.v1.gallery_service_pb2_grpc import GalleryServiceStub

PAGE_SIZE = 200


def new_request_id() -> str:
    """Return an id that makes a call safe to repeat."""
    return f"cli-{secrets.token_hex(16)}"


class GalleryCalls:
    """Creates, reads and erases galleries and subjects. Names are resource names."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stub = GalleryServiceStub(connection.channel)

    async def create_gallery(
        self,
        tenant: str,
        gallery_id: str,
        *,
        purpose: str,
        legal_basis: LegalBasis,
        retention: timedelta | None = None,
        duplicate_policy: DuplicatePolicy = DuplicatePolicy.REPORT,
        request_id: str | None = None,
    ) -> Gallery:
        """Create an empty gallery of a tenant, by its id. Raises ApiError `GALLERY_EXISTS`."""
        wanted = Gallery(
            "", purpose, legal_basis, retention, duplicate_policy, "", 0, 0, datetime.now(UTC)
        )
        request = messages.CreateGalleryRequest(
            parent=f"tenants/{tenant}",
            gallery_id=gallery_id,
            gallery=wire.gallery_to(wanted),
            request_id=request_id or new_request_id(),
        )
        return wire.gallery_from(await self._connection.call(self._stub.CreateGallery, request))

    async def get_gallery(self, name: str) -> Gallery:
        """Return one gallery."""
        request = messages.GetGalleryRequest(name=name)
        return wire.gallery_from(await self._connection.call(self._stub.GetGallery, request))

    async def list_galleries(self, tenant: str) -> AsyncIterator[Gallery]:
        """Yield every gallery of a tenant."""
        token = ""
        while True:
            request = messages.ListGalleriesRequest(
                parent=f"tenants/{tenant}", page_size=PAGE_SIZE, page_token=token
            )
            page = await self._connection.call(self._stub.ListGalleries, request)
            for gallery in page.galleries:
                yield wire.gallery_from(gallery)
            token = page.next_page_token
            if not token:
                return

    async def delete_gallery(self, name: str, *, request_id: str | None = None) -> Receipt:
        """Erase a gallery and everybody in it."""
        request = messages.DeleteGalleryRequest(
            name=name, request_id=request_id or new_request_id()
        )
        return wire.receipt_from(await self._connection.call(self._stub.DeleteGallery, request))

    async def enrol_subject(
        self,
        gallery: str,
        subject_id: str,
        pictures: Sequence[bytes],
        *,
        consent: Consent | None = None,
        display_name: str = "",
        expires_at: datetime | None = None,
        request_id: str | None = None,
    ) -> Enrolment:
        """Enrol one person, all or nothing. Raises ApiError `QUALITY_TOO_LOW` and others."""
        subject = messages.Subject(
            display_name=display_name,
            consent=wire.consent_to(consent),
            expire_time=None if expires_at is None else wire.stamp(expires_at),
        )
        request = messages.EnrolSubjectRequest(
            parent=gallery,
            subject_id=subject_id,
            subject=subject,
            pictures=pictures,
            request_id=request_id or new_request_id(),
        )
        return wire.enrolment_from(await self._connection.call(self._stub.EnrolSubject, request))

    async def add_subject_pictures(
        self, name: str, pictures: Sequence[bytes], *, request_id: str | None = None
    ) -> Enrolment:
        """Add photographs to a subject."""
        request = messages.AddSubjectPicturesRequest(
            name=name, pictures=pictures, request_id=request_id or new_request_id()
        )
        made = await self._connection.call(self._stub.AddSubjectPictures, request)
        return wire.enrolment_from(made)

    async def get_subject(self, name: str) -> Subject:
        """Return one subject."""
        request = messages.GetSubjectRequest(name=name)
        return wire.subject_from(await self._connection.call(self._stub.GetSubject, request))

    async def list_subjects(self, gallery: str) -> AsyncIterator[Subject]:
        """Yield every subject of a gallery."""
        token = ""
        while True:
            request = messages.ListSubjectsRequest(
                parent=gallery, page_size=PAGE_SIZE, page_token=token
            )
            page = await self._connection.call(self._stub.ListSubjects, request)
            for subject in page.subjects:
                yield wire.subject_from(subject)
            token = page.next_page_token
            if not token:
                return

    async def delete_subject(self, name: str, *, request_id: str | None = None) -> Receipt:
        """Erase a subject everywhere."""
        request = messages.DeleteSubjectRequest(
            name=name, request_id=request_id or new_request_id()
        )
        return wire.receipt_from(await self._connection.call(self._stub.DeleteSubject, request))

    def import_subjects(
        self, gallery: str, source: Source, import_id: str = ""
    ) -> AsyncIterator[ImportProgress | ImportReport]:
        """Enrol many people; yields progress, and the report last. Resumes by itself.

        source: the pictures, as a sequence or as a function that yields the pictures behind a
        position, from 1 on. import_id: an earlier import to continue. Raises ApiError.
        """
        return run_import(self._connection, self._stub, gallery, source, import_id)
