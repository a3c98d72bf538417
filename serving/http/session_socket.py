"""RunSession for browsers: the same messages, one in each binary frame of a WebSocket."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from fastapi import APIRouter, WebSocket
from google.protobuf.message import DecodeError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from base.errors import DeadlineExceededError, DrainingError, InvalidArgumentError
from protos.smartbranch.liveness.v1.liveness_service_pb2 import RunSessionRequest
from serving.gate import CallerGoneError, Gate, Visit
from serving.grpc.fields import has_too_many_fields
from serving.http import wire
from serving.http.guard import check_origin
from serving.sessions import SessionRunner
from serving.settings import ServerSettings

RUN_SESSION = "smartbranch.liveness.v1.LivenessService/RunSession"
SUBPROTOCOL, TOKEN_PREFIX = "smartbranch.v1", "bearer."
NORMAL_CLOSURE = 1000  # RFC 6455, 7.4.1. Everything else may be a lost connection.
PRIVATE_CODES = 4000  # RFC 6455, 7.4.2; the HTTP status is added.


class SessionSocket:
    """/v1/liveness:session.

    An error is told in a text frame, as JSON, and by the closing code: 4000 and its HTTP status.
    """

    def __init__(self, gate: Gate, runner: SessionRunner, settings: ServerSettings) -> None:
        self._gate = gate
        self._runner = runner
        self._receive_limit_s = settings.receive_limit_s
        self._max_unread_s = settings.max_silence_s

    def router(self) -> APIRouter:
        """Return the route."""
        router = APIRouter(prefix="/v1")
        router.add_api_websocket_route("/liveness:session", self.serve)
        return router

    async def serve(self, socket: WebSocket) -> None:
        """Run one session, or a part of one, over one socket."""
        visit: Visit | None = None
        try:
            with self._gate.visit(RUN_SESSION) as visit:
                check_origin(socket)
                await socket.accept(_subprotocol_of(socket))
                visit.caller = self._gate.admit(RUN_SESSION, _authorization_of(socket), None)
                await self._run(socket, visit)
        except Exception:
            # The gate has noted and logged it; the caller gets the failure that it noted.
            if visit is None or visit.failure is None:
                raise
            await _tell(socket, visit)
        else:
            with suppress(WebSocketDisconnect, RuntimeError):
                await socket.close(NORMAL_CLOSURE)

    async def _run(self, socket: WebSocket, visit: Visit) -> None:
        assert visit.caller is not None
        async with (
            aclosing(self._requests(socket)) as requests,
            aclosing(self._runner.run(requests, visit.caller)) as answers,
        ):
            async for answer in answers:
                await self._send(socket, answer.SerializeToString())

    async def _send(self, socket: WebSocket, data: bytes) -> None:
        # Whether a socket that takes nothing was closed or lost, its other direction says.
        with suppress(WebSocketDisconnect, RuntimeError):
            try:
                async with asyncio.timeout(self._max_unread_s):
                    await socket.send_bytes(data)
            except TimeoutError:
                raise CallerGoneError from None

    async def _requests(self, socket: WebSocket) -> AsyncGenerator[RunSessionRequest, None]:
        limit_s: float | None = self._receive_limit_s
        while (data := await self._receive(socket, limit_s)) is not None:
            yield _parse(data)
            limit_s = None  # From here on, the session has its own limit of silence.

    async def _receive(self, socket: WebSocket, limit_s: float | None) -> bytes | None:
        """Return the next message, None at a proper end.

        Raises CallerGoneError, DrainingError, DeadlineExceededError and InvalidArgumentError.
        """
        receiving = asyncio.ensure_future(socket.receive())
        draining = asyncio.ensure_future(self._gate.draining.wait())
        try:
            await asyncio.wait(
                {receiving, draining}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED
            )
            if receiving.done():
                message = receiving.result()
            elif draining.done():
                raise DrainingError("the server is stopping; go on in a moment, or with another")
            else:
                raise DeadlineExceededError(f"nothing came for {limit_s:g} s")
        finally:
            receiving.cancel()
            draining.cancel()
        if message["type"] == "websocket.disconnect":
            if message.get("code") != NORMAL_CLOSURE:
                raise CallerGoneError
            return None
        if message.get("bytes") is None:
            raise InvalidArgumentError("expected binary messages, got text")
        data: bytes = message["bytes"]
        return data


def _parse(data: bytes) -> RunSessionRequest:
    if has_too_many_fields(data):
        raise InvalidArgumentError("the message has too many fields, or groups")
    try:
        return RunSessionRequest.FromString(data)
    except DecodeError:
        raise InvalidArgumentError("the bytes are no RunSessionRequest") from None


def _subprotocol_of(socket: WebSocket) -> str | None:
    """Return our subprotocol if the client offers it."""
    return SUBPROTOCOL if SUBPROTOCOL in socket.scope["subprotocols"] else None


def _authorization_of(socket: WebSocket) -> str | None:
    """Return the token: a page can set no header, so it comes as a second subprotocol."""
    for name in socket.scope["subprotocols"]:
        if name.startswith(TOKEN_PREFIX):
            return f"Bearer {name.removeprefix(TOKEN_PREFIX)}"
    header: str | None = socket.headers.get("authorization")
    return header


async def _tell(socket: WebSocket, visit: Visit) -> None:
    """Say why the session ends here, to whoever still listens."""
    failure = visit.failure
    assert failure is not None
    with suppress(WebSocketDisconnect, RuntimeError):
        if socket.application_state is WebSocketState.CONNECTED:
            await socket.send_json(wire.failure_json(failure))
        await socket.close(PRIVATE_CODES + failure.http_status, failure.reason)
