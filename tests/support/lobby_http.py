"""The pages' side of a lobby on a real port, in the test's own event loop."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import structlog
from fastapi import FastAPI

from base.clock import SystemClock
from serving.assembly import Services
from serving.auth import TokenChecker
from serving.bridge import Bridge
from serving.caller import Role
from serving.gate import Gate
from serving.http.answers import Answering
from serving.http.console import ConsoleRoutes
from serving.http.events import EventRoutes
from serving.http.guard import SecurityHeaders
from serving.http.lobby import LobbyRoutes
from serving.http.server import HttpServer
from serving.http.staff import StaffRoutes
from serving.limits import RateLimiter, Slots
from serving.lobby.front import LobbyFront
from serving.readiness import Readiness
from serving.settings import ServerSettings
from serving.staff.service import StaffService
from serving.staff.types import StaffLimits
from serving.telemetry.metrics import Metrics
from tests.support.lobby import BRANCH, TENANT, LobbyWorld

PASSWORD = "correct horse battery"
LIMITS = StaffLimits(session_s=36_000, idle_s=14_400)
LIMIT_S = 15.0


@dataclass
class LobbyHttp:
    """A served lobby: its address and what stands behind it."""

    url: str
    running: LobbyWorld
    staff: StaffService
    front: LobbyFront
    gate: Gate
    metrics: Metrics

    @asynccontextmanager
    async def browser(self, name: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser of its own, signed in as somebody or as nobody."""
        async with httpx.AsyncClient(base_url=self.url, timeout=LIMIT_S) as client:
            if name is not None:
                sent = {"name": f"{TENANT}/{name}", "password": PASSWORD}
                (await client.post("/v1/staff:signIn", json=sent)).raise_for_status()
            yield client

    def add(
        self, name: str, role: Role, branch: str | None = None, *duties: str, tenant: str = TENANT
    ) -> None:
        """Add somebody who may sign in, unless they may already."""
        if name in {account.name for account in self.staff.accounts.all(tenant)}:
            return
        self.staff.accounts.add("ops", tenant, name, PASSWORD, {role}, branch, duties)


@asynccontextmanager
async def serve_lobby(
    running: LobbyWorld, folder: Path, **settings: Any
) -> AsyncIterator[LobbyHttp]:
    """Serve a lobby with `anna` of its branch and `olga`, who operates."""
    world, clock, log = running.world, SystemClock(), structlog.get_logger()
    chosen = ServerSettings(data_dir=folder, http_listen="127.0.0.1:0", **settings)
    metrics, readiness, bridge = Metrics(), Readiness(), Bridge(4, clock)
    staff = StaffService(world.database, world.audit, world.clock, LIMITS)
    services = SimpleNamespace(lobby=running.lobby, staff=staff, galleries=world.service)
    readiness.set(cast(Services, services))
    tokens = TokenChecker.from_settings(chosen)
    rates = RateLimiter(10_000, 10_000, clock)
    gate = Gate(tokens, None, Slots(chosen.max_in_flight), rates, metrics, log, clock)
    front = LobbyFront(chosen, readiness, metrics, clock, log)
    front.open(running.lobby)
    server = HttpServer(chosen, _app(chosen, gate, readiness, bridge, front))
    served = LobbyHttp(f"http://127.0.0.1:{server.port}", running, staff, front, gate, metrics)
    served.add("anna", Role.LOBBY_STAFF, BRANCH, "manager")
    served.add("olga", Role.OPERATOR)
    await server.start()
    try:
        yield served
    finally:
        gate.drain()
        front.hub.close()
        await server.stop()
        front.hub.shut()
        bridge.close()


def _app(
    settings: ServerSettings,
    gate: Gate,
    readiness: Readiness,
    bridge: Bridge,
    front: LobbyFront,
) -> FastAPI:
    app = FastAPI()
    answering = Answering(settings, gate, readiness, bridge)
    app.include_router(StaffRoutes(answering, bridge, settings).router())
    app.include_router(LobbyRoutes(answering, front.delivery, settings).router())
    app.include_router(EventRoutes(answering, front.hub, SystemClock()).router())
    app.include_router(ConsoleRoutes(answering, front.delivery).router())
    app.add_middleware(SecurityHeaders)
    return app


@dataclass(frozen=True)
class SentEvent:
    """One server-sent event. id: None where it carries none."""

    kind: str
    id: int | None
    data: Mapping[str, Any]

    @property
    def payload(self) -> Mapping[str, Any]:
        """What it tells."""
        payload: Mapping[str, Any] = self.data[self.kind]
        return payload


@asynccontextmanager
async def listening(
    client: httpx.AsyncClient, branch: str = BRANCH, **headers: str
) -> AsyncIterator[AsyncIterator[SentEvent]]:
    """Open a stream of events and check that it begins with a hello when read."""
    url = f"/v1/lobby/branches/{branch}/events"
    async with client.stream("GET", url, headers=headers) as response:
        assert response.status_code == 200, (await response.aread()).decode()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response)


async def _events(response: httpx.Response) -> AsyncIterator[SentEvent]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if not line and "data" in fields:
            number = int(fields["id"]) if "id" in fields else None
            yield SentEvent(fields["event"], number, json.loads(fields["data"]))
        if not line:
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
