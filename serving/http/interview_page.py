"""What the page of an interview asks before it attends: whom its link is for."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from serving.bridge import Bridge
from serving.gate import Visit
from serving.http.answers import Answering
from serving.http.body import read_json, text_of
from serving.http.guard import check_own_page
from serving.http.wire import Json
from serving.interview.types import Look
from serving.limits import Slots
from serving.settings import ServerSettings

LOOK = "interview.look"
MAX_LOOKS = 8
MAX_BYTES = 4096


class InterviewPageRoutes:
    """POST /v1/interviews:look.

    The token stands for whoever has the link, so nobody signs in; it comes in the body, where no
    log of addresses sees it.
    """

    def __init__(self, answering: Answering, bridge: Bridge, settings: ServerSettings) -> None:
        self._answering = answering
        self._bridge = bridge
        self._settings = settings
        self._slots = Slots(MAX_LOOKS, "looks at invitations")

    def router(self) -> APIRouter:
        """Return the route."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/interviews:look", self.look, methods=["POST"])
        return router

    async def look(self, request: Request) -> Response:
        """Answer what `attend_token` opens, without opening it."""

        async def work(_: Visit) -> Response:
            check_own_page(request)
            with self._slots.slot():
                return await self._look(request)

        return await self._answering.guarded(request, LOOK, work)

    async def _look(self, request: Request) -> Response:
        books = self._answering.services.attend.books
        body = await read_json(request, self._settings.receive_limit_s, MAX_BYTES)
        token = text_of(body, "attend_token")
        found = await self._bridge.run(lambda: books.look(token), self._settings.default_deadline_s)
        return JSONResponse(_json(found))


def _json(look: Look) -> Json:
    return {
        "state": look.state.value,
        "product": look.product,
        "role": look.role.value,
        "display_name": look.display_name,
    }
