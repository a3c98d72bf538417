"""A server whose sessions follow a script: real sockets and messages, no models behind them."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.websockets import WebSocket, WebSocketDisconnect

from protos.smartbranch.liveness.v1.liveness_pb2 import Challenge
from protos.smartbranch.liveness.v1.liveness_service_pb2 import (
    RunSessionRequest,
    RunSessionResponse,
    SessionVerdict,
)
from protos.smartbranch.media.v1.media_pb2 import MediaChunk
from tests.support.page_server import START_LIMIT_S, PageServer

REFUSED, GONE = 4000, 1012
MAX_FPS, MAX_CHUNK_BYTES = 12.0, 512 * 1024


class Peer:
    """One connection, as a script sees it."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.offered: list[str] = socket.scope["subprotocols"]
        self.config = RunSessionRequest().config
        self.chunks: list[MediaChunk] = []
        self.heartbeat_count = 0
        self._told = threading.Event()

    def go_on(self) -> None:
        """Let the script go on; called by the test."""
        self._told.set()

    async def until_told(self) -> None:
        """Take in pictures until the test has seen what it waits for."""
        while not self._told.is_set():
            await self.watch(1)
        self._told.clear()

    async def accept(self) -> None:
        """Take the connection and its config."""
        await self._socket.accept("smartbranch.v1")
        self.config = (await self._hear()).config

    async def _hear(self) -> RunSessionRequest:
        return RunSessionRequest.FromString(await self._socket.receive_bytes())

    async def say(self, response: RunSessionResponse) -> None:
        """Send one message."""
        await self._socket.send_bytes(response.SerializeToString())

    async def open(self, next_sequence: int = 1, token: str = "token-1") -> None:
        """Say that the session is open."""
        opened = RunSessionResponse()
        opened.opened.session = "tenants/default/livenessSessions/one"
        opened.opened.nonce = "00"
        opened.opened.resume_token = token
        opened.opened.next_sequence = next_sequence
        opened.opened.max_fps = MAX_FPS
        opened.opened.max_chunk_bytes = MAX_CHUNK_BYTES
        await self.say(opened)

    async def prompt(self, challenge: Challenge.ValueType, text: str, limit_s: float = 5.0) -> None:
        """Ask for a move."""
        response = RunSessionResponse()
        response.prompt.number, response.prompt.challenge = 1, challenge
        response.prompt.text = text
        response.prompt.time_limit.FromMilliseconds(round(limit_s * 1000))
        await self.say(response)

    async def advise(self, code: str, text: str) -> None:
        """Say what would make the picture better."""
        response = RunSessionResponse()
        response.advice.code, response.advice.text = code, text
        await self.say(response)

    async def notice(self, code: str, text: str) -> None:
        """Say what was noticed."""
        response = RunSessionResponse()
        response.notice.code, response.notice.text = code, text
        await self.say(response)

    async def progress(self, passed: int, count: int, share: float = 0.0) -> None:
        """Say how far it is."""
        response = RunSessionResponse()
        response.progress.passed_count, response.progress.challenge_count = passed, count
        response.progress.share = share
        await self.say(response)

    async def decide(self, verdict: SessionVerdict) -> None:
        """Give the verdict and close."""
        await self.say(RunSessionResponse(verdict=verdict))
        await self._socket.close()

    async def refuse(self, code: str, reason: str, message: str, **metadata: str) -> None:
        """Refuse and close."""
        error = {"code": code, "reason": reason, "message": message, "metadata": metadata}
        await self._socket.send_text(json.dumps({"error": error}))
        await self._socket.close(REFUSED)

    async def vanish(self) -> None:
        """Go away without a word."""
        await self._socket.close(GONE)

    async def watch(self, count: int = 0, for_s: float = 0.0, acknowledges: bool = True) -> None:
        """Take in `count` more pictures, or what comes within a time."""
        target = len(self.chunks) + count
        try:
            async with asyncio.timeout(for_s or START_LIMIT_S):
                while not count or len(self.chunks) < target:
                    await self._take(acknowledges)
        except TimeoutError:
            assert not count, f"{len(self.chunks)} of {target} pictures came"

    async def _take(self, acknowledges: bool) -> None:
        request = await self._hear()
        if request.WhichOneof("payload") == "chunk":
            self.chunks.append(request.chunk)
            if acknowledges:
                response = RunSessionResponse()
                response.ack.sequence = request.chunk.sequence
                await self.say(response)
        else:
            self.heartbeat_count += 1


Script = Callable[[Peer], Awaitable[None]]


class ScriptedServer(PageServer):
    """Serves the pages and follows one script for each connection; without one it refuses it."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self._scripts: deque[Script] = deque()
        super().__init__()

    def play(self, *scripts: Script) -> None:
        """Let the next connections follow these scripts."""
        self.peers.clear()
        self._scripts = deque(scripts)

    def add_routes(self, app: FastAPI) -> None:
        """Add the session's socket."""

        @app.websocket("/v1/liveness:session")
        async def run_session(socket: WebSocket) -> None:
            if not self._scripts:
                await socket.close()
                return
            peer = Peer(socket)
            self.peers.append(peer)
            try:
                await self._scripts.popleft()(peer)
            except WebSocketDisconnect:
                return
