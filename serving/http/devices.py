"""The JSON twin of DeviceService, for the console."""

from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from google.protobuf import json_format
from google.protobuf.message import Message

from base.errors import InvalidArgumentError
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from serving.caller import Caller
from serving.edge.names import CameraName, DeviceName
from serving.edge.service import EdgeService
from serving.grpc import devices_wire
from serving.http import wire
from serving.http.answers import Answering
from serving.http.body import read_json
from serving.settings import ServerSettings

_SERVICE = "smartbranch.edge.v1.DeviceService"
CREATE_CODE, LIST, REVOKE, CAMERAS, UPDATE, FRAME = (
    f"{_SERVICE}/{name}"
    for name in (
        "CreateDeviceCode",
        "ListDevices",
        "RevokeDevice",
        "ListCameras",
        "UpdateCamera",
        "GetCameraFrame",
    )
)
CAPTURE_TIME_HEADER = "x-capture-time"
M = TypeVar("M", bound=Message)


class DeviceRoutes:
    """Devices and cameras; messages as proto3 JSON with the names of the protos."""

    def __init__(self, answering: Answering, settings: ServerSettings) -> None:
        self._answering = answering
        self._settings = settings

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/devices:createCode", self.create_code, methods=["POST"])
        router.add_api_route("/devices", self.list_devices, methods=["GET"])
        router.add_api_route("/devices/{device}:revoke", self.revoke, methods=["POST"])
        router.add_api_route("/cameras", self.list_cameras, methods=["GET"])
        camera = "/devices/{device}/cameras/{camera}"
        router.add_api_route(camera, self.update, methods=["PATCH"])
        router.add_api_route(f"{camera}/frame", self.frame, methods=["GET"])
        return router

    @property
    def _edge(self) -> EdgeService:
        return self._answering.services.edge

    async def create_code(self, request: Request) -> Response:
        """Make a code that one box registers with."""

        async def work(request: Request, caller: Caller) -> wire.Json:
            asked = await self._read(request, messages.CreateDeviceCodeRequest())
            life = devices_wire.life_of(asked)
            registry = self._edge.registry
            made = await self._answering.run(
                request,
                lambda: registry.create_code(
                    caller, asked.device, asked.branch, asked.display_name, life
                ),
            )
            return _json(devices_wire.code_message(made))

        return await self._answering.answer_staff(request, CREATE_CODE, work)

    async def list_devices(self, request: Request, branch: str | None = None) -> Response:
        """Answer with the boxes, or those of one branch."""

        async def work(request: Request, caller: Caller) -> wire.Json:
            edge = self._edge
            found = await self._answering.run(request, lambda: edge.devices(caller, branch or None))
            return {"devices": [_json(devices_wire.device_message(device)) for device in found]}

        # A page asks now and then by itself.
        return await self._answering.answer_staff(request, LIST, work, is_use=False)

    async def revoke(self, request: Request, device: str) -> Response:
        """Take a box's rights away."""

        async def work(request: Request, caller: Caller) -> wire.Json:
            edge, name = self._edge, DeviceName(caller.tenant, device)
            gone = await self._answering.run(request, lambda: edge.revoke(caller, name))
            return _json(devices_wire.device_message(gone))

        return await self._answering.answer_staff(request, REVOKE, work)

    async def list_cameras(self, request: Request, branch: str | None = None) -> Response:
        """Answer with the cameras, or those of one branch."""

        async def work(request: Request, caller: Caller) -> wire.Json:
            edge = self._edge
            found = await self._answering.run(request, lambda: edge.cameras(caller, branch or None))
            return {"cameras": [_json(devices_wire.camera_message(view)) for view in found]}

        # A page asks now and then by itself.
        return await self._answering.answer_staff(request, CAMERAS, work, is_use=False)

    async def update(self, request: Request, device: str, camera: str) -> Response:
        """Change a camera's scene or name."""

        async def work(request: Request, caller: Caller) -> wire.Json:
            asked = await self._read(request, messages.UpdateCameraRequest())
            books, name = self._edge.books, CameraName(caller.tenant, device, camera)
            scene, display_name = devices_wire.change_of(asked)
            view = await self._answering.run(
                request, lambda: books.update(caller, name, scene, display_name)
            )
            return _json(devices_wire.camera_message(view))

        return await self._answering.answer_staff(request, UPDATE, work)

    async def frame(
        self, request: Request, device: str, camera: str, max_side_px: int = 0
    ) -> Response:
        """Answer with one frame as the camera sees it now, a JPEG."""

        async def work(request: Request, caller: Caller) -> Response:
            edge, name = self._edge, CameraName(caller.tenant, device, camera)
            await self._answering.run(request, lambda: edge.books.note_look(caller, name))
            side_px = max_side_px or devices_wire.DEFAULT_FRAME_SIDE_PX
            frame = await edge.hub.frame(name.tenant, name.ref, side_px)
            return Response(
                frame.picture,
                media_type="image/jpeg",
                headers={CAPTURE_TIME_HEADER: frame.captured_at.isoformat()},
            )

        admit = self._answering.door.opener(True)
        return await self._answering.respond(request, FRAME, admit, work)

    async def _read(self, request: Request, message: M) -> M:
        body = await read_json(request, self._settings.receive_limit_s)
        try:
            return json_format.ParseDict(body, message)
        except (json_format.ParseError, ArithmeticError) as error:
            raise InvalidArgumentError(f"the body cannot be read: {error}") from None


def _json(message: Message) -> dict[str, Any]:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)
