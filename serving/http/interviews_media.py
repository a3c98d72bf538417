"""Pictures, recordings and evidence of cases, for reviewers and auditors."""

from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from base.clock import Clock
from base.errors import InvalidArgumentError
from base.ids import InterviewName
from serving.assembly import Services
from serving.bridge import Bridge
from serving.caller import Caller
from serving.gate import current_request_id
from serving.http.answers import Answering, Responding
from serving.http.interviews import SERVICE
from serving.http.query import whole_number
from serving.http.wire import Json
from serving.interview.evidence_export import EvidenceExport
from serving.interview.recording_types import RecordingIndex
from serving.interview.review_media import ReviewMedia
from serving.permissions import INTERVIEW_MEDIA
from serving.settings import ServerSettings

EXPORT: Final = f"{SERVICE}/ExportEvidence"
PERSON: Final = "/interviews/{interview}/participants/{participant}"
ZIP, JPEG, PNG, WAV = "application/zip", "image/jpeg", "image/png", "audio/wav"
_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


class InterviewMediaRoutes:
    """What was kept of a participant. A tenant sees its own; every look is audited."""

    def __init__(
        self, answering: Answering, bridge: Bridge, settings: ServerSettings, clock: Clock
    ) -> None:
        self._answering = answering
        self._bridge = bridge
        self._limit_s = settings.default_deadline_s
        self._clock = clock
        self._kept: tuple[Services, ReviewMedia] | None = None

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/interviews/{interview}/evidence", self.evidence, methods=["GET"])
        router.add_api_route(f"{PERSON}/pictures/{{picture}}", self.picture, methods=["GET"])
        recording = f"{PERSON}/recording"
        router.add_api_route(recording, self.recording, methods=["GET"])
        router.add_api_route(f"{recording}/pictures/{{sequence}}", self.frame, methods=["GET"])
        router.add_api_route(f"{recording}/sound", self.sound, methods=["GET"])
        return router

    async def evidence(self, request: Request, interview: str) -> Response:
        """Answer with the evidence pack of a case, a zip file."""

        async def work(request: Request, caller: Caller) -> Response:
            desk, name = self._answering.services.interviews.evidence, _name(caller, interview)
            request_id = current_request_id()
            export = await self._answering.run(
                request, lambda: desk.export(caller, name, request_id)
            )
            headers = {
                "content-disposition": f'attachment; filename="evidence-{interview}.zip"',
                "content-length": str(export.byte_count),
            }
            return StreamingResponse(self._parts(export), media_type=ZIP, headers=headers)

        return await self._answer(request, EXPORT, work)

    async def picture(
        self, request: Request, interview: str, participant: str, picture: str
    ) -> Response:
        """Answer with a kept picture, such as `face` or `event-3`."""

        async def work(request: Request, caller: Caller) -> Response:
            media, name = self._media, _name(caller, interview)
            found = await self._answering.run(
                request, lambda: media.picture(caller, name, participant, picture)
            )
            return Response(found, media_type=JPEG)

        return await self._answer(request, INTERVIEW_MEDIA, work)

    async def recording(self, request: Request, interview: str, participant: str) -> Response:
        """Answer with what the recording holds: pictures by number and time, spans of sound."""

        async def find(media: ReviewMedia, caller: Caller) -> Json:
            name = _name(caller, interview)
            index = await self._answering.run(
                request, lambda: media.index(caller, name, participant)
            )
            return _index_json(index)

        method = INTERVIEW_MEDIA
        return await self._answering.answer_staff(
            request, method, lambda _, caller: find(self._media, caller)
        )

    async def frame(
        self, request: Request, interview: str, participant: str, sequence: str
    ) -> Response:
        """Answer with one picture of the recording."""

        async def work(request: Request, caller: Caller) -> Response:
            media, name = self._media, _name(caller, interview)
            number = whole_number(sequence, "sequence")
            found = await self._answering.run(
                request, lambda: media.frame(caller, name, participant, number)
            )
            return Response(found, media_type=PNG if found.startswith(_PNG_SIGNATURE) else JPEG)

        return await self._answer(request, INTERVIEW_MEDIA, work)

    async def sound(self, request: Request, interview: str, participant: str) -> Response:
        """Answer with the sound between `start_s` and `end_s`, at most 60 s of it."""

        async def work(request: Request, caller: Caller) -> Response:
            media, name = self._media, _name(caller, interview)
            start_s, end_s = _seconds_of(request, "start_s"), _seconds_of(request, "end_s")
            found = await self._answering.run(
                request, lambda: media.sound(caller, name, participant, start_s, end_s)
            )
            return Response(found, media_type=WAV)

        return await self._answer(request, INTERVIEW_MEDIA, work)

    @property
    def _media(self) -> ReviewMedia:
        services = self._answering.services
        if self._kept is None or self._kept[0] is not services:
            cases = services.interviews
            media = ReviewMedia(
                cases.views, cases.books.key_of, cases.files, services.audit, self._clock
            )
            self._kept = services, media
        return self._kept[1]

    async def _answer(self, request: Request, method: str, work: Responding) -> Response:
        return await self._answering.respond(request, method, self._answering.door.opener(), work)

    async def _parts(self, export: EvidenceExport) -> AsyncIterator[bytes]:
        parts = export.parts()
        while part := await self._bridge.run(lambda: next(parts, b""), self._limit_s, is_step=True):
            yield part


def _name(caller: Caller, interview: str) -> InterviewName:
    return InterviewName(caller.tenant, interview)


def _index_json(index: RecordingIndex) -> Json:
    return {
        "start_time": None if index.started_at is None else index.started_at.isoformat(),
        "end_time": None if index.ended_at is None else index.ended_at.isoformat(),
        "pictures": [
            {"sequence": one.sequence, "offset_s": round(one.offset_s, 3), "track": one.track}
            for one in index.pictures
        ],
        "sounds": [
            {"start_s": round(span.start_s, 3), "end_s": round(span.end_s, 3)}
            for span in index.sounds
        ],
    }


def _seconds_of(request: Request, name: str) -> float:
    """Return a number of seconds. Raises InvalidArgumentError."""
    text = request.query_params.get(name, "")
    try:
        return float(text)
    except ValueError:
        raise InvalidArgumentError(f"{name} must be a number of seconds", field=name) from None
