"""Connections that cannot be held open for nothing."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 512  # Half of the 1024 files that a process may commonly have open.


def bounded_protocol(head_limit_s: float) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with an end to waiting for the head of a request.

    uvicorn waits for ever; each such connection takes a file from gRPC and the database.
    """

    class BoundedProtocol(H11Protocol):
        _timer: asyncio.TimerHandle | None = None
        _is_upgraded = False

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Begin to wait for a request."""
            super().connection_made(transport)
            if len(self.connections) > MAX_CONNECTIONS:
                transport.close()
            self._watch()

        def data_received(self, data: bytes) -> None:
            """Take bytes in."""
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            """Stop waiting."""
            super().connection_lost(exc)
            self._stop_timer()

        def handle_websocket_upgrade(self, event: h11.Request) -> None:
            """Hand the connection over to a WebSocket, which has limits of its own."""
            self._is_upgraded = True
            self._stop_timer()
            super().handle_websocket_upgrade(event)

        def _watch(self) -> None:
            if self._is_upgraded:
                return
            is_answering = self.cycle is not None and not self.cycle.response_complete
            if is_answering:
                self._stop_timer()
            elif self._timer is None:
                self._timer = self.loop.call_later(head_limit_s, self.transport.close)

        def _stop_timer(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    return BoundedProtocol
