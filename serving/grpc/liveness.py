"""The servicer of LivenessService: messages in, messages out, no logic."""

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from protos.smartbranch.liveness.v1 import liveness_service_pb2_grpc
from serving.assembly import Services
from serving.gate import current_caller
from serving.grpc import liveness_wire, wire
from serving.grpc.desk import Desk
from serving.sessions import SessionRunner

Context = ServicerContext[Any, Any]


class LivenessServicer(liveness_service_pb2_grpc.LivenessServiceServicer):
    """Answers CheckImage and RunSession."""

    def __init__(self, desk: Desk, sessions: SessionRunner) -> None:
        self._desk = desk
        self._sessions = sessions

    async def CheckImage(
        self, request: messages.CheckImageRequest, context: Context
    ) -> messages.CheckImageResponse:
        """Judge one picture."""
        caller = current_caller()
        wire.tenant_of(request.parent, caller)
        select = wire.selection_of(request.selection)
        request_id = wire.request_id_of(request.request_id)
        picture = request.picture

        def check(services: Services) -> messages.CheckImageResponse:
            found = services.liveness.check_image(caller, picture, select, request_id)
            return liveness_wire.check_message(found, services.facts_of)

        return await self._desk.run(context, check)

    def RunSession(
        self, request_iterator: AsyncIterator[messages.RunSessionRequest], context: Context
    ) -> AsyncIterator[messages.RunSessionResponse]:
        """Run a guided session."""
        return self._sessions.run(request_iterator, current_caller())
