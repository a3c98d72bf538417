"""The JSON twin of CheckImage, for pages and scripts."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from serving.caller import Caller
from serving.gate import current_request_id
from serving.http import wire
from serving.http.answers import Answering, choice
from serving.http.upload import picture_in, text_in
from vision.analysis import Select

CHECK = "smartbranch.liveness.v1.LivenessService/CheckImage"


class LivenessRoutes:
    """POST /v1/liveness:check."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def router(self) -> APIRouter:
        """Return the route."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/liveness:check", self.check, methods=["POST"])
        return router

    async def check(self, request: Request) -> Response:
        """Answer whether the form's `picture` shows a living person."""
        return await self._answering.answer(request, CHECK, self._check)

    async def _check(self, request: Request, caller: Caller) -> wire.Json:
        services = self._answering.services
        request_id = current_request_id()
        async with self._answering.form(request) as form:
            picture = await picture_in(form, "picture")
            select = choice(Select, text_in(form, "selection", "single"), "selection")
        found = await self._answering.run(
            request, lambda: services.liveness.check_image(caller, picture, select, request_id)
        )
        return wire.check_json(found, services.facts_of)
