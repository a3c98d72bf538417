"""What happens in a branch, as server-sent events for the tablet page."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from base.clock import Clock
from base.errors import AccessError, DrainingError, SmartBranchError
from serving.caller import Caller
from serving.grpc.lobby_told import tell, to_json
from serving.grpc.lobby_wire import hello_message
from serving.http.answers import Answering
from serving.http.lobby import PREFIX, SERVICE
from serving.http.query import whole_number
from serving.lobby.hub import LobbyHub
from serving.lobby.subscription import Subscription
from serving.lobby.told import Hello, Told
from serving.lobby.views import LobbyEvent, Trouble

STREAM = f"{SERVICE}/StreamAlerts"
HEARTBEAT_S = 10.0
RECHECK_S = 20.0
# A server that is busy for a moment sends nobody away, and one that cannot tell sends nobody on.
MAX_UNCHECKED_S = 60.0
# What a browser waits before it comes back; pages that came by one loss do not all fit in 0 s.
RETRY_MS = 2000
# A proxy that collects what it passes on would hold events back.
HEADERS = {"cache-control": "no-cache, no-store", "x-accel-buffering": "no"}


class EventStream(EventSourceResponse):
    """A stream of events that lets go of its listening however it ends."""

    def __init__(self, events: AsyncGenerator[bytes, None], held: AsyncExitStack) -> None:
        super().__init__(events, headers=HEADERS)
        self._events = events
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until either side ends it."""
        async with self._held, aclosing(self._events):
            await super().__call__(scope, receive, send)


class EventRoutes:
    """GET /v1/lobby/branches/{branch}/events."""

    def __init__(self, answering: Answering, hub: LobbyHub, clock: Clock) -> None:
        self._answering = answering
        self._hub = hub
        self._clock = clock

    def router(self) -> APIRouter:
        """Return the route."""
        router = APIRouter(prefix=PREFIX)
        router.add_api_route("/events", self.stream, methods=["GET"])
        return router

    async def stream(self, request: Request) -> Response:
        """Tell what happens, behind the last event that was seen."""
        # All tablets of a bank come back at once after a restart: the hub says how many may.
        admit = self._answering.door.opener()
        return await self._answering.respond(request, STREAM, admit, self._open, is_bounded=True)

    async def _open(self, request: Request, caller: Caller) -> Response:
        branch, after_id = str(request.path_params["branch"]), _after_of(request)
        async with AsyncExitStack() as stack:
            listening = self._hub.listen(caller, caller.tenant, branch, after_id)
            subscription = await stack.enter_async_context(listening)
            held = stack.pop_all()
        return EventStream(self._events(request, subscription), held)

    async def _events(
        self, request: Request, subscription: Subscription
    ) -> AsyncGenerator[bytes, None]:
        recheck = self._answering.door.opener(is_use=False)
        checked_s = due_s = self._clock.monotonic()
        while True:
            try:
                found = await subscription.next(HEARTBEAT_S)
                now_s = self._clock.monotonic()
                if now_s - due_s >= RECHECK_S:
                    due_s = now_s
                    await recheck(request, STREAM)
                    checked_s = now_s
            except AccessError as error:
                yield self._last_words(error)
                return
            except DrainingError:
                return
            except SmartBranchError:
                # The sign-in could not be looked at. Whoever comes back is told why.
                if now_s - checked_s >= MAX_UNCHECKED_S:
                    return
            yield KEEPALIVE_COMMENT if found is None else self._render(found)

    def _render(self, found: Hello | Told) -> bytes:
        if isinstance(found, Told):
            number = str(found.id) if found.id else None
            return format_sse_event(data_str=found.text, event=found.kind, id=number)
        text = to_json(hello_message(found, self._clock.now()))
        return format_sse_event(data_str=text, event="hello", retry=RETRY_MS)

    def _last_words(self, error: SmartBranchError) -> bytes:
        trouble = Trouble(error.reason, error.message)
        told = tell(LobbyEvent(0, self._clock.now(), trouble))
        return format_sse_event(data_str=told.text, event=told.kind)


def _after_of(request: Request) -> int | None:
    """Return the last event that was seen: by the browser, or else by the page."""
    text = request.headers.get("last-event-id") or request.query_params.get("after")
    return None if text is None else whole_number(text, "after")
