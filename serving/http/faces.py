"""The JSON twins of DetectFaces and VerifyFaces, for the page."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from serving.caller import Caller
from serving.gate import current_request_id
from serving.http import wire
from serving.http.answers import Answering, choice
from serving.http.upload import picture_in, rate_in, text_in
from vision.analysis import Select
from vision.detection import Profile
from vision.match import DEFAULT_TARGET_FMR

DETECT = "smartbranch.vision.v1.FaceService/DetectFaces"
VERIFY = "smartbranch.vision.v1.FaceService/VerifyFaces"


class FaceRoutes:
    """POST /v1/faces:detect and /v1/faces:verify."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/faces:detect", self.detect, methods=["POST"])
        router.add_api_route("/faces:verify", self.verify, methods=["POST"])
        return router

    async def detect(self, request: Request) -> Response:
        """Answer with the faces of the form's `picture`."""
        return await self._answering.answer(request, DETECT, self._detect)

    async def verify(self, request: Request) -> Response:
        """Answer whether the form's `reference` and `probe` show one person."""
        return await self._answering.answer(request, VERIFY, self._verify)

    async def _detect(self, request: Request, caller: Caller) -> wire.Json:
        services = self._answering.services
        async with self._answering.form(request) as form:
            picture = await picture_in(form, "picture")
            profile = choice(Profile, text_in(form, "profile", "portrait"), "profile")
        found = await self._answering.run(
            request, lambda: services.faces.detect(caller, picture, profile)
        )
        return wire.detection_json(found, services.detector)

    async def _verify(self, request: Request, caller: Caller) -> wire.Json:
        services = self._answering.services
        request_id = current_request_id()
        async with self._answering.form(request) as form:
            reference = await picture_in(form, "reference")
            probe = await picture_in(form, "probe")
            target_fmr = rate_in(form, "target_fmr", DEFAULT_TARGET_FMR)
            select = choice(Select, text_in(form, "selection", "single"), "selection")
        answer = await self._answering.run(
            request,
            lambda: services.faces.verify(caller, reference, probe, target_fmr, select, request_id),
        )
        return wire.verification_json(answer, services.embedder)
