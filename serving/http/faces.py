"""The JSON twins of DetectFaces and VerifyFaces, for the page."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from enum import Enum
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from base.errors import InvalidArgumentError
from base.ids import new_id
from serving.bridge import Bridge
from serving.caller import Caller
from serving.failures import Failure
from serving.gate import REQUEST_ID_HEADER, Gate, current_request_id
from serving.http import wire
from serving.http.guard import check_origin
from serving.http.upload import picture_in, rate_in, read_form, text_in, while_connected
from serving.readiness import Readiness
from serving.settings import ServerSettings
from vision.analysis import Select
from vision.detection import Profile
from vision.match import DEFAULT_TARGET_FMR

DETECT = "smartbranch.vision.v1.FaceService/DetectFaces"
VERIFY = "smartbranch.vision.v1.FaceService/VerifyFaces"
TOO_LARGE_STATUS = 413
E_ = TypeVar("E_", bound=Enum)
T = TypeVar("T")
Work = Callable[[Request, Caller], Awaitable[wire.Json]]


class FaceRoutes:
    """POST /v1/faces:detect and /v1/faces:verify."""

    def __init__(
        self, settings: ServerSettings, gate: Gate, readiness: Readiness, bridge: Bridge
    ) -> None:
        self._settings = settings
        self._gate = gate
        self._readiness = readiness
        self._bridge = bridge

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/faces:detect", self.detect, methods=["POST"])
        router.add_api_route("/faces:verify", self.verify, methods=["POST"])
        return router

    async def detect(self, request: Request) -> JSONResponse:
        """Answer with the faces of the form's `picture`."""
        return await self._answer(request, DETECT, self._detect)

    async def verify(self, request: Request) -> JSONResponse:
        """Answer whether the form's `reference` and `probe` show one person."""
        return await self._answer(request, VERIFY, self._verify)

    async def _detect(self, request: Request, caller: Caller) -> wire.Json:
        services = self._readiness.services()
        async with self._form(request) as form:
            picture = await picture_in(form, "picture")
            profile = _choice(Profile, text_in(form, "profile", "portrait"), "profile")
        found = await self._run(request, lambda: services.faces.detect(caller, picture, profile))
        return wire.detection_json(found, services.detector)

    async def _verify(self, request: Request, caller: Caller) -> wire.Json:
        services = self._readiness.services()
        request_id = current_request_id()
        async with self._form(request) as form:
            reference = await picture_in(form, "reference")
            probe = await picture_in(form, "probe")
            target_fmr = rate_in(form, "target_fmr", DEFAULT_TARGET_FMR)
            select = _choice(Select, text_in(form, "selection", "single"), "selection")
        answer = await self._run(
            request,
            lambda: services.faces.verify(caller, reference, probe, target_fmr, select, request_id),
        )
        return wire.verification_json(answer, services.embedder)

    def _form(self, request: Request) -> AbstractAsyncContextManager[FormData]:
        settings = self._settings
        return read_form(request, settings.max_message_bytes, settings.receive_limit_s)

    async def _run(self, request: Request, function: Callable[[], T]) -> T:
        """Run blocking work for as long as somebody waits for it."""
        limit_s = self._settings.default_deadline_s
        return await while_connected(request, self._bridge.run(function, limit_s))

    async def _answer(self, request: Request, method: str, work: Work) -> JSONResponse:
        visit = None
        try:
            with self._gate.visit(method) as visit:
                check_origin(request)
                visit.caller = self._gate.admit(method, request.headers.get("authorization"), None)
                with self._gate.working():
                    answer = await work(request, visit.caller)
        except Exception:
            # The gate has noted and logged it; the caller gets the failure that it noted.
            if visit is None or visit.failure is None:
                raise
            return failure_response(visit.failure, visit.request_id)
        return JSONResponse(answer, headers={REQUEST_ID_HEADER: visit.request_id})


def failure_response(failure: Failure, request_id: str | None = None) -> JSONResponse:
    """Return an error as a response."""
    headers = {REQUEST_ID_HEADER: request_id or new_id("req")}
    if failure.retry_after_header is not None:
        headers["retry-after"] = failure.retry_after_header
    is_too_large = failure.reason == "MESSAGE_TOO_LARGE"
    status = TOO_LARGE_STATUS if is_too_large else failure.http_status
    return JSONResponse(wire.failure_json(failure), status, headers)


def _choice(kind: type[E_], text: str, field: str) -> E_:
    try:
        return kind(text)
    except ValueError:
        names = ", ".join(str(member.value) for member in kind)
        raise InvalidArgumentError(f"{field} must be one of {names}", field=field) from None
