"""A stream of messages for browsers: one in each binary frame of a WebSocket, either way."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Generic, Protocol, TypeVar

from fastapi import APIRouter, WebSocket
from google.protobuf.message import DecodeError, Message
from starlette.websockets import WebSocketDisconnect, WebSocketState

from base.errors import DeadlineExceededError, DrainingError, InvalidArgumentError
from serving.caller import Caller
from serving.gate import CallerGoneError, Gate, Visit
from serving.grpc.fields import has_too_many_fields
from serving.http import wire
from serving.http.guard import check_origin
from serving.settings import ServerSettings

SUBPROTOCOL, TOKEN_PREFIX = "smartbranch.v1", "bearer."
NORMAL_CLOSURE = 1000  # RFC 6455, 7.4.1. Everything else may be a lost connection.
PRIVATE_CODES = 4000  # RFC 6455, 7.4.2; the HTTP status is added.
Request = TypeVar("Request", bound=Message)
Request_contra = TypeVar("Request_contra", bound=Message, contravariant=True)


class Runner(Protocol[Request_contra]):
    """What serves a stream of messages, whatever carries them."""

    def run(
        self, requests: AsyncIterator[Request_contra], caller: Caller
    ) -> AsyncGenerator[Message, None]:
        """Answer one stream."""
        ...


class MessageSocket(Generic[Request]):
    """One method of ours at one path.

    An error is told in a text frame, as JSON, and by the closing code: 4000 and its HTTP status.
    """

    def __init__(
        self,
        path: str,
        method: str,
        request: type[Request],
        gate: Gate,
        runner: Runner[Request],
        settings: ServerSettings,
    ) -> None:
        self._path = path
        self._method = method
        self._request = request
        self._gate = gate
        self._runner = runner
        self._receive_limit_s = settings.receive_limit_s
        self._max_unread_s = settings.max_silence_s

    def router(self) -> APIRouter:
        """Return the route."""
        router = APIRouter(prefix="/v1")
        router.add_api_websocket_route(self._path, self.serve)
        return router

    async def serve(self, socket: WebSocket) -> None:
        """Run one stream, or a part of one, over one socket."""
        visit: Visit | None = None
        try:
            with self._gate.visit(self._method) as visit:
                check_origin(socket)
                await socket.accept(_subprotocol_of(socket))
                visit.caller = self._gate.admit(self._method, _authorization_of(socket), None)
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

    async def _requests(self, socket: WebSocket) -> AsyncGenerator[Request, None]:
        limit_s: float | None = self._receive_limit_s
        while (data := await self._receive(socket, limit_s)) is not None:
            yield self._parse(data)
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

    def _parse(self, data: bytes) -> Request:
        if has_too_many_fields(data):
            raise InvalidArgumentError("the message has too many fields, or groups")
        try:
            return self._request.FromString(data)
        except DecodeError:
            raise InvalidArgumentError(
                f"the bytes are no {self._request.DESCRIPTOR.name}"
            ) from None


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
    """Say why the stream ends here, to whoever still listens."""
    failure = visit.failure
    assert failure is not None
    with suppress(WebSocketDisconnect, RuntimeError):
        if socket.application_state is WebSocketState.CONNECTED:
            await socket.send_json(wire.failure_json(failure))
        await socket.close(PRIVATE_CODES + failure.http_status, failure.reason)
