"""The FastAPI app: health, metrics, pages and calls."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from base.clock import Clock
from base.errors import SmartBranchError
from base.ids import new_id
from serving.auth import TokenChecker
from serving.bridge import Bridge
from serving.deepfake.desk import ClipDesk
from serving.documents.desk import ReadingDesk
from serving.failures import failure_of
from serving.gate import Gate
from serving.http.answers import Answering, failure_response
from serving.http.console import ConsoleRoutes
from serving.http.deepfake import DeepfakeRoutes
from serving.http.devices import DeviceRoutes
from serving.http.documents import DocumentRoutes
from serving.http.events import EventRoutes
from serving.http.faces import FaceRoutes
from serving.http.guard import LOOPBACK_NAMES, SecurityHeaders
from serving.http.interview_page import InterviewPageRoutes
from serving.http.interview_socket import interview_socket
from serving.http.interviews import InterviewRoutes
from serving.http.interviews_media import InterviewMediaRoutes
from serving.http.liveness import LivenessRoutes
from serving.http.lobby import LobbyRoutes
from serving.http.pages import add_pages
from serving.http.session_socket import session_socket
from serving.http.staff import StaffRoutes
from serving.interview.attend import InterviewRunner
from serving.lobby.front import LobbyFront
from serving.permissions import METRICS, check_role
from serving.readiness import Readiness
from serving.sessions import SessionRunner
from serving.settings import ServerSettings
from serving.telemetry.metrics import Metrics

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def create_app(
    settings: ServerSettings,
    gate: Gate,
    tokens: TokenChecker | None,
    readiness: Readiness,
    bridge: Bridge,
    metrics: Metrics,
    sessions: SessionRunner,
    attend: InterviewRunner,
    clips: ClipDesk,
    reading: ReadingDesk,
    lobby: LobbyFront,
    clock: Clock,
) -> FastAPI:
    """Return the app; it shares gate, threads, services and sessions with the gRPC server."""
    app = FastAPI(title="SmartBranch", openapi_url=None)
    answering = Answering(settings, gate, readiness, bridge)
    app.include_router(FaceRoutes(answering).router())
    app.include_router(LivenessRoutes(answering).router())
    app.include_router(DeepfakeRoutes(answering, clips, settings).router())
    app.include_router(DocumentRoutes(answering, reading).router())
    app.include_router(StaffRoutes(answering, bridge, settings).router())
    app.include_router(LobbyRoutes(answering, lobby.delivery, settings).router())
    app.include_router(ConsoleRoutes(answering, lobby.delivery).router())
    app.include_router(EventRoutes(answering, lobby.hub, clock).router())
    app.include_router(DeviceRoutes(answering, settings).router())
    app.include_router(InterviewRoutes(answering, settings).router())
    app.include_router(InterviewMediaRoutes(answering, bridge, settings, clock).router())
    app.include_router(session_socket(gate, sessions, settings).router())
    app.include_router(InterviewPageRoutes(answering, bridge, settings).router())
    app.include_router(interview_socket(gate, attend, settings).router())
    if tokens is None:
        # Nobody shows a token here, so no other site's name may lead to this address.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_NAMES)
    app.add_middleware(SecurityHeaders)
    _add_health(app, gate, readiness)
    add_pages(app)

    @app.get("/metrics")
    async def show_metrics(request: Request) -> Response:
        try:
            if tokens is not None:
                check_role(tokens.check(request.headers.get("authorization")), METRICS)
        except SmartBranchError as error:
            return failure_response(failure_of(error, new_id("req")))
        return Response(metrics.text(), media_type=METRICS_TYPE)

    return app


def _add_health(app: FastAPI, gate: Gate, readiness: Readiness) -> None:
    @app.get("/healthz")
    async def is_alive() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    async def is_ready() -> JSONResponse:
        if gate.is_draining:
            return JSONResponse({"status": "draining"}, 503)
        if not readiness.is_ready:
            return JSONResponse({"status": "starting"}, 503)
        services = readiness.services()
        models = [
            {"id": facts.marked_id, "provider": facts.provider, "terms": facts.terms}
            for facts in services.models
        ]
        return JSONResponse({"status": "ready", "models": models})
