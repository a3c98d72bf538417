"""One participant of `smartbranch bench interview`: a camera, a microphone and a reader."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Self

import grpc
import numpy as np

from bench.interview_faces import GOOD, Scenery
from media.chunks import PCM_RATE_HZ
from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceStub
from protos.smartbranch.media.v1 import media_pb2

SOUND_S = 0.1
NEWS_LIMIT_S = 60.0
_NOISE = 30  # Of 32,768: a quiet room.


class Caller:
    """Sends as a camera does, whatever the server is at, and notes when answers came."""

    def __init__(
        self,
        stub: InterviewServiceStub,
        token: str,
        fps: float,
        scenery: Scenery,
        seed: int,
    ) -> None:
        self._call: Any = stub.Attend()  # type: ignore[call-arg]
        self._token = token
        self._fps = fps
        self._scenery = scenery
        rng = np.random.default_rng(seed)
        noise = rng.integers(-_NOISE, _NOISE, round(SOUND_S * PCM_RATE_HZ))
        self._sound = noise.astype("<i2").tobytes()
        self._scene = GOOD
        self._switched: asyncio.Future[float] | None = None
        self._sequence = 0
        self._sent_s: deque[tuple[int, float]] = deque()
        self._last_picture_s = 0.0
        self._advice: tuple[str, float] = ("", 0.0)
        self._news = asyncio.Condition()
        self._writing = asyncio.Lock()  # gRPC takes one write at a time.
        self._question = ""
        self._text_version = ""
        self._verdict_s: float | None = None
        self._failure: grpc.aio.AioRpcError | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.ack_s: list[float] = []
        self.picture_count = self.dropped_count = 0

    async def __aenter__(self) -> Self:
        config = messages.AttendConfig(attend_token=self._token)
        await self._call.write(messages.AttendRequest(config=config))
        await self._call.read()
        for work in (self._read(), self._film(), self._record()):
            self._tasks.append(asyncio.create_task(work))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._call.cancel()

    async def agree(self) -> None:
        """Agree to everything, when it is asked for."""
        await self._until(lambda: bool(self._text_version), NEWS_LIMIT_S)
        answer = messages.ConsentAnswer(
            text_version=self._text_version, accepted=True, accepted_face=True
        )
        await self._write(messages.AttendRequest(consent=answer))

    async def asked(self, question: str) -> None:
        """Wait for a question. Raises TimeoutError if it does not come."""
        if not await self._until(lambda: self._question == question, NEWS_LIMIT_S):
            raise TimeoutError(f"the question {question} did not come; {self._advice[0]} stands")

    def show(self, scene: str) -> None:
        """Show a scene from the next picture on."""
        self._scene = scene

    async def show_next(self, scene: str) -> float:
        """Show a scene; return when its first picture was sent."""
        self._switched = asyncio.get_running_loop().create_future()
        self._advice = ("", 0.0)
        self._scene = scene
        return await self._switched

    async def advised(self, code: str | None, limit_s: float) -> float | None:
        """Return when advice came, of a code or any; None if none did."""

        def has_come() -> bool:
            return self._advice[0] == code if code is not None else self._advice[0] != ""

        return self._advice[1] if await self._until(has_come, limit_s) else None

    async def finish(self, text: str) -> float:
        """Send the last picture and the answer; return when that was."""
        for task in self._tasks[1:]:
            task.cancel()
        await asyncio.gather(*self._tasks[1:], return_exceptions=True)
        answer = messages.QuestionAnswer(question=self._question, text=text)
        await self._write(messages.AttendRequest(answer=answer))
        return self._last_picture_s

    async def verdict(self) -> float:
        """Return when the verdict came. Raises TimeoutError if it does not."""
        if not await self._until(lambda: self._verdict_s is not None, NEWS_LIMIT_S):
            raise TimeoutError("no verdict came")
        assert self._verdict_s is not None
        return self._verdict_s

    async def _until(self, is_so: Callable[[], bool], limit_s: float) -> bool:
        try:
            async with asyncio.timeout(limit_s), self._news:
                await self._news.wait_for(lambda: is_so() or self._failure is not None)
        except TimeoutError:
            return False
        if self._failure is not None and not is_so():
            raise self._failure
        return True

    async def _film(self) -> None:
        next_s = time.perf_counter()
        while True:
            scene, switched = self._scene, self._switched
            data = self._scenery.next(scene)
            self._last_picture_s = time.perf_counter()
            await self._send(data, media_pb2.MediaChunk.JPEG, "camera")
            self.picture_count += 1
            if switched is not None and not switched.done():
                switched.set_result(self._last_picture_s)
            next_s += 1 / self._fps
            await asyncio.sleep(max(0.0, next_s - time.perf_counter()))

    async def _record(self) -> None:
        next_s = time.perf_counter()
        while True:
            next_s += SOUND_S
            await asyncio.sleep(max(0.0, next_s - time.perf_counter()))
            await self._send(self._sound, media_pb2.MediaChunk.PCM_S16LE_16KHZ, "microphone")

    async def _send(
        self, data: bytes, codec: "media_pb2.MediaChunk.Codec.ValueType", track: str
    ) -> None:
        async with self._writing:
            self._sequence += 1
            chunk = media_pb2.MediaChunk(
                sequence=self._sequence, data=data, codec=codec, track=track
            )
            self._sent_s.append((self._sequence, time.perf_counter()))
            await self._call.write(messages.AttendRequest(chunk=chunk))

    async def _write(self, request: messages.AttendRequest) -> None:
        async with self._writing:
            await self._call.write(request)

    async def _read(self) -> None:
        try:
            await self._follow()
        except grpc.aio.AioRpcError as error:
            async with self._news:
                self._failure = error
                self._news.notify_all()

    async def _follow(self) -> None:
        while (answer := await self._call.read()) is not grpc.aio.EOF:
            now_s = time.perf_counter()
            async with self._news:
                self._take(answer, now_s)
                self._news.notify_all()

    def _take(self, answer: messages.AttendResponse, now_s: float) -> None:
        match answer.WhichOneof("payload"):
            case "ack":
                self.dropped_count = answer.ack.dropped_count
                while self._sent_s and self._sent_s[0][0] <= answer.ack.sequence:
                    self.ack_s.append(now_s - self._sent_s.popleft()[1])
            case "advice":
                self._advice = (answer.advice.code, now_s)
            case "prompt":
                self._text_version = self._text_version or answer.prompt.text_version
                self._question = answer.prompt.question
            case "verdict":
                self._verdict_s = now_s
