"""RunSession for browsers: the same messages, one in each binary frame of a WebSocket."""

from protos.smartbranch.liveness.v1.liveness_service_pb2 import RunSessionRequest
from serving.gate import Gate
from serving.http.message_socket import MessageSocket
from serving.sessions import SessionRunner
from serving.settings import ServerSettings

PATH = "/liveness:session"
RUN_SESSION = "smartbranch.liveness.v1.LivenessService/RunSession"


def session_socket(
    gate: Gate, runner: SessionRunner, settings: ServerSettings
) -> MessageSocket[RunSessionRequest]:
    """Return /v1/liveness:session."""
    return MessageSocket(PATH, RUN_SESSION, RunSessionRequest, gate, runner, settings)
