"""How a JSON call is answered: admitted, read, worked on while somebody waits, put into words."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from enum import Enum
from typing import TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import FormData

from base.errors import InvalidArgumentError
from base.ids import new_id
from serving.assembly import Services
from serving.bridge import Bridge
from serving.caller import Caller
from serving.failures import Failure
from serving.gate import REQUEST_ID_HEADER, Gate, Visit
from serving.http import wire
from serving.http.guard import check_origin
from serving.http.staff_door import StaffDoor
from serving.http.upload import read_form, while_connected
from serving.readiness import Readiness
from serving.settings import ServerSettings

TOO_LARGE_STATUS = 413
E_ = TypeVar("E_", bound=Enum)
T = TypeVar("T")
Work = Callable[[Request, Caller], Awaitable[wire.Json]]
Responding = Callable[[Request, Caller], Awaitable[Response]]
Admitting = Callable[[Request, str], Awaitable[Caller]]


class Answering:
    """What every JSON call shares; same gate, threads and services as gRPC."""

    def __init__(
        self, settings: ServerSettings, gate: Gate, readiness: Readiness, bridge: Bridge
    ) -> None:
        self._settings = settings
        self._gate = gate
        self._readiness = readiness
        self._bridge = bridge
        self.door = StaffDoor(settings, gate, readiness, bridge)

    @property
    def services(self) -> Services:
        """The services. Raises StartingError."""
        return self._readiness.services()

    def form(self, request: Request) -> AbstractAsyncContextManager[FormData]:
        """Read the request's form, within limits."""
        settings = self._settings
        return read_form(request, settings.max_message_bytes, settings.receive_limit_s)

    async def run(self, request: Request, function: Callable[[], T]) -> T:
        """Run blocking work for as long as somebody waits for it."""
        limit_s = self._settings.default_deadline_s
        return await while_connected(request, self._bridge.run(function, limit_s))

    async def answer(self, request: Request, method: str, work: Work) -> Response:
        """Answer one call behind the gate, with JSON."""
        return await self.respond(request, method, self._admit, _with_json(work))

    async def answer_staff(
        self, request: Request, method: str, work: Work, *, is_use: bool = True
    ) -> Response:
        """Answer one call of somebody who is signed in, or shows a token, with JSON.

        is_use: somebody does something, so that the sign-in is not idle.
        """
        return await self.respond(request, method, self.door.opener(is_use), _with_json(work))

    async def respond(
        self,
        request: Request,
        method: str,
        admit: Admitting,
        work: Responding,
        *,
        is_bounded: bool = False,
    ) -> Response:
        """Answer one call behind the gate with whatever `work` returns.

        is_bounded: the work has a limit of its own, so it takes none of the places for requests.
        """

        async def answer(visit: Visit) -> Response:
            visit.caller = await admit(request, method)
            with nullcontext() if is_bounded else self._gate.working():
                return await work(request, visit.caller)

        return await self.guarded(request, method, answer)

    async def guarded(
        self, request: Request, method: str, work: Callable[[Visit], Awaitable[Response]]
    ) -> Response:
        """Account for one call and put what went wrong into words; `work` admits the caller."""
        visit = None
        try:
            with self._gate.visit(method) as visit:
                check_origin(request)
                self._gate.check_open()
                response = await work(visit)
        except Exception:
            # The gate has noted and logged it; the caller gets the failure that it noted.
            if visit is None or visit.failure is None:
                raise
            return failure_response(visit.failure, visit.request_id)
        response.headers[REQUEST_ID_HEADER] = visit.request_id
        return response

    async def _admit(self, request: Request, method: str) -> Caller:
        return self._gate.admit(method, request.headers.get("authorization"), None)


def _with_json(work: Work) -> Responding:
    async def respond(request: Request, caller: Caller) -> Response:
        return JSONResponse(await work(request, caller))

    return respond


def failure_response(failure: Failure, request_id: str | None = None) -> JSONResponse:
    """Return an error as a response."""
    headers = {REQUEST_ID_HEADER: request_id or new_id("req")}
    if failure.retry_after_header is not None:
        headers["retry-after"] = failure.retry_after_header
    is_too_large = failure.reason == "MESSAGE_TOO_LARGE"
    status = TOO_LARGE_STATUS if is_too_large else failure.http_status
    return JSONResponse(wire.failure_json(failure), status, headers)


def choice(kind: type[E_], text: str, field: str) -> E_:
    """Return the member that a field names. Raises InvalidArgumentError."""
    try:
        return kind(text)
    except ValueError:
        names = ", ".join(str(member.value) for member in kind)
        raise InvalidArgumentError(f"{field} must be one of {names}", field=field) from None
