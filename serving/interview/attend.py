"""An attendance from messages to messages, whatever transport carries them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from google.protobuf.timestamp_pb2 import Timestamp

from base.clock import Clock
from base.errors import InvalidArgumentError, RoleNotAllowedError
from kyc.events import AttendEvent
from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from serving.assembly import Services
from serving.bridge import Bridge
from serving.caller import Caller
from serving.grpc import attend_wire as wire
from serving.grpc.media_wire import ack_message, beat_message
from serving.interview.config import AttendConfig
from serving.interview.discreet import discreet, is_host
from serving.interview.engine import Written
from serving.interview.kiosk import KioskCamera
from serving.interview.registry import Attendances, Comer
from serving.interview.types import Ticket
from serving.readiness import Readiness
from serving.streams.session import StreamSession
from serving.streams.types import Ack, Beat, Incoming, Opened, Outgoing

Request = messages.AttendRequest
Response = messages.AttendResponse


class InterviewRunner:
    """Serves attendances; gRPC and WebSocket share it, so that one may change between them."""

    def __init__(
        self,
        readiness: Readiness,
        attendances: Attendances[Response],
        bridge: Bridge,
        clock: Clock,
    ) -> None:
        self._readiness = readiness
        self._attendances = attendances
        self._bridge = bridge
        self._clock = clock

    async def run(
        self, requests: AsyncIterator[Request], caller: Caller | None
    ) -> AsyncGenerator[Response, None]:
        """Answer one stream. caller: who shows a token, if anybody does.

        Only hosts of the participant's bank hear what was found. Raises the errors of its contract.
        """
        config = wire.config_of(await _first(requests))
        services = self._readiness.services()
        async with aclosing(self._incoming(requests)) as incoming:
            missed = self._attendances.missed(config.resume_token)
            if missed is not None:
                answers = self._attendances.repeat(missed, lambda _: incoming)
                async with aclosing(answers):
                    async for answer in answers:
                        if not isinstance(answer, Opened):
                            told = _told(self._message(answer), caller, missed.owner.tenant)
                            if told is not None:
                                yield told
                return
            ticket = await self._enter(services, config)
            async with aclosing(self._carry(services, config, ticket, incoming, caller)) as answers:
                async for answer in answers:
                    told = _told(self._message(answer, ticket), caller, ticket.tenant)
                    if told is not None:
                        yield told

    async def _enter(self, services: Services, config: AttendConfig) -> Ticket:
        """Let a participant in. Raises AttendTokenInvalidError and InterviewClosedError."""
        books, limit_s = services.attend.books, self._attendances.limits.step_s
        if not config.resume_token:
            # Whoever is refused leaves no trace, and takes no token away.
            look = await self._bridge.run(lambda: books.look(config.attend_token), limit_s)
            self._attendances.check_free(look.name.participant(look.participant))
        return await self._bridge.run(
            lambda: books.enter(config.attend_token, config.resume_token, config.request_id),
            limit_s,
        )

    def _carry(
        self,
        services: Services,
        config: AttendConfig,
        ticket: Ticket,
        incoming: AsyncIterator[Incoming],
        caller: Caller | None,
    ) -> AsyncGenerator[Outgoing[Response], None]:
        kiosk = self._kiosk(services, config, ticket, caller)

        def say(event: AttendEvent, written: Written) -> Response:
            return wire.event_message(event, written, ticket.product, config.language)

        def requests(session: StreamSession[Response]) -> AsyncIterator[Incoming]:
            if kiosk is None:
                return incoming
            return kiosk.joined(incoming, lambda: session.intake.sequence + 1)

        comer = Comer(
            ticket.tenant, ticket.resource, ticket.resume_token, bool(config.resume_token)
        )
        return self._attendances.carry(
            comer, lambda: services.attend.make(ticket, config, say), requests
        )

    def _kiosk(
        self, services: Services, config: AttendConfig, ticket: Ticket, caller: Caller | None
    ) -> KioskCamera | None:
        """Return the branch's camera. Raises RoleNotAllowedError."""
        if config.camera is None:
            return None
        if not is_host(caller, ticket.tenant) or ticket.tenant != config.camera.tenant:
            raise RoleNotAllowedError(
                "a branch's camera as the source takes a caller of the bank's app"
            )
        fps = self._attendances.limits.max_fps
        return KioskCamera(services.edge.hub, config.camera, fps, self._clock)

    async def _incoming(self, requests: AsyncIterator[Request]) -> AsyncGenerator[Incoming, None]:
        async for request in requests:
            yield wire.incoming_of(request, self._clock.monotonic())

    def _message(self, answer: Outgoing[Response], ticket: Ticket | None = None) -> Response:
        if isinstance(answer, Opened):
            assert ticket is not None
            expires = Timestamp()
            expires.FromDatetime(ticket.expires_at)
            limits = self._attendances.limits
            return Response(opened=wire.opened_message(answer, expires, ticket.steps, limits))
        if isinstance(answer, Ack):
            return Response(ack=ack_message(answer))
        if isinstance(answer, Beat):
            return Response(heartbeat=beat_message(self._clock))
        return answer.event


def _told(answer: Response, caller: Caller | None, tenant: str) -> Response | None:
    """Return what this caller may hear of it; None for nothing."""
    return answer if is_host(caller, tenant) else discreet(answer)


async def _first(requests: AsyncIterator[Request]) -> messages.AttendConfig:
    request = await anext(requests, None)
    if request is None or request.WhichOneof("payload") != "config":
        raise InvalidArgumentError(
            "the first message of an attendance is its config", field="config"
        )
    return request.config
