"""Attendances over real gRPC, message by message."""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import grpc

from client.errors import to_api_error
from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.kyc.v1 import interview_service_pb2 as calls
from protos.smartbranch.media.v1 import media_pb2
from tests.support.attending import PICTURE
from tests.support.server import ServerProcess

Request = messages.AttendRequest
SILENCE_S = 2.5
# Two questions to type answers to, and nothing that has to be seen; and a face alone.
POLICY = """
[[product]]
id = "typed"
documents = ["cn_resident_id"]
[product.consent]
version = "7"
en = "We record this."
zh = "我们将录像。"
[[product.participant]]
role = "customer"
steps = ["consent", "questions"]
[[product.participant]]
role = "spouse"
steps = ["consent", "questions"]
[[product.question]]
id = "first"
en = "What for?"
zh = "用途?"
spoken = false
seconds = 300
[[product.question]]
id = "second"
en = "How much?"
zh = "多少?"
spoken = false
seconds = 300

[[product]]
id = "kiosk"
documents = ["cn_resident_id"]
[product.consent]
version = "7"
en = "We record this."
zh = "我们将录像。"
[[product.participant]]
role = "customer"
steps = ["consent", "capture"]
"""


async def open_case(
    stub: Any, *roles: str, product: str = "typed"
) -> calls.CreateInterviewResponse:
    """Open a case; the accesses are in the order of the roles."""
    people = [
        calls.ParticipantInvitation(role=interview_pb2.ParticipantRole.Value(role))
        for role in roles or ("CUSTOMER",)
    ]
    request = calls.CreateInterviewRequest(product=product, participants=people)
    made: calls.CreateInterviewResponse = await stub.CreateInterview(request)
    return made


def chunk(sequence: int, data: bytes = PICTURE, **more: Any) -> Request:
    made = media_pb2.MediaChunk(
        sequence=sequence, data=data, **{"codec": media_pb2.MediaChunk.JPEG, **more}
    )
    return Request(chunk=made)


AGREED = Request(
    consent=messages.ConsentAnswer(text_version="7", accepted=True, accepted_face=True)
)


class Line:
    """One connection, and everything that came over it."""

    def __init__(self, stub: Any, metadata: tuple[tuple[str, str], ...] = ()) -> None:
        self._call = stub.Attend(metadata=metadata)
        self.got: list[messages.AttendResponse] = []

    async def open(self, **config: Any) -> messages.AttendanceOpened:
        await self.send(Request(config=messages.AttendConfig(**config)))
        answer = await self.until(lambda one: one.WhichOneof("payload") == "opened")
        return answer.opened

    async def send(self, *requests: Request) -> None:
        for request in requests:
            await self._call.write(request)

    async def until(
        self, is_it: Callable[[messages.AttendResponse], bool], limit_s: float = 20.0
    ) -> messages.AttendResponse:
        """Read until it comes. Raises AssertionError where the stream ends before."""
        async with asyncio.timeout(limit_s):
            while True:
                answer: Any = await self._call.read()
                assert answer is not grpc.aio.EOF, "the stream ended"
                message: messages.AttendResponse = answer
                self.got.append(message)
                if is_it(message):
                    return message

    async def asked(self, question: str) -> messages.AttendResponse:
        return await self.until(lambda one: one.prompt.question == question)

    async def acknowledged(self, sequence: int) -> None:
        await self.until(lambda one: one.ack.sequence >= sequence)

    async def ends_with(self, limit_s: float = 20.0) -> str:
        """Read to the end; return the reason of the error."""
        async with asyncio.timeout(limit_s):
            try:
                while (answer := await self._call.read()) is not grpc.aio.EOF:
                    self.got.append(answer)
            except grpc.aio.AioRpcError as error:
                return to_api_error(error).reason
        return "OK"

    def hang_up(self) -> None:
        self._call.cancel()

    @property
    def last_ack(self) -> int:
        return max((one.ack.sequence for one in self.got), default=0)

    @property
    def prompts(self) -> list[str]:
        """What was asked for, in order."""
        kinds = messages.InterviewPrompt.Kind
        return [kinds.Name(one.prompt.kind) for one in self.got if one.HasField("prompt")]


def answer(question: str, text: str = "a car") -> Request:
    return Request(answer=messages.QuestionAnswer(question=question, text=text))


class MortalServer(ServerProcess):
    """A server that can be killed and comes back with what it had written."""

    def die(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.log.clear()

    def rise(self) -> None:
        self.start()
        self.wait_for("serving")
