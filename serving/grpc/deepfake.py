"""The servicer of DeepfakeService: messages in, messages out, no logic."""

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2_grpc
from serving.assembly import Services
from serving.gate import current_caller
from serving.grpc import deepfake_wire, wire
from serving.grpc.clips import ClipRunner
from serving.grpc.desk import Desk

Context = ServicerContext[Any, Any]


class DeepfakeServicer(deepfake_service_pb2_grpc.DeepfakeServiceServicer):
    """Answers CheckImage, OpenClip and CheckClip."""

    def __init__(self, desk: Desk, clips: ClipRunner) -> None:
        self._desk = desk
        self._clips = clips

    async def CheckImage(
        self, request: messages.CheckImageRequest, context: Context
    ) -> messages.CheckImageResponse:
        """Judge one picture."""
        caller = current_caller()
        wire.tenant_of(request.parent, caller)
        select = wire.selection_of(request.selection)
        request_id = wire.request_id_of(request.request_id)
        picture, wants_heat = request.picture, request.wants_heat_map

        def check(services: Services) -> messages.CheckImageResponse:
            found = services.deepfake.check_image(caller, picture, select, wants_heat, request_id)
            return deepfake_wire.image_message(found, services.facts_of)

        return await self._desk.run(context, check)

    async def OpenClip(
        self, request: messages.OpenClipRequest, context: Context
    ) -> messages.OpenClipResponse:
        """Open a signed clip."""
        caller = current_caller()
        wire.tenant_of(request.parent, caller)
        request_id = wire.request_id_of(request.request_id)
        return await self._desk.run(
            context,
            lambda services: deepfake_wire.opened_message(
                services.deepfake.open_clip(caller, request_id)
            ),
        )

    async def CheckClip(
        self, request_iterator: AsyncIterator[messages.CheckClipRequest], context: Context
    ) -> messages.CheckClipResponse:
        """Judge one clip."""
        return await self._clips.run(request_iterator, current_caller())
