"""The gRPC server: port, credentials, services, health and reflection."""

from collections.abc import Iterable

import grpc
from google.protobuf.descriptor import FileDescriptor
from grpc.aio import Server
from grpc_health.v1 import health_pb2_grpc  # type: ignore[import-untyped]
from grpc_health.v1.health import aio as health_aio  # type: ignore[import-untyped]
from grpc_health.v1.health_pb2 import HealthCheckResponse  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import reflection  # type: ignore[import-untyped]

from base.addresses import is_loopback
from base.clock import Clock
from base.errors import SettingsError
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2, deepfake_service_pb2_grpc
from protos.smartbranch.edge.v1 import edge_service_pb2, edge_service_pb2_grpc
from protos.smartbranch.kyc.v1 import interview_service_pb2, interview_service_pb2_grpc
from protos.smartbranch.liveness.v1 import liveness_service_pb2, liveness_service_pb2_grpc
from protos.smartbranch.lobby.v1 import lobby_service_pb2, lobby_service_pb2_grpc
from protos.smartbranch.vision.v1 import (
    document_service_pb2,
    document_service_pb2_grpc,
    face_service_pb2,
    face_service_pb2_grpc,
    gallery_service_pb2,
    gallery_service_pb2_grpc,
)
from serving.bridge import Bridge
from serving.documents.desk import ReadingDesk
from serving.gate import Gate
from serving.grpc.clips import ClipRunner
from serving.grpc.deepfake import DeepfakeServicer
from serving.grpc.desk import Desk
from serving.grpc.device_port import DevicePort
from serving.grpc.devices import DeviceServicer
from serving.grpc.documents import DocumentServicer
from serving.grpc.edge import EdgeServicer
from serving.grpc.edge_runner import CameraRunner
from serving.grpc.faces import FaceServicer
from serving.grpc.galleries import GalleryServicer
from serving.grpc.imports import ImportRunner
from serving.grpc.interceptor import GateInterceptor
from serving.grpc.interviews import InterviewServicer
from serving.grpc.liveness import LivenessServicer
from serving.grpc.lobby import LobbyServicer
from serving.interview.attend import InterviewRunner
from serving.limits import Slots
from serving.lobby.hub import LobbyHub
from serving.readiness import Readiness
from serving.sessions import SessionRunner
from serving.settings import ServerSettings
from serving.tls import TlsFiles


def names_in(*files: FileDescriptor) -> tuple[str, ...]:
    """Return the full names of the services that proto files define."""
    return tuple(service.full_name for file in files for service in file.services_by_name.values())


FACES, GALLERIES, LIVENESS, DEEPFAKE, EDGE, DEVICES, LOBBY, INTERVIEWS, DOCUMENTS = names_in(
    face_service_pb2.DESCRIPTOR,
    gallery_service_pb2.DESCRIPTOR,
    liveness_service_pb2.DESCRIPTOR,
    deepfake_service_pb2.DESCRIPTOR,
    edge_service_pb2.DESCRIPTOR,
    lobby_service_pb2.DESCRIPTOR,
    interview_service_pb2.DESCRIPTOR,
    document_service_pb2.DESCRIPTOR,
)
ALL = frozenset({FACES, GALLERIES, LIVENESS, DEEPFAKE, EDGE, DEVICES, LOBBY, INTERVIEWS, DOCUMENTS})
MAX_REPLY_BYTES = 16 * 1024 * 1024
# A message up to this length is refused with its reason, whatever the limit is.
REFUSED_BYTES = 128 * 1024 * 1024
# Room for calls that were refused and whose message is still on its way: the transport refuses a
# stream beyond this with UNAVAILABLE, which clients try again at once.
MAX_STREAMS_A_CONNECTION = 2048
IDLE_PING_MS = 30_000


