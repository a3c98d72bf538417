"""Signing in and out of the pages, and who one is."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from serving.bridge import Bridge
from serving.caller import Caller
from serving.gate import Visit
from serving.http.answers import Answering
from serving.http.body import read_json, text_of
from serving.http.guard import check_own_page
from serving.http.staff_door import COOKIE, cookie_of
from serving.http.wire import Json
from serving.limits import Slots
from serving.permissions import STAFF_ME
from serving.settings import ServerSettings
from serving.staff.types import SignedIn

SIGN_IN, SIGN_OUT = "staff.sign_in", "staff.sign_out"
# Each takes 32 MiB and a core for a moment.
MAX_SIGN_INS = 4
MAX_BYTES = 4096


class StaffRoutes:
    """POST /v1/staff:signIn and /v1/staff:signOut, GET /v1/staff/me."""

    def __init__(self, answering: Answering, bridge: Bridge, settings: ServerSettings) -> None:
        self._answering = answering
        self._bridge = bridge
        self._settings = settings
        self._slots = Slots(MAX_SIGN_INS, "sign-ins")

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/staff:signIn", self.sign_in, methods=["POST"])
        router.add_api_route("/staff:signOut", self.sign_out, methods=["POST"])
        router.add_api_route("/staff/me", self.me, methods=["GET"])
        return router

    async def sign_in(self, request: Request) -> Response:
        """Sign in with `name` and `password`; the cookie of the answer stands for it."""

        async def work(visit: Visit) -> Response:
            check_own_page(request)
            with self._slots.slot():
                return await self._sign_in(request, visit)

        return await self._answering.guarded(request, SIGN_IN, work)

    async def sign_out(self, request: Request) -> Response:
        """End the sign-in that the cookie stands for."""

        async def work(visit: Visit) -> Response:
            check_own_page(request)
            staff, cookie = self._answering.services.staff, cookie_of(request)
            await self._bridge.run(
                lambda: staff.sign_out(cookie), self._settings.default_deadline_s
            )
            response = JSONResponse({})
            response.delete_cookie(COOKIE, httponly=True, samesite="strict")
            return response

        return await self._answering.guarded(request, SIGN_OUT, work)

    async def me(self, request: Request) -> Response:
        """Answer who is signed in, and which branches that is good for."""
        return await self._answering.answer_staff(request, STAFF_ME, self._me, is_use=False)

    async def _sign_in(self, request: Request, visit: Visit) -> Response:
        staff, former = self._answering.services.staff, cookie_of(request)
        body = await read_json(request, self._settings.receive_limit_s, MAX_BYTES)
        name, password = text_of(body, "name"), text_of(body, "password")
        address = request.client.host if request.client else ""
        signed_in = await self._bridge.run(
            lambda: staff.sign_in(name, password, address, former),
            self._settings.default_deadline_s,
        )
        visit.caller = signed_in.account.caller
        response = JSONResponse(self._who(visit.caller))
        _set_cookie(response, request, signed_in, self._settings)
        return response

    async def _me(self, _: Request, caller: Caller) -> Json:
        return self._who(caller)

    def _who(self, caller: Caller) -> Json:
        lobby = self._answering.services.lobby
        branches = () if lobby is None else lobby.branches_of(caller)
        return {
            "name": caller.subject,
            "tenant": caller.tenant,
            "roles": sorted(role.value for role in caller.roles),
            "branch": caller.branch,
            "duties": sorted(caller.duties),
            "branches": [
                {
                    "id": branch.id,
                    "display_name": branch.display_name,
                    "time_zone": branch.time_zone.key,
                }
                for branch in branches
            ],
        }


def _set_cookie(
    response: Response, request: Request, signed_in: SignedIn, settings: ServerSettings
) -> None:
    response.set_cookie(
        COOKIE,
        signed_in.cookie,
        max_age=round(settings.staff_session_hours * 3600),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
