"""The JSON twin of CheckImage and CheckClip, for pages and scripts."""

import os
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from media.containers import is_clip
from serving.caller import Caller
from serving.deepfake.books import ClipForgery, ImageForgery
from serving.deepfake.desk import ClipDesk
from serving.deepfake.service import DeepfakeService
from serving.deepfake.spool import Spool
from serving.gate import current_request_id
from serving.http import deepfake_wire, wire
from serving.http.answers import Answering, choice
from serving.http.upload import file_in, flag_in, read_form, text_in, while_connected
from serving.settings import ServerSettings
from vision.analysis import Select

CHECK = "smartbranch.deepfake.v1.DeepfakeService/CheckClip"
MEMORY_BYTES = 1024 * 1024
FORM_HEAD_BYTES = 64 * 1024


class DeepfakeRoutes:
    """POST /v1/deepfake:check; what the file is, its first bytes say."""

    def __init__(self, answering: Answering, clips: ClipDesk, settings: ServerSettings) -> None:
        self._answering = answering
        self._clips = clips
        self._settings = settings

    def router(self) -> APIRouter:
        """Return the route."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/deepfake:check", self.check, methods=["POST"])
        return router

    async def check(self, request: Request) -> Response:
        """Answer whether the form's `file`, a picture or a clip, is what a camera saw."""
        return await self._answering.answer(request, CHECK, self._check)

    async def _check(self, request: Request, caller: Caller) -> wire.Json:
        services, settings = self._answering.services, self._settings
        request_id = current_request_id()
        max_bytes = max(settings.clip_max_bytes, settings.max_picture_bytes)
        form_bytes = max_bytes + FORM_HEAD_BYTES
        async with (
            self._clips.clip(caller),
            read_form(
                *(request, form_bytes, settings.clip_limit_s, MEMORY_BYTES),
                silence_s=settings.clip_silence_s,
            ) as form,
        ):
            wants_heat = flag_in(form, "heat_map")
            select = choice(Select, text_in(form, "selection", "single"), "selection")
            with _spool_of(file_in(form, "file"), max_bytes) as spool:

                def judge(path: Path) -> ClipForgery | ImageForgery:
                    if is_clip(path):
                        return _check_file(services.deepfake, caller, path, wants_heat, request_id)
                    picture = _head_of(path, settings.max_picture_bytes + 1)
                    return services.deepfake.check_image(
                        caller, picture, select, wants_heat, request_id
                    )

                found = await while_connected(request, self._clips.check(spool, judge))
        return deepfake_wire.found_json(found, services.facts_of)


def _check_file(
    service: DeepfakeService, caller: Caller, path: Path, wants_heat: bool, request_id: str
) -> ClipForgery:
    """Judge a clip; one that ends without an answer leaves a line as well."""
    try:
        return service.check_file(caller, path, wants_heat, request_id)
    except Exception as error:
        service.give_up(caller, None, error, request_id)
        raise


def _spool_of(part: UploadFile, max_bytes: int) -> Spool:
    """Return the part's file as one that outlives the form."""
    return Spool(max_bytes, os.fdopen(os.dup(part.file.fileno()), "rb"))


def _head_of(path: Path, size: int) -> bytes:
    """Return so many bytes: one more than is decoded, so that the decoder refuses the rest."""
    with path.open("rb") as file:
        return file.read(size)
