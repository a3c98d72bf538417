"""A liveness session from messages to messages, whatever transport carries them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from base.clock import Clock
from base.errors import InvalidArgumentError
from liveness.events import SessionEvent
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from serving.caller import Caller
from serving.grpc import liveness_wire as wire
from serving.grpc.media_wire import ack_message, beat_message, chunk_of
from serving.readiness import Readiness
from serving.streams.registry import SessionRegistry
from serving.streams.types import Ack, Beat, Incoming, Opened, Outgoing

Request = messages.RunSessionRequest
Response = messages.RunSessionResponse


class SessionRunner:
    """Serves sessions; gRPC and WebSocket share it, so that a session may change between them."""

    def __init__(
        self, readiness: Readiness, registry: SessionRegistry[Response], clock: Clock
    ) -> None:
        self._readiness = readiness
        self._registry = registry
        self._clock = clock

    async def run(
        self, requests: AsyncIterator[Request], caller: Caller
    ) -> AsyncGenerator[Response, None]:
        """Answer one stream. Raises the errors of its contract."""
        config = wire.config_of(await _first(requests), caller)
        async with (
            aclosing(self._incoming(requests)) as incoming,
            aclosing(self._answers(config, incoming, caller)) as answers,
        ):
            async for answer in answers:
                yield self._message(answer)

    def _answers(
        self, config: wire.SessionConfig, incoming: AsyncIterator[Incoming], caller: Caller
    ) -> AsyncGenerator[Outgoing[Response], None]:
        if config.resume_token is not None:
            return self._registry.resume(caller, config.resume_token, incoming)
        services = self._readiness.services()

        def say(event: SessionEvent) -> Response:
            return wire.event_message(event, config.language, services.facts_of)

        return self._registry.open(
            caller,
            lambda: services.liveness.open_run(
                caller, config.person, config.plan, say, config.request_id
            ),
            incoming,
        )

    async def _incoming(self, requests: AsyncIterator[Request]) -> AsyncGenerator[Incoming, None]:
        async for request in requests:
            kind = request.WhichOneof("payload")
            if kind == "chunk":
                yield chunk_of(request.chunk, self._clock.monotonic())
            elif kind == "heartbeat":
                yield Beat()
            else:
                raise InvalidArgumentError(
                    "every message after the first one is a chunk or a heartbeat", field="payload"
                )

    def _message(self, answer: Outgoing[Response]) -> Response:
        if isinstance(answer, Opened):
            return Response(opened=wire.opened_message(answer, self._registry.limits))
        if isinstance(answer, Ack):
            return Response(ack=ack_message(answer))
        if isinstance(answer, Beat):
            return Response(heartbeat=beat_message(self._clock))
        return answer.event


async def _first(requests: AsyncIterator[Request]) -> messages.SessionConfig:
    request = await anext(requests, None)
    if request is None or request.WhichOneof("payload") != "config":
        raise InvalidArgumentError("the first message of a session is its config", field="config")
    return request.config
