"""Attend for browsers: the same messages, one in each binary frame of a WebSocket."""

from protos.smartbranch.kyc.v1.attend_pb2 import AttendRequest
from serving.gate import Gate
from serving.http.message_socket import MessageSocket
from serving.interview.attend import InterviewRunner
from serving.permissions import ATTEND
from serving.settings import ServerSettings

PATH = "/interviews:attend"


def interview_socket(
    gate: Gate, runner: InterviewRunner, settings: ServerSettings
) -> MessageSocket[AttendRequest]:
    """Return /v1/interviews:attend."""
    return MessageSocket(PATH, ATTEND, AttendRequest, gate, runner, settings)
