"""The servicer of DocumentService: messages in, messages out, no logic."""

from typing import Any

from grpc.aio import ServicerContext

from protos.smartbranch.vision.v1 import document_service_pb2 as messages
from protos.smartbranch.vision.v1 import document_service_pb2_grpc
from serving.documents.desk import ReadingDesk
from serving.gate import current_caller
from serving.grpc import wire
from serving.grpc.desk import Desk
from serving.grpc.documents_wire import answer_message
from vision.match import DEFAULT_TARGET_FMR

Context = ServicerContext[Any, Any]


class DocumentServicer(document_service_pb2_grpc.DocumentServiceServicer):
    """Answers ReadIdDocument."""

    def __init__(self, desk: Desk, reading: ReadingDesk) -> None:
        self._desk = desk
        self._reading = reading

    async def ReadIdDocument(
        self, request: messages.ReadIdDocumentRequest, context: Context
    ) -> messages.ReadIdDocumentResponse:
        """Read one document."""
        caller = current_caller()
        wire.tenant_of(request.parent, caller)
        request_id = wire.request_id_of(request.request_id)
        fmr = request.target_fmr if request.HasField("target_fmr") else DEFAULT_TARGET_FMR
        picture, wants_portrait = request.picture, request.wants_portrait
        back, live = request.back_picture or None, request.live_picture or None
        services = self._desk.services

        def read() -> messages.ReadIdDocumentResponse:
            found = services.documents.read(caller, picture, back, live, fmr, request_id)
            texts = services.open_models.text_facts
            return answer_message(found, wants_portrait, texts, services.embedder)

        return await self._reading.run(caller, read, context.time_remaining())
