"""The client's calls about boxes and their cameras, for operators."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from client.connection import Connection
from protos.smartbranch.edge.v1 import edge_pb2
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.edge.v1.edge_service_pb2_grpc import DeviceServiceStub


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A one-time code, shown once."""

    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"DeviceCode(expires_at={self.expires_at}, code=<hidden>)"


@dataclass(frozen=True, slots=True)
class Device:
    """A box. clock_offset_s: how far its clock is ahead, None if not measured."""

    name: str
    branch: str
    display_name: str
    registered_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
    clock_offset_s: float | None
    agent_version: str


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera. scene, report, health: JSON with the names of the protos; empty for none."""

    name: str
    branch: str
    display_name: str
    scene: Mapping[str, Any]
    report: Mapping[str, Any]
    health: Mapping[str, Any]
    is_connected: bool
    last_sequence: int
    missing_count: int
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class CameraFrame:
    """What a camera sees. picture: JPEG."""

    picture: bytes
    captured_at: datetime

    def __repr__(self) -> str:
        return f"CameraFrame(captured_at={self.captured_at}, picture=<hidden>)"


class DeviceCalls:
    """Invites, lists and revokes boxes; shows and changes cameras. Every call raises ApiError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stub = DeviceServiceStub(connection.channel)

    async def create_code(
        self,
        device_id: str,
        branch: str,
        *,
        display_name: str = "",
        lifetime: timedelta | None = None,
    ) -> DeviceCode:
        """Make a code that one box registers with; an earlier one of the device is void."""
        request = messages.CreateDeviceCodeRequest(
            device=device_id,
            branch=branch,
            display_name=display_name,
            lifetime=None if lifetime is None else _duration(lifetime),
            request_id=_request_id(),
        )
        made = await self._connection.call(self._stub.CreateDeviceCode, request)
        return DeviceCode(made.code, made.expire_time.ToDatetime(UTC))

    async def list_devices(self, branch: str = "") -> list[Device]:
        """Return the boxes of the tenant, or of one branch."""
        request = messages.ListDevicesRequest(branch=branch)
        answer = await self._connection.call(self._stub.ListDevices, request)
        return [_device(device) for device in answer.devices]

    async def revoke_device(self, name: str) -> Device:
        """Take a box's right to connect away, at once and for good."""
        request = messages.RevokeDeviceRequest(name=name, request_id=_request_id())
        return _device(await self._connection.call(self._stub.RevokeDevice, request))

    async def list_cameras(self, branch: str = "") -> list[Camera]:
        """Return the cameras of the tenant, or of one branch."""
        request = messages.ListCamerasRequest(branch=branch)
        answer = await self._connection.call(self._stub.ListCameras, request)
        return [_camera(camera) for camera in answer.cameras]

    async def update_camera(
        self,
        name: str,
        *,
        scene: Mapping[str, Any] | None = None,
        display_name: str | None = None,
    ) -> Camera:
        """Change a camera. scene: JSON; its version is the one that it replaces.

        Raises ValueError for JSON that is no scene.
        """
        request = messages.UpdateCameraRequest(
            name=name, display_name=display_name, request_id=_request_id()
        )
        if scene is not None:
            try:
                wanted = json_format.ParseDict(dict(scene), edge_pb2.CameraScene())
            except json_format.ParseError as error:
                raise ValueError(str(error)) from None
            request.scene.CopyFrom(wanted)
        return _camera(await self._connection.call(self._stub.UpdateCamera, request))

    async def get_frame(self, name: str, max_side_px: int = 0) -> CameraFrame:
        """Return one frame as a camera sees it now; who looks is recorded."""
        request = messages.GetCameraFrameRequest(name=name, max_side_px=max_side_px)
        frame = await self._connection.call(self._stub.GetCameraFrame, request)
        return CameraFrame(frame.picture, frame.capture_time.ToDatetime(UTC))


def _device(message: messages.Device) -> Device:
    return Device(
        name=message.name,
        branch=message.branch,
        display_name=message.display_name,
        registered_at=message.register_time.ToDatetime(UTC),
        expires_at=message.expire_time.ToDatetime(UTC),
        revoked_at=message.revoke_time.ToDatetime(UTC) if message.HasField("revoke_time") else None,
        last_seen_at=message.last_seen_time.ToDatetime(UTC)
        if message.HasField("last_seen_time")
        else None,
        clock_offset_s=message.clock_offset.ToTimedelta().total_seconds()
        if message.HasField("clock_offset")
        else None,
        agent_version=message.agent_version,
    )


def _camera(message: messages.Camera) -> Camera:
    return Camera(
        name=message.name,
        branch=message.branch,
        display_name=message.display_name,
        scene=_json(message.scene),
        report=_json(message.report),
        health=_json(message.health),
        is_connected=message.is_connected,
        last_sequence=message.last_sequence,
        missing_count=message.missing_count,
        last_seen_at=message.last_seen_time.ToDatetime(UTC)
        if message.HasField("last_seen_time")
        else None,
    )


def _json(message: Message) -> Mapping[str, Any]:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def _duration(span: timedelta) -> Duration:
    made = Duration()
    made.FromTimedelta(span)
    return made


def _request_id() -> str:
    return f"cli-{secrets.token_hex(16)}"
