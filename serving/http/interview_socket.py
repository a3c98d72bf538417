"""Attend for browsers: the same messages, one in each binary frame of a WebSocket."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from protos.smartbranch.kyc.v1.attend_pb2 import AttendRequest, AttendResponse
from serving.caller import Caller
from serving.gate import Gate
from serving.http.message_socket import MessageSocket
from serving.interview.attend import InterviewRunner
from serving.interview.discreet import discreet
from serving.permissions import ATTEND
from serving.settings import ServerSettings

PATH = "/interviews:attend"


class _ForParticipants:
    """Keeps from browsers what was found, whoever is signed in there."""

    def __init__(self, runner: InterviewRunner) -> None:
        self._runner = runner

    async def run(
        self, requests: AsyncIterator[AttendRequest], caller: Caller
    ) -> AsyncGenerator[AttendResponse, None]:
        """Answer one stream."""
        async with aclosing(self._runner.run(requests, caller)) as answers:
            async for answer in answers:
                told = discreet(answer)
                if told is not None:
                    yield told


def interview_socket(
    gate: Gate, runner: InterviewRunner, settings: ServerSettings
) -> MessageSocket[AttendRequest]:
    """Return /v1/interviews:attend."""
    return MessageSocket(PATH, ATTEND, AttendRequest, gate, _ForParticipants(runner), settings)
