"""Cases that a test opens on a real server."""

from protos.smartbranch.kyc.v1 import interview_pb2, interview_service_pb2_grpc
from protos.smartbranch.kyc.v1 import interview_service_pb2 as calls

Stub = interview_service_pb2_grpc.InterviewServiceStub


def invite(stub: Stub) -> calls.CreateInterviewResponse:
    """Open a case for one customer."""
    invited = calls.ParticipantInvitation(
        role=interview_pb2.CUSTOMER, display_name="Customer of the test"
    )
    return stub.CreateInterview(
        calls.CreateInterviewRequest(product="short", participants=[invited])
    )
