"""Connections that cannot be held open for nothing."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MIN_CONNECTIONS = 512  # Half of the 1024 files that a process may commonly have open.
# Data that was written and that nobody has taken meanwhile: the other side has gone.
UNREAD_LIMIT_S = 60.0


def connections_for(streams: int, files: int) -> int:
    """Return how many connections to hold for so many streams of events and open files."""
    return max(MIN_CONNECTIONS, min(MIN_CONNECTIONS + streams, files // 2))


class _ReaderWatch(H11Protocol):
    """uvicorn's protocol with an end to waiting for the other side to read."""

    _unread_limit_s = UNREAD_LIMIT_S
    _unread: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        super().connection_lost(exc)
        self._stop_unread()

    def pause_writing(self) -> None:
        """Begin to wait for the other side to read."""
        super().pause_writing()
        if self._unread is None:
            # Closing would wait for the same reader.
            self._unread = self.loop.call_later(self._unread_limit_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: it reads."""
        super().resume_writing()
        self._stop_unread()

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def bounded_protocol(
    head_limit_s: float,
    max_connections: int = MIN_CONNECTIONS,
    unread_limit_s: float = UNREAD_LIMIT_S,
) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with an end to waiting: for a request's head, and for a reader.

    uvicorn waits for ever; each such connection takes a file from gRPC and the database.
    """

    class BoundedProtocol(_ReaderWatch):
        _unread_limit_s = unread_limit_s
        _timer: asyncio.TimerHandle | None = None
        _is_upgraded = False

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Begin to wait for a request."""
            super().connection_made(transport)
            if len(self.connections) > max_connections:
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