class GrpcServer:
    """Every service of ours, health and reflection on one port."""

    def __init__(
        self,
        settings: ServerSettings,
        tls: TlsFiles | None,
        gate: Gate,
        readiness: Readiness,
        bridge: Bridge,
        sessions: SessionRunner,
        attend: InterviewRunner,
        clips: ClipRunner,
        reading: ReadingDesk,
        cameras: CameraRunner,
        hub: LobbyHub,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._tls = tls
        self._gate = gate
        self._cameras = cameras
        self._devices: DevicePort | None = None
        self._health = health_aio.HealthServicer()
        self._server = grpc.aio.server(
            interceptors=[
                GateInterceptor(
                    gate,
                    settings.max_message_bytes,
                    settings.receive_limit_s,
                    settings.max_silence_s,
                )
            ],
            options=_options(settings.max_message_bytes),
        )
        self._desk = desk = Desk(readiness, bridge, settings.default_deadline_s)
        streams = settings.max_import_streams
        slots = Slots(streams, "imports", settings.slots_of_tenant(streams))
        imports = ImportRunner(desk, slots, settings.heartbeat_s)
        face_service_pb2_grpc.add_FaceServiceServicer_to_server(FaceServicer(desk), self._server)
        gallery_service_pb2_grpc.add_GalleryServiceServicer_to_server(
            GalleryServicer(desk, imports), self._server
        )
        liveness_service_pb2_grpc.add_LivenessServiceServicer_to_server(
            LivenessServicer(desk, sessions), self._server
        )
        deepfake_service_pb2_grpc.add_DeepfakeServiceServicer_to_server(
            DeepfakeServicer(desk, clips), self._server
        )
        document_service_pb2_grpc.add_DocumentServiceServicer_to_server(
            DocumentServicer(desk, reading), self._server
        )
        self._edge = EdgeServicer(desk, cameras, settings.needs_token)
        edge_service_pb2_grpc.add_EdgeServiceServicer_to_server(self._edge, self._server)
        edge_service_pb2_grpc.add_DeviceServiceServicer_to_server(
            DeviceServicer(desk), self._server
        )
        lobby_service_pb2_grpc.add_LobbyServiceServicer_to_server(
            LobbyServicer(desk, hub, clock), self._server
        )
        interview_service_pb2_grpc.add_InterviewServiceServicer_to_server(
            InterviewServicer(desk, attend), self._server
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            (*sorted(ALL), "grpc.health.v1.Health", reflection.SERVICE_NAME), self._server
        )
        self.port = _bind(self._server, settings.grpc_listen, tls)

    async def start(self) -> None:
        """Answer calls; health says NOT_SERVING until `set_serving`."""
        await self.set_serving(())
        await self._server.start()

    async def set_serving(self, services: Iterable[str]) -> None:
        """Let health say SERVING for `services` and NOT_SERVING for the others.

        The server as a whole serves when all of its services do.
        """
        serving = set(services)
        for name in ALL:
            await self._health.set(name, _status(name in serving))
        await self._health.set("", _status(serving >= ALL))

    @property
    def device_port(self) -> int | None:
        """The port that takes boxes alone, None while there is none."""
        return self._devices.port if self._devices else None

    async def open_device_port(self, authority: bytes) -> None:
        """Take boxes at the address of the settings, if there is one. Raises SettingsError.

        authority: whose certificates are taken, PEM.
        """
        settings = self._settings
        if settings.device_listen is None or self._tls is None:
            return
        port = DevicePort(settings, settings.device_listen, self._tls, authority, self._gate)
        await port.start(EdgeServicer(self._desk, self._cameras, True, is_device_port=True), EDGE)
        self._devices = port
        self._edge.stream_address = settings.device_address or f":{port.port}"

    async def stop(self, grace_s: float) -> None:
        """Close the ports; calls that run have `grace_s` to end."""
        if self._devices is not None:
            await self._devices.stop(grace_s)
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace_s)


def _status(is_serving: bool) -> "HealthCheckResponse.ServingStatus":
    return HealthCheckResponse.SERVING if is_serving else HealthCheckResponse.NOT_SERVING


def _options(max_message_bytes: int) -> list[tuple[str, int]]:
    return [
        # The transport's own limit ends a call without a reason, so ours comes before it.
        ("grpc.max_receive_message_length", max(2 * max_message_bytes, REFUSED_BYTES)),
        ("grpc.max_send_message_length", MAX_REPLY_BYTES),
        ("grpc.max_concurrent_streams", MAX_STREAMS_A_CONNECTION),
        ("grpc.keepalive_time_ms", IDLE_PING_MS),
        ("grpc.http2.min_ping_interval_without_data_ms", IDLE_PING_MS // 2),
        # Two servers on one port would each get a share of the calls.
        ("grpc.so_reuseport", 0),
    ]


def _bind(server: Server, address: str, tls: TlsFiles | None) -> int:
    try:
        if tls is None:
            if not is_loopback(address):
                raise SettingsError(f"{address} needs TLS")
            return server.add_insecure_port(address)
        credentials = grpc.ssl_server_credentials(
            [(tls.key, tls.cert)],
            root_certificates=tls.client_ca,
            require_client_auth=tls.client_ca is not None,
        )
        return server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise SettingsError(f"the gRPC server cannot listen on {address}: {error}") from error
