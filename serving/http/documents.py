"""The JSON twin of ReadIdDocument, for pages and scripts."""

import base64

from fastapi import APIRouter, Request
from fastapi.responses import Response

from media.pictures import encode_jpeg
from serving.assembly import Services
from serving.caller import Caller
from serving.documents.answers import reading_json
from serving.documents.desk import ReadingDesk
from serving.documents.service import ReadDocument
from serving.gate import current_request_id
from serving.http import wire
from serving.http.answers import Answering
from serving.http.upload import flag_in, picture_in, rate_in, while_connected
from vision.match import DEFAULT_TARGET_FMR

READ = "smartbranch.vision.v1.DocumentService/ReadIdDocument"
PICTURES = ("picture", "back_picture", "live_picture")


class DocumentRoutes:
    """POST /v1/documents:read."""

    def __init__(self, answering: Answering, reading: ReadingDesk) -> None:
        self._answering = answering
        self._reading = reading

    def router(self) -> APIRouter:
        """Return the route."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/documents:read", self.read, methods=["POST"])
        return router

    async def read(self, request: Request) -> Response:
        """Answer with what the form's `picture` and `back_picture` say."""
        return await self._answering.answer(request, READ, self._read)

    async def _read(self, request: Request, caller: Caller) -> wire.Json:
        services = self._answering.services
        request_id = current_request_id()
        async with self._answering.form(request) as form:
            picture = await picture_in(form, "picture")
            back, live = [
                await picture_in(form, name) if name in form else None for name in PICTURES[1:]
            ]
            target_fmr = rate_in(form, "target_fmr", DEFAULT_TARGET_FMR)
            wants_portrait = flag_in(form, "wants_portrait")

        def work() -> wire.Json:
            found = services.documents.read(caller, picture, back, live, target_fmr, request_id)
            return _answer_json(found, wants_portrait, services)

        return await while_connected(request, self._reading.run(caller, work))


def _answer_json(found: ReadDocument, wants_portrait: bool, services: Services) -> wire.Json:
    portrait = found.reading.portrait if wants_portrait else None
    match = found.match
    return {
        **reading_json(found.reading),
        "portrait": None if portrait is None else _base64(encode_jpeg(portrait)),
        "match": None if match is None else wire.verification_json(match, services.embedder),
        "models": [wire.model_json(facts) for facts in services.open_models.text_facts],
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
