"""The HTTP server inside somebody else's event loop and process."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from base.errors import SettingsError
from serving.files import file_limit
from serving.http.connections import bounded_protocol, connections_for
from serving.settings import ServerSettings

BACKLOG = 128
MESSAGE_HEAD_BYTES = 64 * 1024


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process, which drains first."""
        yield


class HttpServer:
    """Serves an app on the address of the settings. Binds when built. Raises SettingsError."""

    def __init__(self, settings: ServerSettings, app: FastAPI) -> None:
        self._socket = _bind(settings.http_listen)
        key, cert = settings.tls_key_file, settings.tls_cert_file
        self._server = _Uvicorn(
            uvicorn.Config(
                app,
                http=bounded_protocol(
                    settings.receive_limit_s, connections_for(settings.max_tablets, file_limit())
                ),
                ws="websockets-sansio",
                # Twice as much, so that a chunk that is too long is refused with its reason.
                ws_max_size=2 * _longest_chunk(settings) + MESSAGE_HEAD_BYTES,
                ws_per_message_deflate=False,  # Pictures are compressed already.
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                ssl_keyfile=key,
                ssl_certfile=cert,
                timeout_graceful_shutdown=max(1, round(settings.drain_s)),
            )
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that was bound."""
        port: int = self._socket.getsockname()[1]
        return port

    async def start(self) -> None:
        """Answer requests from now on."""
        self._task = asyncio.create_task(self._server.serve([self._socket]), name="http")
        up = asyncio.create_task(self._server.is_up.wait())
        await asyncio.wait({self._task, up}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if self._task.done():
            await self._task

    async def stop(self) -> None:
        """Close the port, let running requests end."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._socket.close()


def _longest_chunk(settings: ServerSettings) -> int:
    return max(settings.session_max_chunk_bytes, settings.interview_max_chunk_bytes)


def _bind(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise SettingsError(f"the HTTP server cannot listen on {address}: {error}") from error
