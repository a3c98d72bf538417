"""The servicer of DeviceService: messages in, messages out, no logic."""

from typing import Any

from grpc.aio import ServicerContext

from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.edge.v1 import edge_service_pb2_grpc
from serving.assembly import Services
from serving.edge.names import CameraName, DeviceName
from serving.gate import current_caller
from serving.grpc import devices_wire, wire
from serving.grpc.desk import Desk

Context = ServicerContext[Any, Any]


class DeviceServicer(edge_service_pb2_grpc.DeviceServiceServicer):
    """Answers what operators ask of boxes and cameras."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def CreateDeviceCode(
        self, request: messages.CreateDeviceCodeRequest, context: Context
    ) -> messages.CreateDeviceCodeResponse:
        """Make a code."""
        caller = current_caller()
        wire.tenant_of(request.parent, caller)
        wire.request_id_of(request.request_id)
        life = devices_wire.life_of(request)
        device, branch, name = request.device, request.branch, request.display_name
        return await self._desk.run(
            context,
            lambda services: devices_wire.code_message(
                services.edge.registry.create_code(caller, device, branch, name, life)
            ),
        )

    async def ListDevices(
        self, request: messages.ListDevicesRequest, context: Context
    ) -> messages.ListDevicesResponse:
        """Return the boxes."""
        caller = current_caller()
        wire.tenant_of(request.parent, caller)
        branch = request.branch or None

        def list_devices(services: Services) -> messages.ListDevicesResponse:
            found = services.edge.devices(caller, branch)
            return messages.ListDevicesResponse(
                devices=[devices_wire.device_message(device) for device in found]
            )

        return await self._desk.run(context, list_devices)

    async def RevokeDevice(
        self, request: messages.RevokeDeviceRequest, context: Context
    ) -> messages.Device:
        """Take a box's rights away."""
        caller, name = current_caller(), DeviceName.parse(request.name)
        wire.request_id_of(request.request_id)
        return await self._desk.run(
            context,
            lambda services: devices_wire.device_message(services.edge.revoke(caller, name)),
        )

    async def ListCameras(
        self, request: messages.ListCamerasRequest, context: Context
    ) -> messages.ListCamerasResponse:
        """Return the cameras."""
        caller = current_caller()
        wire.tenant_of(request.parent, caller)
        branch = request.branch or None

        def list_cameras(services: Services) -> messages.ListCamerasResponse:
            found = services.edge.cameras(caller, branch)
            return messages.ListCamerasResponse(
                cameras=[devices_wire.camera_message(view) for view in found]
            )

        return await self._desk.run(context, list_cameras)

    async def UpdateCamera(
        self, request: messages.UpdateCameraRequest, context: Context
    ) -> messages.Camera:
        """Change a camera's scene or name."""
        caller, name = current_caller(), CameraName.parse(request.name)
        wire.request_id_of(request.request_id)
        scene, display_name = devices_wire.change_of(request)
        return await self._desk.run(
            context,
            lambda services: devices_wire.camera_message(
                services.edge.books.update(caller, name, scene, display_name)
            ),
        )

    async def GetCameraFrame(
        self, request: messages.GetCameraFrameRequest, context: Context
    ) -> messages.GetCameraFrameResponse:
        """Return one frame."""
        caller, name = current_caller(), CameraName.parse(request.name)
        side_px = devices_wire.frame_side_of(request)
        edge = self._desk.services.edge
        await self._desk.run(context, lambda _: edge.books.note_look(caller, name))
        frame = await edge.hub.frame(name.tenant, name.ref, side_px)
        return devices_wire.frame_message(frame)
