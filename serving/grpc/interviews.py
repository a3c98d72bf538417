"""The servicer of InterviewService: messages in, messages out, no logic."""

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from base.ids import InterviewName
from protos.smartbranch.kyc.v1 import attend_pb2, interview_pb2, interview_service_pb2_grpc
from protos.smartbranch.kyc.v1 import interview_service_pb2 as messages
from serving.assembly import Services
from serving.galleries.types import Receipt
from serving.gate import current_caller
from serving.grpc import interview_wire as wire
from serving.grpc.desk import Desk
from serving.grpc.wire import tenant_of
from serving.interview.attend import InterviewRunner
from serving.interview.types import CaseView

Context = ServicerContext[Any, Any]


class InterviewServicer(interview_service_pb2_grpc.InterviewServiceServicer):
    """Answers everything about cases."""

    def __init__(self, desk: Desk, attend: InterviewRunner) -> None:
        self._desk = desk
        self._attend = attend

    def Attend(
        self, request_iterator: AsyncIterator[attend_pb2.AttendRequest], context: Context
    ) -> AsyncIterator[attend_pb2.AttendResponse]:
        """Carry one participant."""
        return self._attend.run(request_iterator, current_caller())

    async def CreateInterview(
        self, request: messages.CreateInterviewRequest, context: Context
    ) -> messages.CreateInterviewResponse:
        """Open a case."""
        caller = current_caller()
        tenant_of(request.parent, caller)
        people = [wire.invitation_of(one) for one in request.participants]
        opened = await self._desk.run(
            context,
            lambda services: services.interviews.create_interview(
                caller, request.product, people, request.external_id, request.request_id
            ),
        )
        return messages.CreateInterviewResponse(
            interview=wire.interview_message(opened.case),
            accesses=[wire.access_message(one) for one in opened.accesses],
        )

    async def GetInterview(
        self, request: messages.GetInterviewRequest, context: Context
    ) -> messages.GetInterviewResponse:
        """Return one case."""
        caller, name = current_caller(), InterviewName.parse(request.name)

        def find(services: Services) -> interview_pb2.Interview:
            case = services.interviews.get_interview(caller, name)
            return wire.interview_message(case, services.models)

        return messages.GetInterviewResponse(interview=await self._desk.run(context, find))

    async def ListInterviews(
        self, request: messages.ListInterviewsRequest, context: Context
    ) -> messages.ListInterviewsResponse:
        """Return a page of cases."""
        caller = current_caller()
        tenant_of(request.parent, caller)
        state, size = wire.state_of(request.state), wire.page_size_of(request.page_size)
        page = await self._desk.run(
            context,
            lambda services: services.interviews.list_interviews(
                caller, state, size, request.page_token
            ),
        )
        return messages.ListInterviewsResponse(
            interviews=[wire.interview_message(case) for case in page.cases],
            next_page_token=page.next_page_token,
        )

    async def InviteParticipant(
        self, request: messages.InviteParticipantRequest, context: Context
    ) -> messages.InviteParticipantResponse:
        """Add a participant."""
        caller, name = current_caller(), InterviewName.parse(request.name)
        invitation = wire.invitation_of(request.participant)
        case, access = await self._desk.run(
            context,
            lambda services: services.interviews.invite_participant(
                caller, name, invitation, request.request_id
            ),
        )
        return messages.InviteParticipantResponse(
            interview=wire.interview_message(case), access=wire.access_message(access)
        )

    async def HandOverInterview(
        self, request: messages.HandOverInterviewRequest, context: Context
    ) -> messages.HandOverInterviewResponse:
        """Give a case to a person."""
        caller, name = current_caller(), InterviewName.parse(request.name)
        case = await self._desk.run(
            context,
            lambda services: services.interviews.hand_over_interview(
                caller, name, request.text, request.request_id
            ),
        )
        return messages.HandOverInterviewResponse(interview=wire.interview_message(case))

    async def ReviewInterview(
        self, request: messages.ReviewInterviewRequest, context: Context
    ) -> messages.ReviewInterviewResponse:
        """Approve or reject a case."""
        caller, name = current_caller(), InterviewName.parse(request.name)
        approved = wire.approval_of(request)

        def review(services: Services) -> CaseView:
            return services.interviews.review_interview(
                caller, name, approved, request.reason, request.request_id
            )

        case = await self._desk.run(context, review)
        return messages.ReviewInterviewResponse(interview=wire.interview_message(case))

    async def HoldInterview(
        self, request: messages.HoldInterviewRequest, context: Context
    ) -> messages.HoldInterviewResponse:
        """Set or end a legal hold."""
        caller, name = current_caller(), InterviewName.parse(request.name)
        held = wire.hold_of(request)

        def hold(services: Services) -> CaseView:
            return services.interviews.hold_interview(
                caller, name, held, request.reason, request.request_id
            )

        case = await self._desk.run(context, hold)
        return messages.HoldInterviewResponse(interview=wire.interview_message(case))

    async def ExportEvidence(
        self, request: messages.ExportEvidenceRequest, context: Context
    ) -> AsyncIterator[messages.ExportEvidenceResponse]:
        """Send the evidence of a case, in parts."""
        caller, name = current_caller(), InterviewName.parse(request.name)
        export = await self._desk.run(
            context,
            lambda services: services.interviews.evidence.export(caller, name, request.request_id),
        )
        parts = export.parts()
        while (data := await self._desk.run(context, lambda _: next(parts, None))) is not None:
            yield messages.ExportEvidenceResponse(data=data)
        yield messages.ExportEvidenceResponse(sha256=export.sha256)

    async def EraseInterview(
        self, request: messages.EraseInterviewRequest, context: Context
    ) -> messages.EraseInterviewResponse:
        """Forget a case."""
        caller, name = current_caller(), InterviewName.parse(request.name)

        def erase(services: Services) -> Receipt:
            evidence = services.interviews.evidence
            return evidence.erase(caller, name, request.reason, request.request_id)

        receipt = await self._desk.run(context, erase)
        return messages.EraseInterviewResponse(receipt=wire.receipt_message(receipt))
