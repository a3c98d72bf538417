"""A server whose attendances follow a script: real sockets and messages, no models behind them."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from protos.smartbranch.kyc.v1.attend_pb2 import AttendRequest, AttendResponse, InterviewPrompt
from protos.smartbranch.kyc.v1.interview_pb2 import InterviewState, InterviewVerdict
from protos.smartbranch.media.v1.media_pb2 import MediaChunk
from tests.support.page_server import PageServer

TOKEN = "an-attend-token"
REFUSED, GONE = 4000, 1012
MAX_CHUNK_BYTES = 512 * 1024
LIMIT_S = 20.0
INVITED = {"state": "CREATED", "product": "loan", "role": "SPOUSE", "display_name": "Li Na"}


class Peer:
    """One connection, as a script sees it."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._number = 0
        self.config = AttendRequest().config
        self.chunks: list[MediaChunk] = []
        self.words: list[AttendRequest] = []
        self.heartbeat_count = 0
        self._told = threading.Event()

    def go_on(self) -> None:
        """Let the script go on; called by the test."""
        self._told.set()

    async def until_told(self) -> None:
        """Take in what comes until the test has seen what it waits for."""
        while not self._told.is_set():
            await self._take(True)
        self._told.clear()

    async def open(self, next_sequence: int = 1, token: str = "r1", **fields: Any) -> None:
        """Take the connection and its config, and say that the attendance is open."""
        await self.accept()
        response = AttendResponse()
        opened = response.opened
        opened.resume_token, opened.next_sequence = token, next_sequence
        opened.max_fps, opened.max_chunk_bytes = 12.0, MAX_CHUNK_BYTES
        for name, value in fields.items():
            setattr(opened, name, value)
        await self.say(response)

    async def accept(self) -> None:
        """Take the connection and its config."""
        await self._socket.accept("smartbranch.v1")
        self.config = (await self._hear()).config

    async def say(self, response: AttendResponse) -> None:
        """Send one message."""
        await self._socket.send_bytes(response.SerializeToString())

    async def prompt(
        self, kind: InterviewPrompt.Kind.ValueType, text: str, limit_s: float = 0.0, **fields: Any
    ) -> None:
        """Ask for something."""
        self._number += 1
        choices = fields.pop("choices", ())
        prompt = InterviewPrompt(number=self._number, kind=kind, text=text, **fields)
        prompt.choices.extend(choices)
        if limit_s:
            prompt.time_limit.FromMilliseconds(round(limit_s * 1000))
        await self.say(AttendResponse(prompt=prompt))

    async def progress(
        self, state: InterviewState.ValueType, done: int, share: float = 0.0, left: int = 3
    ) -> None:
        """Say how far it is."""
        response = AttendResponse()
        progress = response.progress
        progress.state, progress.done_count, progress.step_count = state, done, 5
        progress.share, progress.attempts_left = share, left
        await self.say(response)

    async def advise(self, code: str, text: str) -> None:
        """Say what would make the picture better."""
        response = AttendResponse()
        response.advice.code, response.advice.text = code, text
        await self.say(response)

    async def notice(self, code: str, text: str) -> None:
        """Say what was noticed."""
        response = AttendResponse()
        response.notice.code, response.notice.text = code, text
        await self.say(response)

    async def decide(
        self,
        outcome: InterviewVerdict.Outcome.ValueType,
        state: InterviewState.ValueType,
        code: str = "DOCUMENT_INVALID",
    ) -> None:
        """Give the verdict and close."""
        verdict = InterviewVerdict(outcome=outcome, state=state)
        verdict.reasons.add(code=code, text="what exactly was found")
        verdict.checks.add(name="liveness").reasons.add(code="SCREEN_SEEN", text="a screen")
        await self.say(AttendResponse(verdict=verdict))
        await self._socket.close()

    async def refuse(self, code: str, reason: str, message: str) -> None:
        """Refuse and close."""
        error = {"code": code, "reason": reason, "message": message, "metadata": {}}
        await self._socket.send_text(json.dumps({"error": error}))
        await self._socket.close(REFUSED)

    async def vanish(self) -> None:
        """Go away without a word."""
        await self._socket.close(GONE)

    async def word(self) -> AttendRequest:
        """Return the next that is said beside media."""
        count = len(self.words)
        async with asyncio.timeout(LIMIT_S):
            while len(self.words) == count:
                await self._take(True)
        return self.words[-1]

    async def watch(self, track: str, count: int = 1, acknowledges: bool = True) -> None:
        """Take in until `count` more chunks of a track are here."""
        target = self.count_of(track) + count
        async with asyncio.timeout(LIMIT_S):
            while self.count_of(track) < target:
                await self._take(acknowledges)

    def count_of(self, track: str) -> int:
        """Return how many chunks of a track came."""
        return sum(chunk.track == track for chunk in self.chunks)

    async def _hear(self) -> AttendRequest:
        return AttendRequest.FromString(await self._socket.receive_bytes())

    async def _take(self, acknowledges: bool) -> None:
        request = await self._hear()
        kind = request.WhichOneof("payload")
        if kind == "heartbeat":
            self.heartbeat_count += 1
        elif kind == "chunk":
            self.chunks.append(request.chunk)
            if acknowledges:
                response = AttendResponse()
                response.ack.sequence = request.chunk.sequence
                await self.say(response)
        else:
            self.words.append(request)


Script = Callable[[Peer], Awaitable[None]]


class InterviewServer(PageServer):
    """Serves the pages and follows one script for each connection; without one it refuses it."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self.invited: dict[str, str] = dict(INVITED)
        self._scripts: deque[Script] = deque()
        super().__init__()

    @property
    def address(self) -> str:
        """What a participant gets."""
        return f"{self.url}/interview/{TOKEN}"

    def play(self, *scripts: Script) -> None:
        """Let the next connections follow these scripts."""
        self.peers.clear()
        self.invited = dict(INVITED)
        self._scripts = deque(scripts)

    def add_routes(self, app: FastAPI) -> None:
        """Add the invitation and the attendance's socket."""

        @app.post("/v1/interviews:look")
        async def look(request: Request) -> Response:
            if (await request.json()) == {"attend_token": TOKEN}:
                return JSONResponse(self.invited)
            error = {"code": "UNAUTHENTICATED", "reason": "ATTEND_TOKEN_INVALID", "message": "no"}
            return JSONResponse({"error": error}, 401)

        @app.websocket("/v1/interviews:attend")
        async def attend(socket: WebSocket) -> None:
            if not self._scripts:
                await socket.close()
                return
            peer = Peer(socket)
            self.peers.append(peer)
            try:
                await self._scripts.popleft()(peer)
            except WebSocketDisconnect:
                return
