"""The servicer of GalleryService: messages in, messages out, no logic."""

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from base.ids import GalleryName, SubjectName
from protos.smartbranch.vision.v1 import gallery_service_pb2 as messages
from protos.smartbranch.vision.v1 import gallery_service_pb2_grpc
from serving.assembly import Services
from serving.galleries.types import Enrolment
from serving.gate import current_caller
from serving.grpc import gallery_wire as wire
from serving.grpc.desk import Desk
from serving.grpc.imports import ImportRunner
from serving.grpc.wire import tenant_of

Context = ServicerContext[Any, Any]


class GalleryServicer(gallery_service_pb2_grpc.GalleryServiceServicer):
    """Answers everything about galleries and subjects."""

    def __init__(self, desk: Desk, imports: ImportRunner) -> None:
        self._desk = desk
        self._imports = imports

    async def CreateGallery(
        self, request: messages.CreateGalleryRequest, context: Context
    ) -> messages.Gallery:
        """Create a gallery."""
        caller = current_caller()
        name = GalleryName(tenant_of(request.parent, caller), request.gallery_id)
        basis = wire.basis_of(request.gallery.legal_basis)
        retention = wire.retention_of(request.gallery)
        policy = wire.policy_of(request.gallery.duplicate_policy)
        made = await self._desk.run(
            context,
            lambda services: services.galleries.create_gallery(
                caller, name, request.gallery.purpose, basis, retention, policy, request.request_id
            ),
        )
        return wire.gallery_message(made)

    async def GetGallery(
        self, request: messages.GetGalleryRequest, context: Context
    ) -> messages.Gallery:
        """Return one gallery."""
        caller, name = current_caller(), GalleryName.parse(request.name)
        found = await self._desk.run(
            context, lambda services: services.galleries.get_gallery(caller, name)
        )
        return wire.gallery_message(found)

    async def ListGalleries(
        self, request: messages.ListGalleriesRequest, context: Context
    ) -> messages.ListGalleriesResponse:
        """Return a page of galleries."""
        caller = current_caller()
        tenant, size = tenant_of(request.parent, caller), wire.page_size_of(request.page_size)
        page = await self._desk.run(
            context,
            lambda services: services.galleries.list_galleries(
                caller, tenant, size, request.page_token
            ),
        )
        return messages.ListGalleriesResponse(
            galleries=[wire.gallery_message(gallery) for gallery in page.galleries],
            next_page_token=page.next_page_token,
        )

    async def DeleteGallery(
        self, request: messages.DeleteGalleryRequest, context: Context
    ) -> messages.ErasureReceipt:
        """Erase a gallery."""
        caller, name = current_caller(), GalleryName.parse(request.name)
        receipt = await self._desk.run(
            context,
            lambda services: services.galleries.delete_gallery(caller, name, request.request_id),
        )
        return wire.receipt_message(receipt)

    async def EnrolSubject(
        self, request: messages.EnrolSubjectRequest, context: Context
    ) -> messages.Enrolment:
        """Enrol one person."""
        caller = current_caller()
        name = GalleryName.parse(request.parent).subject(request.subject_id)
        subject, pictures = request.subject, list(request.pictures)
        consent = wire.consent_of(subject.consent) if subject.HasField("consent") else None
        has_expiry = subject.HasField("expire_time")
        expires_at = (
            wire.instant_of(subject.expire_time, "subject.expire_time") if has_expiry else None
        )

        def enrol(services: Services) -> Enrolment:
            return services.galleries.enrol_subject(
                caller,
                name,
                pictures,
                consent,
                subject.display_name,
                expires_at,
                request.request_id,
            )

        return wire.enrolment_message(await self._desk.run(context, enrol))

    async def AddSubjectPictures(
        self, request: messages.AddSubjectPicturesRequest, context: Context
    ) -> messages.Enrolment:
        """Add photographs to a subject."""
        caller, name = current_caller(), SubjectName.parse(request.name)
        pictures = list(request.pictures)
        enrolment = await self._desk.run(
            context,
            lambda services: services.galleries.add_pictures(
                caller, name, pictures, request.request_id
            ),
        )
        return wire.enrolment_message(enrolment)

    def ImportSubjects(
        self, request_iterator: AsyncIterator[messages.ImportSubjectsRequest], context: Context
    ) -> AsyncIterator[messages.ImportSubjectsResponse]:
        """Enrol many people from a stream."""
        return self._imports.run(request_iterator, context)

    async def GetSubject(
        self, request: messages.GetSubjectRequest, context: Context
    ) -> messages.Subject:
        """Return one subject."""
        caller, name = current_caller(), SubjectName.parse(request.name)
        found = await self._desk.run(
            context, lambda services: services.galleries.get_subject(caller, name)
        )
        return wire.subject_message(found)

    async def ListSubjects(
        self, request: messages.ListSubjectsRequest, context: Context
    ) -> messages.ListSubjectsResponse:
        """Return a page of subjects."""
        caller, gallery = current_caller(), GalleryName.parse(request.parent)
        size = wire.page_size_of(request.page_size)
        page = await self._desk.run(
            context,
            lambda services: services.galleries.list_subjects(
                caller, gallery, size, request.page_token
            ),
        )
        return messages.ListSubjectsResponse(
            subjects=[wire.subject_message(subject) for subject in page.subjects],
            next_page_token=page.next_page_token,
        )

    async def DeleteSubject(
        self, request: messages.DeleteSubjectRequest, context: Context
    ) -> messages.ErasureReceipt:
        """Erase a subject."""
        caller, name = current_caller(), SubjectName.parse(request.name)
        receipt = await self._desk.run(
            context,
            lambda services: services.galleries.delete_subject(caller, name, request.request_id),
        )
        return wire.receipt_message(receipt)
