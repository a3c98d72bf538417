"""A lobby that a test holds in its hands: the HTTP calls and events of the server, by hand."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from protos.smartbranch.lobby.v1.lobby_pb2 import (
    Alert,
    CameraStatus,
    FlowHour,
    FlowNow,
    HeatMap,
    LobbyEvent,
    Visit,
)
from protos.smartbranch.lobby.v1.lobby_service_pb2 import GetFlowResponse
from serving.http.pages import PAGES, STATIC
from tests.support.page_server import PageServer

Json = dict[str, Any]
BRANCH = "tenants/bank/branches/north"
COOKIE = "smartbranch_staff"
BEAT_S = 0.2
MOVES = {
    "ACKNOWLEDGE": Alert.ACKNOWLEDGED,
    "TAKE_OVER": Alert.TAKEN_OVER,
    "HAND_OVER": Alert.HANDED_OVER,
    "CLOSE": Alert.CLOSED,
}


def json_of(message: Message) -> Json:
    """Return a message as the HTTP twin says it."""
    return MessageToDict(message, preserving_proto_field_name=True)


class LobbyServer(PageServer):
    """One branch. Everything may be called from the test's thread.

    accounts: name to password. updates: every change of an alert that was taken, in order.
    asked: paths of every call. receipts: what tablets said they received.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self.accounts: dict[str, Json] = {}
        self.extra: dict[str, Callable[[Request, Any], Response]] = {}
        self.reset()
        super().__init__()

    def reset(self) -> None:
        """Begin with an empty branch that two people may sign in to."""
        self.hang_up()
        self.visits: dict[str, Message] = {}
        self.alerts: dict[str, Alert] = {}
        self.cameras: list[CameraStatus] = []
        self.troubles: list[LobbyEvent.Trouble] = []
        self.events: list[tuple[int, str]] = []
        self.flow, self.hours, self.heat = FlowNow(), list[FlowHour](), list[HeatMap]()
        self.updates: list[Json] = []
        self.receipts: list[Json] = []
        self.asked: list[str] = []
        self.photos: dict[str, bytes] = {}
        self.refusal: tuple[str, str] | None = None
        self.sessions: dict[str, str] = {}
        self.expired: set[str] = set()
        self.accounts = {"mei": staff("mei", ["lobby_staff"]), "tom": staff("tom", ["operator"])}
        self.extra.clear()

    # What the test does.

    def come(self, visit: Visit) -> None:
        """Let a visit begin or change."""
        visit.revision += 1
        self.visits[visit.name] = visit
        self.tell(LobbyEvent(visit=visit))

    def raise_alert(self, alert: Alert) -> None:
        """Let an alert be raised or change."""
        alert.revision += 1
        self.alerts[alert.name] = alert
        self.tell(LobbyEvent(alert=alert))

    def tell(self, event: LobbyEvent) -> None:
        """Send an event to everybody who listens, and keep it."""
        kind = event.WhichOneof("payload") or ""
        with self._lock:
            if kind != "flow":
                event.id = len(self.events) + 1
            text = sent(event, kind)
            if event.id:
                self.events.append((event.id, text))
        self._hand_out(text)

    def hang_up(self) -> None:
        """End every stream."""
        self._hand_out(None)

    @property
    def listener_count(self) -> int:
        """Streams that are open."""
        return len(self._listeners)

    def end_sessions(self) -> None:
        """Let everybody's sign-in expire; streams are told so."""
        self.expired.update(self.sessions)
        event = LobbyEvent()
        event.trouble.code, event.trouble.text = "SIGN_IN_EXPIRED", "the sign-in has expired"
        self._hand_out(sent(event, "trouble"))

    def let_in(self, name: str) -> str:
        """Sign somebody in; return the value of the cookie."""
        token = f"session-{len(self.sessions) + len(self.expired)}"
        self.sessions[token] = name
        return token

    def _hand_out(self, text: str | None) -> None:
        if self._loop is None:
            return
        for queue in tuple(self._listeners):
            self._loop.call_soon_threadsafe(queue.put_nowait, text)

    # What the pages ask.

    def add_routes(self, app: FastAPI) -> None:
        """Add the calls of the contract."""
        if "/lobby" not in PAGES:
            app.add_api_route("/lobby", lambda: FileResponse(STATIC / "lobby.html"))
            app.add_api_route("/console", lambda: FileResponse(STATIC / "console.html"))
            app.add_api_route("/lobby/sw.js", service_worker)
        app.add_api_route("/v1/{rest:path}", self._answer, methods=["GET", "POST", "PATCH"])

    async def _answer(self, rest: str, request: Request) -> Response:
        body = json.loads(await request.body() or "null")
        self.asked.append(f"{request.method} {rest}")
        if rest == "staff:signIn":
            return self._sign_in(body)
        token = request.cookies.get(COOKIE, "")
        if token in self.expired:
            return refused("SIGN_IN_EXPIRED", "the sign-in has expired", 401)
        name = self.sessions.get(token)
        if name is None:
            return refused("SIGN_IN_NEEDED", "sign in first", 401)
        if rest in self.extra:
            return self.extra[rest](request, body)
        if rest == "staff/me":
            return JSONResponse(self.accounts[name])
        if rest == "staff:signOut":
            self.sessions.pop(token)
            return JSONResponse({})
        below = rest.removeprefix("lobby/branches/north/")
        if below == rest:
            return refused("BRANCH_NOT_FOUND", "there is no such branch", 404)
        return self._lobby(below, request, body, name)

    def _sign_in(self, body: Json) -> Response:
        if self.accounts.get(body["name"]) is None or body["password"] != "open sesame 12":
            return refused("SIGN_IN_FAILED", "name and password do not belong together", 401)
        answer = JSONResponse({})
        answer.set_cookie(COOKIE, self.let_in(body["name"]), httponly=True, samesite="strict")
        return answer

    def _lobby(self, below: str, request: Request, body: Any, name: str) -> Response:
        if below == "visits":
            found = [json_of(visit) for visit in self.visits.values()]
            return JSONResponse({"visits": found, "last_event_id": str(len(self.events))})
        if below == "alerts":
            found = [json_of(alert) for alert in self.alerts.values()]
            return JSONResponse({"alerts": found, "last_event_id": str(len(self.events))})
        if below == "flow":
            heat = self.heat if request.query_params.get("with_heat") == "true" else []
            flow = GetFlowResponse(now=self.flow, hours=self.hours, heat_maps=heat)
            return JSONResponse(json_of(flow))
        if below == "receipts":
            self.receipts.extend(body["receipts"])
            return JSONResponse({})
        if below == "events":
            after = int(request.headers.get("last-event-id") or 0)
            return StreamingResponse(self._stream(after), media_type="text/event-stream")
        if below.endswith("/photo"):
            return self._photo(below.split("/")[1])
        return self._update(below.removeprefix("alerts/").removesuffix(":update"), body, name)

    def _photo(self, visit: str) -> Response:
        if visit not in self.photos:
            return refused("PHOTO_NOT_FOUND", "there is no picture", 404)
        return Response(self.photos[visit], media_type="image/jpeg")

    def _update(self, id_: str, body: Json, name: str) -> Response:
        if self.refusal is not None:
            return refused(*self.refusal, 400)
        alert = self.alerts[f"{BRANCH}/alerts/{id_}"]
        if body["request_id"] not in {update["request_id"] for update in self.updates}:
            self.updates.append({"alert": id_, "by": name, **body})
            alert.state = MOVES.get(body["action"], alert.state)
            if body["action"] in {"ACKNOWLEDGE", "TAKE_OVER"}:
                alert.assignee = name
            alert.assignee = body.get("assignee", alert.assignee)
            step = alert.steps.add(state=alert.state, actor=name, note=body.get("note", ""))
            step.step_time.GetCurrentTime()
            self.raise_alert(alert)
        return JSONResponse(json_of(alert))

    async def _stream(self, after: int) -> AsyncIterator[str]:
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        with self._lock:
            missed = [text for id_, text in self.events if id_ > after]
            self._listeners.add(queue)
            hello = LobbyEvent()
            hello.hello.last_id = len(self.events)
        hello.event_time.GetCurrentTime()
        try:
            yield sent(hello, "hello")
            standing = [sent(LobbyEvent(camera=camera), "camera") for camera in self.cameras]
            standing += [sent(LobbyEvent(trouble=one), "trouble") for one in self.troubles]
            yield "".join([*standing, *missed])
            while (text := await self._next(queue)) is not None:
                yield text
        finally:
            self._listeners.discard(queue)

    async def _next(self, queue: asyncio.Queue[str | None]) -> str | None:
        try:
            return await asyncio.wait_for(queue.get(), BEAT_S)
        except TimeoutError:
            return ": still here\n\n"


