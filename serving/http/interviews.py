"""The JSON twin of InterviewService, for the page of reviewers."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from base.ids import InterviewName
from kyc.states import State
from protos.smartbranch.kyc.v1 import interview_service_pb2 as messages
from serving.caller import Caller
from serving.grpc import interview_wire
from serving.grpc.wire import tenant_of
from serving.http.answers import Answering, choice
from serving.http.body import read_json
from serving.http.lobby_wire import message_json, read_message
from serving.http.query import number_of
from serving.http.wire import Json
from serving.interview.service import InterviewService
from serving.interview.types import CaseView
from serving.settings import ServerSettings

SERVICE = "smartbranch.kyc.v1.InterviewService"
MAX_BYTES = 32 * 1024
Doing = Callable[[InterviewService], CaseView]


class InterviewRoutes:
    """Cases: opened, listed, joined, handed over, reviewed, held and erased."""

    def __init__(self, answering: Answering, settings: ServerSettings) -> None:
        self._answering = answering
        self._limit_s = settings.receive_limit_s

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/interviews", self.create, methods=["POST"])
        router.add_api_route("/interviews", self.list_cases, methods=["GET"])
        case = "/interviews/{interview}"
        router.add_api_route(case, self.show, methods=["GET"])
        router.add_api_route(f"{case}:invite", self.invite, methods=["POST"])
        router.add_api_route(f"{case}:handOver", self.hand_over, methods=["POST"])
        router.add_api_route(f"{case}:review", self.review, methods=["POST"])
        router.add_api_route(f"{case}:hold", self.hold, methods=["POST"])
        router.add_api_route(f"{case}:erase", self.erase, methods=["POST"])
        return router

    @property
    def _interviews(self) -> InterviewService:
        return self._answering.services.interviews

    async def create(self, request: Request) -> Response:
        """Open a case; the answer alone has the ways in."""

        async def work(request: Request, caller: Caller) -> Json:
            asked = read_message(await self._body(request), messages.CreateInterviewRequest())
            tenant_of(asked.parent, caller)
            people = [interview_wire.invitation_of(one) for one in asked.participants]
            interviews = self._interviews
            opened = await self._answering.run(
                request,
                lambda: interviews.create_interview(
                    caller, asked.product, people, asked.external_id, asked.request_id
                ),
            )
            answer = messages.CreateInterviewResponse(
                interview=interview_wire.interview_message(opened.case),
                accesses=[interview_wire.access_message(one) for one in opened.accesses],
            )
            return message_json(answer)

        return await self._answering.answer_staff(request, f"{SERVICE}/CreateInterview", work)

    async def list_cases(self, request: Request) -> Response:
        """Answer with cases, newest first; of one `state` where it is given."""

        async def work(request: Request, caller: Caller) -> Json:
            named = request.query_params.get("state")
            state = None if named is None else choice(State, named, "state")
            size = number_of(request, "page_size", interview_wire.DEFAULT_PAGE_SIZE)
            token = request.query_params.get("page_token", "")
            interviews = self._interviews
            page = await self._answering.run(
                request, lambda: interviews.list_interviews(caller, state, size, token)
            )
            answer = messages.ListInterviewsResponse(
                interviews=[interview_wire.interview_message(case) for case in page.cases],
                next_page_token=page.next_page_token,
            )
            return message_json(answer)

        # The page asks by itself, so it is no use that keeps a sign-in alive.
        method = f"{SERVICE}/ListInterviews"
        return await self._answering.answer_staff(request, method, work, is_use=False)

    async def show(self, request: Request, interview: str) -> Response:
        """Answer with one case."""

        async def work(request: Request, caller: Caller) -> Json:
            interviews, name = self._interviews, InterviewName(caller.tenant, interview)
            case = await self._answering.run(
                request, lambda: interviews.get_interview(caller, name)
            )
            found = interview_wire.interview_message(case)
            return message_json(messages.GetInterviewResponse(interview=found))

        # As above: an open case asks by itself.
        method = f"{SERVICE}/GetInterview"
        return await self._answering.answer_staff(request, method, work, is_use=False)

    async def invite(self, request: Request, interview: str) -> Response:
        """Add a participant; the answer alone has the way in."""

        async def work(request: Request, caller: Caller) -> Json:
            asked = read_message(await self._body(request), messages.InviteParticipantRequest())
            invitation = interview_wire.invitation_of(asked.participant)
            interviews, name = self._interviews, InterviewName(caller.tenant, interview)
            case, access = await self._answering.run(
                request,
                lambda: interviews.invite_participant(caller, name, invitation, asked.request_id),
            )
            answer = messages.InviteParticipantResponse(
                interview=interview_wire.interview_message(case),
                access=interview_wire.access_message(access),
            )
            return message_json(answer)

        return await self._answering.answer_staff(request, f"{SERVICE}/InviteParticipant", work)

    async def hand_over(self, request: Request, interview: str) -> Response:
        """Give a case to a person."""

        async def work(request: Request, caller: Caller) -> Json:
            asked = read_message(await self._body(request), messages.HandOverInterviewRequest())
            name = InterviewName(caller.tenant, interview)
            return await self._change(
                request,
                lambda service: service.hand_over_interview(
                    caller, name, asked.text, asked.request_id
                ),
            )

        return await self._answering.answer_staff(request, f"{SERVICE}/HandOverInterview", work)

    async def review(self, request: Request, interview: str) -> Response:
        """Approve or reject a case."""

        async def work(request: Request, caller: Caller) -> Json:
            asked = read_message(await self._body(request), messages.ReviewInterviewRequest())
            approved = interview_wire.approval_of(asked)
            name = InterviewName(caller.tenant, interview)
            return await self._change(
                request,
                lambda service: service.review_interview(
                    caller, name, approved, asked.reason, asked.request_id
                ),
            )

        return await self._answering.answer_staff(request, f"{SERVICE}/ReviewInterview", work)

    async def hold(self, request: Request, interview: str) -> Response:
        """Set or end a legal hold."""

        async def work(request: Request, caller: Caller) -> Json:
            asked = read_message(await self._body(request), messages.HoldInterviewRequest())
            held, name = interview_wire.hold_of(asked), InterviewName(caller.tenant, interview)
            return await self._change(
                request,
                lambda service: service.hold_interview(
                    caller, name, held, asked.reason, asked.request_id
                ),
            )

        return await self._answering.answer_staff(request, f"{SERVICE}/HoldInterview", work)

    async def erase(self, request: Request, interview: str) -> Response:
        """Erase a case; the answer says what there was of it."""

        async def work(request: Request, caller: Caller) -> Json:
            asked = read_message(await self._body(request), messages.EraseInterviewRequest())
            evidence, name = self._interviews.evidence, InterviewName(caller.tenant, interview)
            receipt = await self._answering.run(
                request, lambda: evidence.erase(caller, name, asked.reason, asked.request_id)
            )
            found = interview_wire.receipt_message(receipt)
            return message_json(messages.EraseInterviewResponse(receipt=found))

        return await self._answering.answer_staff(request, f"{SERVICE}/EraseInterview", work)

    async def _change(self, request: Request, doing: Doing) -> Json:
        interviews = self._interviews
        case = await self._answering.run(request, lambda: doing(interviews))
        # Every answer to a change has the case alone, under the same name.
        found = interview_wire.interview_message(case)
        return message_json(messages.ReviewInterviewResponse(interview=found))

    async def _body(self, request: Request) -> Json:
        return await read_json(request, self._limit_s, MAX_BYTES)
