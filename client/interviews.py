"""The client's calls about cases; `SmartBranchClient.attend` carries one participant."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence

import grpc

from client import interview_wire as wire
from client.attend_types import InterviewState
from client.connection import Connection
from client.errors import to_api_error
from client.interview_types import (
    Interview,
    InterviewAccess,
    InterviewReceipt,
    NewInterview,
    NewParticipant,
)
from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.kyc.v1 import interview_service_pb2 as messages
from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceStub

PAGE_SIZE = 100


class InterviewCalls:
    """Opens, shows and decides cases; every call raises ApiError.

    name: `tenants/{tenant}/interviews/{interview}`. request_id: the caller's own, so that the same
    request again does no more; a new one is made without.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stub = InterviewServiceStub(connection.channel)

    async def create(
        self,
        product: str,
        participants: Sequence[NewParticipant],
        *,
        external_id: str = "",
        request_id: str = "",
    ) -> NewInterview:
        """Open a case. Tokens are shown once; the same request again gives new ones."""
        request = messages.CreateInterviewRequest(
            product=product,
            participants=[wire.invitation_to(one) for one in participants],
            external_id=external_id,
            request_id=request_id or _request_id(),
        )
        made = await self._connection.call(self._stub.CreateInterview, request)
        accesses = tuple(wire.access_from(one) for one in made.accesses)
        return NewInterview(wire.interview_from(made.interview), accesses)

    async def get(self, name: str) -> Interview:
        """Return one case."""
        request = messages.GetInterviewRequest(name=name)
        answer = await self._connection.call(self._stub.GetInterview, request)
        return wire.interview_from(answer.interview)

    async def list(self, state: InterviewState | None = None) -> AsyncIterator[Interview]:
        """Yield cases, newest first, without what was found."""
        request = messages.ListInterviewsRequest(page_size=PAGE_SIZE)
        if state is not None:
            request.state = interview_pb2.InterviewState.Value(state.value)
        while True:
            page = await self._connection.call(self._stub.ListInterviews, request)
            for interview in page.interviews:
                yield wire.interview_from(interview)
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    async def invite(
        self, name: str, participant: NewParticipant, *, request_id: str = ""
    ) -> InterviewAccess:
        """Add a participant, also in the middle of a case; return the way in."""
        request = messages.InviteParticipantRequest(
            name=name,
            participant=wire.invitation_to(participant),
            request_id=request_id or _request_id(),
        )
        answer = await self._connection.call(self._stub.InviteParticipant, request)
        return wire.access_from(answer.access)

    async def hand_over(self, name: str, text: str = "", *, request_id: str = "") -> Interview:
        """Give a case to a person, whatever state it is in."""
        request = messages.HandOverInterviewRequest(
            name=name, text=text, request_id=request_id or _request_id()
        )
        answer = await self._connection.call(self._stub.HandOverInterview, request)
        return wire.interview_from(answer.interview)

    async def review(
        self, name: str, approved: bool, reason: str, *, request_id: str = ""
    ) -> Interview:
        """Approve or reject a case that is in review."""
        request = messages.ReviewInterviewRequest(
            name=name, approved=approved, reason=reason, request_id=request_id or _request_id()
        )
        answer = await self._connection.call(self._stub.ReviewInterview, request)
        return wire.interview_from(answer.interview)

    async def hold(self, name: str, held: bool, reason: str, *, request_id: str = "") -> Interview:
        """Set or end a legal hold."""
        request = messages.HoldInterviewRequest(
            name=name, held=held, reason=reason, request_id=request_id or _request_id()
        )
        answer = await self._connection.call(self._stub.HoldInterview, request)
        return wire.interview_from(answer.interview)

    async def erase(self, name: str, reason: str, *, request_id: str = "") -> InterviewReceipt:
        """Forget a case; return the receipt."""
        request = messages.EraseInterviewRequest(
            name=name, reason=reason, request_id=request_id or _request_id()
        )
        answer = await self._connection.call(self._stub.EraseInterview, request)
        return wire.receipt_from(answer.receipt)

    async def export_evidence(self, name: str, *, request_id: str = "") -> AsyncIterator[bytes]:
        """Yield the evidence pack of a case in parts.

        Raises ValueError behind the last one if they are not what the server sent.
        """
        request = messages.ExportEvidenceRequest(name=name, request_id=request_id or _request_id())
        call = self._stub.ExportEvidence(request, metadata=self._connection.metadata)
        digest, said = hashlib.sha256(), ""
        try:
            async for part in call:
                digest.update(part.data)
                said = part.sha256 or said
                if part.data:
                    yield part.data
        except grpc.aio.AioRpcError as error:
            raise to_api_error(error) from error
        finally:
            call.cancel()
        if said != digest.hexdigest():
            raise ValueError("the evidence pack did not arrive whole; ask for it again")


def _request_id() -> str:
    return f"cli-{secrets.token_hex(16)}"
