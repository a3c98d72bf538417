"""The port that takes boxes alone, by the certificates of our own authority."""

import grpc
from grpc_health.v1 import health_pb2_grpc  # type: ignore[import-untyped]
from grpc_health.v1.health import aio as health_aio  # type: ignore[import-untyped]
from grpc_health.v1.health_pb2 import HealthCheckResponse  # type: ignore[import-untyped]

from base.errors import SettingsError
from protos.smartbranch.edge.v1 import edge_service_pb2_grpc
from serving.gate import Gate
from serving.grpc.edge import EdgeServicer
from serving.grpc.interceptor import GateInterceptor
from serving.settings import ServerSettings
from serving.tls import TlsFiles

MAX_MESSAGE_BYTES = 8 * 1024 * 1024  # A full frame is the longest thing that a box sends.
PING_MS = 30_000


class DevicePort:
    """EdgeService and its health on a port of their own.

    Opened when the services are there: whose certificates are good, the database knows.
    """

    def __init__(
        self, settings: ServerSettings, address: str, tls: TlsFiles, authority: bytes, gate: Gate
    ) -> None:
        self._address = address
        self._credentials = grpc.ssl_server_credentials(
            [(tls.key, tls.cert)], root_certificates=authority, require_client_auth=True
        )
        self._health = health_aio.HealthServicer()
        self._server = grpc.aio.server(
            interceptors=[
                GateInterceptor(
                    gate, MAX_MESSAGE_BYTES, settings.receive_limit_s, settings.max_silence_s
                )
            ],
            options=[
                ("grpc.max_receive_message_length", 2 * MAX_MESSAGE_BYTES),
                ("grpc.keepalive_time_ms", PING_MS),
                ("grpc.http2.min_ping_interval_without_data_ms", PING_MS // 2),
                ("grpc.so_reuseport", 0),
            ],
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self.port = 0

    async def start(self, edge: EdgeServicer, service_name: str) -> None:
        """Listen. Raises SettingsError."""
        edge_service_pb2_grpc.add_EdgeServiceServicer_to_server(edge, self._server)
        try:
            self.port = self._server.add_secure_port(self._address, self._credentials)
        except RuntimeError as error:
            raise SettingsError(
                f"the port for boxes cannot listen on {self._address}: {error}"
            ) from error
        for name in ("", service_name):
            await self._health.set(name, HealthCheckResponse.SERVING)
        await self._server.start()

    async def drain(self) -> None:
        """Let health say NOT_SERVING from now on."""
        await self._health.enter_graceful_shutdown()

    async def stop(self, grace_s: float) -> None:
        """Close the port; calls that run have `grace_s` to end."""
        await self.drain()
        await self._server.stop(grace_s)
