"""Calls of DocumentService."""

from client.connection import Connection
from client.documents_types import IdDocument
from client.documents_wire import document_from
from protos.smartbranch.vision.v1 import document_service_pb2 as messages
from protos.smartbranch.vision.v1.document_service_pb2_grpc import DocumentServiceStub


class DocumentCalls:
    """Reads documents; reach it as `client.documents`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stub = DocumentServiceStub(connection.channel)

    async def read(
        self,
        picture: bytes,
        back_picture: bytes = b"",
        *,
        live_picture: bytes = b"",
        target_fmr: float | None = None,
        wants_portrait: bool = False,
        request_id: str = "",
        timeout_s: float | None = None,
    ) -> IdDocument:
        """Read one document from a picture of one side or of both.

        live_picture: of the person who shows it, to be compared with its portrait.
        """
        request = messages.ReadIdDocumentRequest(
            picture=picture,
            back_picture=back_picture,
            live_picture=live_picture,
            target_fmr=target_fmr,
            wants_portrait=wants_portrait,
            request_id=request_id,
        )
        answer = await self._connection.call(self._stub.ReadIdDocument, request, timeout_s)
        return document_from(answer)
