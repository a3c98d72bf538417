"""A WebSocket client that speaks the session's messages."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages

PATH = "/v1/liveness:session"


class SessionClient:
    """One socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, request: messages.RunSessionRequest) -> None:
        await self.socket.send(request.SerializeToString())

    async def open(self, **config: Any) -> messages.SessionOpened:
        await self.send(messages.RunSessionRequest(config=messages.SessionConfig(**config)))
        opened: messages.SessionOpened = await self.until("opened")
        return opened

    async def read(self) -> messages.RunSessionResponse:
        data = await self.socket.recv()
        assert isinstance(data, bytes), data
        return messages.RunSessionResponse.FromString(data)

    async def until(self, kind: str) -> Any:
        async with asyncio.timeout(5):
            while True:
                answer = await self.read()
                if answer.WhichOneof("payload") == kind:
                    return getattr(answer, kind)

    async def end(self) -> tuple[int, dict[str, Any] | None]:
        """Return the closing code and the error that came before it."""
        error: dict[str, Any] | None = None
        async with asyncio.timeout(5):
            with suppress(ConnectionClosed):
                async for data in self.socket:
                    if isinstance(data, str):
                        error = json.loads(data)["error"]
            await self.socket.wait_closed()
        assert self.socket.close_code is not None
        return self.socket.close_code, error


@asynccontextmanager
async def session_socket(
    address: str, token: str = "", **more: Any
) -> AsyncIterator[SessionClient]:
    names = ["smartbranch.v1", *([f"bearer.{token}"] if token else [])]
    protocols = [Subprotocol(name) for name in names]
    url = f"{'wss' if 'ssl' in more else 'ws'}://{address}{PATH}"
    async with connect(url, subprotocols=protocols, compression=None, **more) as socket:
        yield SessionClient(socket)
