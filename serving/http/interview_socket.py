"""Attend for browsers: the same messages, one in each binary frame of a WebSocket."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from protos.smartbranch.kyc.v1.attend_pb2 import AttendRequest, AttendResponse
from serving.caller import Caller
from serving.gate import Gate
from serving.http.message_socket import MessageSocket
from serving.interview.attend import InterviewRunner
from serving.permissions import ATTEND
from serving.settings import ServerSettings

PATH = "/interviews:attend"
# What participants did themselves, or may know.
OWN = frozenset({"CONSENT_DECLINED", "FACE_CONSENT_DECLINED", "ASKED_FOR_PERSON", "LOCKED_OUT"})
NOT_SAID, NOT_SAID_TEXT = "NOT_SAID", "what was found is for those who decide the case"
# What would only tell somebody with a forgery how it was noticed.
FOR_REVIEWERS = frozenset({"VIRTUAL_CAMERA", "VOICE_WITHOUT_MOUTH"})


class _ForParticipants:
    """Keeps from browsers what was found: whoever is refused could learn from it.

    Applications of the bank attend over gRPC and get everything.
    """

    def __init__(self, runner: InterviewRunner) -> None:
        self._runner = runner

    async def run(
        self, requests: AsyncIterator[AttendRequest], caller: Caller
    ) -> AsyncGenerator[AttendResponse, None]:
        """Answer one stream."""
        async with aclosing(self._runner.run(requests, caller)) as answers:
            async for answer in answers:
                if answer.notice.code not in FOR_REVIEWERS:
                    yield discreet(answer)


def discreet(answer: AttendResponse) -> AttendResponse:
    """Return what a participant may read; of a verdict, how it ended and no more."""
    if answer.WhichOneof("payload") != "verdict":
        return answer
    kept = AttendResponse()
    kept.CopyFrom(answer)
    verdict = kept.verdict
    own = [reason for reason in answer.verdict.reasons if reason.code in OWN]
    del verdict.checks[:]
    del verdict.reasons[:]
    verdict.reasons.extend(own)
    if not own:
        verdict.reasons.add(code=NOT_SAID, text=NOT_SAID_TEXT)
    return kept


def interview_socket(
    gate: Gate, runner: InterviewRunner, settings: ServerSettings
) -> MessageSocket[AttendRequest]:
    """Return /v1/interviews:attend."""
    return MessageSocket(PATH, ATTEND, AttendRequest, gate, _ForParticipants(runner), settings)
