"""The servicer of EdgeService: messages in, messages out, no logic."""

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.edge.v1 import edge_service_pb2_grpc
from serving.assembly import Services
from serving.edge.authority import serial_of
from serving.edge.names import DeviceName
from serving.gate import current_caller
from serving.grpc.desk import Desk
from serving.grpc.devices_wire import device_message
from serving.grpc.edge_runner import CameraRunner

Context = ServicerContext[Any, Any]


class EdgeServicer(edge_service_pb2_grpc.EdgeServiceServicer):
    """Answers RegisterDevice, RenewCertificate and StreamCamera.

    is_device_port: whether certificates here are of our own authority. needs_token: whether
    somebody without a certificate shows who they are. stream_address: told to who registers.
    """

    def __init__(
        self,
        desk: Desk,
        cameras: CameraRunner,
        needs_token: bool,
        *,
        is_device_port: bool = False,
    ) -> None:
        self._desk = desk
        self._cameras = cameras
        self._is_device_port = is_device_port
        self._needs_token = needs_token
        self.stream_address = ""

    async def RegisterDevice(
        self, request: messages.RegisterDeviceRequest, context: Context
    ) -> messages.RegisterDeviceResponse:
        """Turn a code into a certificate."""
        address = context.peer().rpartition(":")[0]  # Without the port.

        def register(services: Services) -> messages.RegisterDeviceResponse:
            made = services.edge.registry.register(
                request.code,
                request.certificate_request,
                request.agent_version,
                request.request_id,
                address,
            )
            return messages.RegisterDeviceResponse(
                device=device_message(made.device),
                certificate=made.certificate,
                authority=services.edge.authority.certificate(),
                stream_address=self.stream_address,
            )

        return await self._desk.run(context, register)

    async def RenewCertificate(
        self, request: messages.RenewCertificateRequest, context: Context
    ) -> messages.RenewCertificateResponse:
        """Give a device a newer certificate."""
        caller = current_caller()
        name, serial = DeviceName(caller.tenant, caller.subject), self._serial(context)
        pem = request.certificate_request
        return await self._desk.run(
            context,
            lambda services: messages.RenewCertificateResponse(
                certificate=services.edge.registry.renew(name, serial, pem)
            ),
        )

    def StreamCamera(
        self, request_iterator: AsyncIterator[messages.StreamCameraRequest], context: Context
    ) -> AsyncIterator[messages.StreamCameraResponse]:
        """Serve one camera."""
        is_believed = not self._needs_token and _certificate(context) is None
        return self._cameras.run(
            request_iterator, current_caller(), self._serial(context), is_believed
        )

    def _serial(self, context: Context) -> str | None:
        certificate = _certificate(context)
        if certificate is None or not self._is_device_port:
            return None
        return serial_of(certificate)


def _certificate(context: Context) -> bytes | None:
    return next(iter(context.auth_context().get("x509_pem_cert") or ()), None)
