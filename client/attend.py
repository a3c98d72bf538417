"""One participant's attendance of an interview, through lost connections."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

import grpc

from client import attend_wire as wire
from client.attend_ring import CAMERA, MICROPHONE, Ring
from client.attend_types import (
    AttendEvent,
    AttendOptions,
    Codec,
    DocumentSide,
    InterviewVerdict,
)
from client.connection import Connection
from client.errors import ApiError, to_api_error
from client.liveness import HEARTBEAT_S, LOST, SILENCE_S
from client.wire import span, stamp
from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from protos.smartbranch.kyc.v1.interview_pb2 import ReportedPosition
from protos.smartbranch.media.v1 import media_pb2

if TYPE_CHECKING:
    from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceAsyncStub

RETURN_LIMIT_S = 60.0  # A server that was restarted is back by then.
# What the server says while it has not noticed yet that the connection before has gone.
STILL_THERE = "ALREADY_ATTENDING"
TOKEN_USED = "ATTEND_TOKEN_INVALID"


class AttendSession:
    """Send media and answers while iterating over what the server says, the verdict last.

    Use it as an async context manager. After a lost connection it goes on by itself, and sends
    again what was not acknowledged. Leaving early keeps the attendance open: `resume_token`
    goes on with it.
    """

    def __init__(
        self, connection: Connection, stub: "InterviewServiceAsyncStub", options: AttendOptions
    ) -> None:
        self._connection = connection
        self._stub = stub
        self._options = options
        self._ring = Ring()
        self._answers: deque[messages.AttendRequest] = deque(maxlen=64)
        # What no prompt asks for again, in case that it is lost on its way.
        self._lasting: dict[str, messages.AttendRequest] = {}
        self._news = asyncio.Event()
        self._line = 0
        self._is_open = False
        self._is_over = False
        self.resume_token = options.resume_token
        self.dropped_count = 0
        self.return_count = 0
        self.verdict: InterviewVerdict | None = None
        self._events = self._run()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over = True
        self._news.set()
        await self._events.aclose()

    def __aiter__(self) -> AsyncIterator[AttendEvent]:
        return self._events

    @property
    def acknowledged(self) -> int:
        """Number of the last chunk that the server has for good."""
        return self._ring.acknowledged

    def send_picture(
        self,
        picture: bytes,
        *,
        pts_s: float | None = None,
        capture_time: datetime | None = None,
        codec: Codec = Codec.JPEG,
    ) -> bool:
        """Send one picture of the camera; False if it was dropped, for the line is slow or away.

        pts_s: place in the attendance. capture_time: aware. Never waits.
        """
        return self._is_open and self._send(CAMERA, codec.value, picture, pts_s, capture_time)

    def send_sound(
        self, samples: bytes, *, pts_s: float | None = None, capture_time: datetime | None = None
    ) -> bool:
        """Send a piece of sound, 16-bit samples at 16 kHz, one channel; False if it was dropped."""
        kind = "PCM_S16LE_16KHZ"
        return self._is_open and self._send(MICROPHONE, kind, samples, pts_s, capture_time)

    def show_document(
        self, side: DocumentSide, picture: bytes, *, codec: Codec = Codec.JPEG
    ) -> bool:
        """Send a picture of a document; it waits for a connection. False before the first one."""
        track = f"document_{side.value.lower()}"
        has_begun = self._ring.has_begun
        return has_begun and self._send(track, codec.value, picture, None, None)

    def consent(self, text_version: str, *, accepted: bool, accepted_face: bool) -> None:
        """Answer the prompt for consent. accepted_face: without it, a person decides."""
        answer = messages.ConsentAnswer(
            text_version=text_version, accepted=accepted, accepted_face=accepted_face
        )
        self._say(messages.AttendRequest(consent=answer))

    def answer(self, question: str, text: str = "") -> None:
        """Answer a question; without text, it was spoken."""
        self._say(
            messages.AttendRequest(answer=messages.QuestionAnswer(question=question, text=text))
        )

    def locate(
        self,
        latitude_deg: float,
        longitude_deg: float,
        accuracy_m: float,
        measured_at: datetime | None = None,
    ) -> None:
        """Say where the participant is, WGS 84. accuracy_m: radius, 68 % confidence."""
        position = ReportedPosition(
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            accuracy_m=accuracy_m,
            position_time=None if measured_at is None else stamp(measured_at),
        )
        self._say(messages.AttendRequest(position=position))

    def ask_for_person(self, text: str = "") -> None:
        """Ask for a person; a verdict follows."""
        self._say(messages.AttendRequest(hand_over=messages.HandOverWish(text=text)))

    def _say(self, request: messages.AttendRequest) -> None:
        kind = request.WhichOneof("payload")
        if kind in ("position", "hand_over"):
            self._lasting[kind] = request
            if not self._is_open:
                return  # Every opening begins with it.
        self._answers.append(request)
        self._news.set()

    def _send(
        self,
        track: str,
        codec: str,
        data: bytes,
        pts_s: float | None,
        capture_time: datetime | None,
    ) -> bool:
        chunk = media_pb2.MediaChunk(
            track=track,
            codec=media_pb2.MediaChunk.Codec.Value(codec),
            data=data,
            pts=None if pts_s is None else span(pts_s),
            capture_time=None if capture_time is None else stamp(capture_time),
        )
        is_taken = self._ring.put(chunk)
        self.dropped_count += not is_taken
        self._news.set()
        return is_taken

    async def _run(self) -> AsyncGenerator[AttendEvent, None]:
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
            if self.verdict is not None:
                return
            attempt += 1
            if self._is_over or not self._may_return(failure, attempt, well_s):
                raise failure
            await asyncio.sleep(self._connection.retry.wait_s(attempt))

    def _may_return(self, failure: ApiError, attempt: int, well_s: float) -> bool:
        """Return whether another connection may go on, after the failure of this one."""
        if failure.reason == TOKEN_USED and self.resume_token and self._options.attend_token:
            # Its answer was lost on the way here; the way in still opens what stands.
            self.resume_token = ""
            return True
        # A write that meets the end of its call is INTERNAL to gRPC, whatever ended it.
        is_cut_off = failure.code == "INTERNAL" and not failure.metadata
        is_lost = is_cut_off or failure.reason in LOST or failure.is_unavailable
        has_begun = self._ring.has_begun
        if not (is_lost or (has_begun and failure.reason == STILL_THERE)):
            return False
        if not has_begun:
            return attempt < self._connection.retry.attempts
        return time.monotonic() - well_s < RETURN_LIMIT_S

    async def _run_once(self) -> AsyncGenerator[AttendEvent, None]:
        """Carry the attendance over one connection. Raises ApiError."""
        # A call that was lost may still wait for something to send; it gets nothing any more.
        self._line += 1
        requests = self._requests(self._line)
        call = self._stub.Attend(requests, metadata=self._connection.metadata)
        try:
            while True:
                async with asyncio.timeout(SILENCE_S):
                    message = await call.read()
                if message is grpc.aio.EOF:
                    break
                assert isinstance(message, messages.AttendResponse)
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

    def _take(self, message: messages.AttendResponse) -> AttendEvent | None:
        kind = message.WhichOneof("payload")
        if kind == "ack":
            self._ring.acknowledge(message.ack.sequence)
            return None
        if kind == "opened":
            return self._open(message.opened)
        event = wire.event_from(message)
        if isinstance(event, InterviewVerdict):
            self.verdict = event
            self._is_over = True
            self._news.set()
        return event

    def _open(self, opened: messages.AttendanceOpened) -> AttendEvent:
        is_return = self._ring.has_begun
        self.return_count += is_return
        self.resume_token = opened.resume_token
        self._ring.restart(opened.next_sequence)
        self._answers.extendleft(reversed(self._lasting.values()))
        self._is_open = True
        self._news.set()
        return wire.opened_from(opened, is_return)

    async def _requests(self, line: int) -> AsyncIterator[messages.AttendRequest]:
        config = wire.config_to(self._options, self.resume_token)
        yield messages.AttendRequest(config=config)
        while line == self._line and not self._is_over:
            request = self._next() if self._is_open else None
            if request is not None:
                yield request
                continue
            is_quiet = await self._is_quiet()
            if is_quiet and self._is_open and line == self._line and not self._is_over:
                yield messages.AttendRequest(heartbeat=media_pb2.Heartbeat())

    def _next(self) -> messages.AttendRequest | None:
        if self._answers:
            return self._answers.popleft()
        chunk = self._ring.next()
        return None if chunk is None else messages.AttendRequest(chunk=chunk)

    async def _is_quiet(self) -> bool:
        """Wait for something to send; True if nothing came for the time of a heartbeat."""
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                await self._news.wait()
        except TimeoutError:
            return True
        self._news.clear()
        return False
