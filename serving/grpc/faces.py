"""The servicer of FaceService: messages in, messages out, no logic."""

from typing import Any

from grpc.aio import ServicerContext

from base.errors import InvalidArgumentError
from base.ids import GalleryName, SubjectName
from protos.smartbranch.vision.v1 import face_service_pb2 as messages
from protos.smartbranch.vision.v1 import face_service_pb2_grpc
from serving.assembly import Services
from serving.faces import DEFAULT_TARGET_FPIR, DEFAULT_TOP_K, FaceService, Verification
from serving.gate import current_caller
from serving.grpc import wire
from serving.grpc.desk import Desk
from vision.match import DEFAULT_TARGET_FMR

Context = ServicerContext[Any, Any]


class FaceServicer(face_service_pb2_grpc.FaceServiceServicer):
    """Answers DetectFaces, VerifyFaces and SearchFaces."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def DetectFaces(
        self, request: messages.DetectFacesRequest, context: Context
    ) -> messages.DetectFacesResponse:
        """Find the faces of one picture."""
        caller = current_caller()
        wire.tenant_of(request.parent, caller)
        profile = wire.profile_of(request.profile)
        picture = request.picture

        def detect(services: Services) -> messages.DetectFacesResponse:
            found = services.faces.detect(caller, picture, profile)
            return wire.detection_message(found, services.detector)

        return await self._desk.run(context, detect)

    async def VerifyFaces(
        self, request: messages.VerifyFacesRequest, context: Context
    ) -> messages.VerifyFacesResponse:
        """Compare a probe with a picture or a stored subject."""
        caller = current_caller()
        wire.tenant_of(request.parent, caller)
        select = wire.selection_of(request.selection)
        request_id = wire.request_id_of(request.request_id)
        target_fmr = request.target_fmr if request.HasField("target_fmr") else DEFAULT_TARGET_FMR
        kind, probe = request.WhichOneof("reference"), request.probe_picture
        if kind is None:
            raise InvalidArgumentError(
                "set reference_picture or reference_subject", field="reference"
            )
        picture = request.reference_picture
        subject = (
            SubjectName.parse(request.reference_subject) if kind == "reference_subject" else None
        )

        def compare(faces: FaceService) -> Verification:
            if subject is not None:
                return faces.verify_subject(caller, subject, probe, target_fmr, select)
            return faces.verify(caller, picture, probe, target_fmr, select, request_id)

        # The answer is put into words in the pool too: the event loop has better to do.
        return await self._desk.run(
            context,
            lambda services: wire.verification_message(compare(services.faces), services.embedder),
        )

    async def SearchFaces(
        self, request: messages.SearchFacesRequest, context: Context
    ) -> messages.SearchFacesResponse:
        """Look a probe up in a gallery."""
        caller = current_caller()
        gallery = GalleryName.parse(request.gallery)
        wire.request_id_of(request.request_id)
        top_k = request.top_k if request.HasField("top_k") else DEFAULT_TOP_K
        fpir = request.target_fpir if request.HasField("target_fpir") else DEFAULT_TARGET_FPIR
        probe = request.probe_picture

        def search(services: Services) -> messages.SearchFacesResponse:
            found = services.faces.search(caller, gallery, probe, top_k, fpir)
            return wire.identification_message(found, str(gallery), services.embedder)

        return await self._desk.run(context, search)