def service_worker() -> Response:
    """Return the worker as the real server does."""
    headers = {"service-worker-allowed": "/lobby"}
    return FileResponse(STATIC / "lobby/sw.js", media_type="text/javascript", headers=headers)


def sent(event: LobbyEvent, kind: str) -> str:
    """Return an event as it goes over the wire."""
    id_ = f"id: {event.id}\n" if event.id else ""
    return f"{id_}event: {kind}\ndata: {json.dumps(json_of(event))}\n\n"


def staff(name: str, roles: list[str]) -> Json:
    """Return somebody who may sign in."""
    branch = {"id": "north", "display_name": "North Gate", "time_zone": "Asia/Shanghai"}
    return {
        "name": name,
        "tenant": "bank",
        "roles": roles,
        "branch": "north" if roles == ["lobby_staff"] else None,
        "duties": ["manager"],
        "branches": [branch],
    }


def refused(reason: str, message: str, status: int) -> Response:
    """Return a refusal."""
    code = {401: "UNAUTHENTICATED", 404: "NOT_FOUND", 503: "UNAVAILABLE"}.get(status, "ABORTED")
    error = {"code": code, "reason": reason, "message": message, "metadata": {}}
    return JSONResponse({"error": error}, status)


def ago(seconds: float) -> datetime:
    """Return a time before now."""
    return datetime.now(UTC) - timedelta(seconds=seconds)
