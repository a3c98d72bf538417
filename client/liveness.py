"""A liveness session that survives a lost connection."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

import grpc

from client import liveness_wire as wire
from client.connection import Connection
from client.errors import ApiError, to_api_error
from client.liveness_types import Codec, Event, Language, Verdict
from client.wire import span, stamp
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from protos.smartbranch.media.v1 import media_pb2

if TYPE_CHECKING:
    from protos.smartbranch.liveness.v1.liveness_service_pb2_grpc import LivenessServiceAsyncStub

# Pictures on their way that the server has not acknowledged; a slow line drops newer ones.
MAX_UNACKNOWLEDGED = 30
HEARTBEAT_S = 1.0
SILENCE_S = 8.0  # The server says something every two seconds.
LEAVE_LIMIT_S = 3.0
RETURN_LIMIT_S = 15.0  # The server keeps a session for twenty seconds by default.
# What a dead connection looks like. Anything else is an answer.
LOST = frozenset({"UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "UNKNOWN"})


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a session is to be run; None and "" leave the choice to the server."""

    parent: str = ""
    person: str = ""
    challenge_count: int | None = None
    accessible: bool = False
    language: Language = Language.ENGLISH
    request_id: str = ""


class LivenessRun:
    """One session: send pictures while iterating over what the server says, the verdict last.

    Use it as an async context manager; leaving it early ends the session. After a lost
    connection it goes on by itself; pictures that are sent meanwhile are dropped.
    """

    def __init__(
        self, connection: Connection, stub: "LivenessServiceAsyncStub", options: SessionOptions
    ) -> None:
        self._connection = connection
        self._stub = stub
        self._options = options
        self._waiting: deque[media_pb2.MediaChunk] = deque(maxlen=2)
        self._news = asyncio.Event()
        self._token = ""
        self._is_open = False
        self._is_over = False
        self._next_sequence = 1
        self.acknowledged = 0
        self.dropped_count = 0
        self.return_count = 0
        self.verdict: Verdict | None = None
        self._events = self._run()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.verdict is None and kind is None:
            await self._leave()
        await self._events.aclose()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events

    def send(
        self,
        picture: bytes,
        *,
        pts_s: float | None = None,
        capture_time: datetime | None = None,
        codec: Codec = Codec.JPEG,
    ) -> bool:
        """Send one picture; False if it was dropped, for the server has enough on its way.

        pts_s: place in the recording. capture_time: aware. Never waits.
        """
        if not self._is_open or self._next_sequence - self.acknowledged > MAX_UNACKNOWLEDGED:
            self.dropped_count += 1
            return False
        chunk = media_pb2.MediaChunk(
            codec=media_pb2.MediaChunk.Codec.Value(codec.value),
            data=picture,
            pts=None if pts_s is None else span(pts_s),
            capture_time=None if capture_time is None else stamp(capture_time),
        )
        # Numbered when it leaves: of those that wait, only the newest are worth sending.
        self.dropped_count += len(self._waiting) == self._waiting.maxlen
        self._waiting.append(chunk)
        self._news.set()
        return True

    def leave(self) -> None:
        """Send no more pictures; the server then ends the session without a pass."""
        self._is_over = True
        self._news.set()

    async def _leave(self) -> None:
        self.leave()
        if self._is_open:
            try:
                async with asyncio.timeout(LEAVE_LIMIT_S):
                    async for _ in self._events:
                        pass
            except (TimeoutError, ApiError):
                return

    async def _run(self) -> AsyncGenerator[Event, None]:
        attempt, well_s = 0, time.monotonic()
        while self.verdict is None:
            try:
                async with aclosing(self._run_once()) as events:
                    async for event in events:
                        yield event
                        attempt, well_s = 0, time.monotonic()
                continue
            except ApiError as error:
                failure = error
            finally:
                self._is_open = False
                self._waiting.clear()
            if self.verdict is not None:
                return
            attempt += 1
            # A write that meets the end of its call is INTERNAL to gRPC, whatever ended it.
            is_cut_off = failure.code == "INTERNAL" and not failure.metadata
            is_lost = is_cut_off or failure.reason in LOST or failure.is_unavailable
            if not is_lost or self._is_over or not self._may_return(attempt, well_s):
                raise failure
            await asyncio.sleep(self._connection.retry.wait_s(attempt))

    def _may_return(self, attempt: int, well_s: float) -> bool:
        """Return whether there is hope yet; a session that was open waits for its client."""
        if not self._token:
            return attempt < self._connection.retry.attempts
        return time.monotonic() - well_s < RETURN_LIMIT_S

    async def _run_once(self) -> AsyncGenerator[Event, None]:
        """Carry the session over one connection. Raises ApiError."""
        call = self._stub.RunSession(self._requests(), metadata=self._connection.metadata)
        try:
            while True:
                async with asyncio.timeout(SILENCE_S):
                    message = await call.read()
                if message is grpc.aio.EOF:
                    break
                assert isinstance(message, messages.RunSessionResponse)
                event = self._take(message)
                if event is not None:
                    yield event
            if self.verdict is None:
                raise ApiError("UNAVAILABLE", "UNAVAILABLE", "the stream ended early", {})
        except TimeoutError:
            raise ApiError(
                "UNAVAILABLE", "UNAVAILABLE", f"the server was silent for {SILENCE_S:g} s", {}
            ) from None
        except grpc.aio.AioRpcError as error:
            raise to_api_error(error) from error
        finally:
            call.cancel()

    def _take(self, message: messages.RunSessionResponse) -> Event | None:
        kind = message.WhichOneof("payload")
        if kind == "ack":
            self.acknowledged = max(self.acknowledged, message.ack.sequence)
            return None
        if kind == "opened":
            is_return = bool(self._token)
            self.return_count += is_return
            self._token = message.opened.resume_token
            self._next_sequence = message.opened.next_sequence
            self.acknowledged = self._next_sequence - 1
            self._is_open = True
            self._news.set()
            return wire.opened_from(message.opened, is_return)
        event = wire.event_from(message)
        if isinstance(event, Verdict):
            self.verdict = event
            self.leave()
        return event

    async def _requests(self) -> AsyncIterator[messages.RunSessionRequest]:
        yield messages.RunSessionRequest(config=self._config())
        while not self._is_over:
            if not self._is_open or not self._waiting:
                await self._wait()
            if self._is_open and self._waiting and not self._is_over:
                chunk = self._waiting.popleft()
                chunk.sequence = self._next_sequence
                self._next_sequence += 1
                yield messages.RunSessionRequest(chunk=chunk)
            elif self._is_open and not self._is_over:
                yield messages.RunSessionRequest(heartbeat=media_pb2.Heartbeat())

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    def _config(self) -> messages.SessionConfig:
        if self._token:
            return messages.SessionConfig(resume_token=self._token)
        options = self._options
        return messages.SessionConfig(
            parent=options.parent,
            person=options.person,
            challenge_count=options.challenge_count,
            accessible=options.accessible,
            language=messages.SessionConfig.Language.Value(options.language.value),
            request_id=options.request_id,
        )
