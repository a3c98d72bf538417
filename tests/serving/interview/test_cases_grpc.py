"""Cases over gRPC, with the client that banks use, and from the command line."""

import io
import json
from collections.abc import AsyncIterator

import grpc
import pytest
from typer.testing import CliRunner

from cli.interview import app
from client import ApiError, SmartBranchClient
from client.attend_types import InterviewState
from client.errors import to_api_error
from client.interview_types import NewParticipant, ParticipantRole
from kyc.evidence.verify import verify_file
from protos.smartbranch.kyc.v1 import interview_service_pb2 as messages
from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceStub
from tests.support.server import ServerProcess

CUSTOMER = NewParticipant(ParticipantRole.CUSTOMER, "Li Hua")
SERVICE = "smartbranch.kyc.v1.InterviewService"


@pytest.fixture
async def stub(server: ServerProcess) -> AsyncIterator[InterviewServiceStub]:
    async with grpc.aio.insecure_channel(server.grpc) as channel:
        yield InterviewServiceStub(channel)


async def test_the_service_has_a_health_of_its_own(client: SmartBranchClient) -> None:
    assert await client.is_serving(SERVICE)


async def test_a_case_goes_from_its_creation_to_its_erasure(client: SmartBranchClient) -> None:
    made = await client.interviews.create("loan", [CUSTOMER], external_id="case-7")
    name = made.interview.name
    assert made.interview.state is InterviewState.CREATED
    assert made.interview.reviewer_count == 2
    assert made.accesses[0].page_path == f"/interview/{made.accesses[0].attend_token}"
    assert "case-7" not in repr(made)
    assert made.accesses[0].attend_token not in repr(made)
    access = await client.interviews.invite(name, NewParticipant(ParticipantRole.GUARANTOR))
    assert access.participant == f"{name}/participants/p2"
    handed = await client.interviews.hand_over(name, "The customer cannot use a camera.")
    assert (handed.state, handed.hand_over_reason) == (InterviewState.REVIEW, "ASKED_BY_STAFF")
    reviewed = await client.interviews.review(name, True, "seen at the counter")
    assert reviewed.state is InterviewState.REVIEW
    with pytest.raises(ApiError, match="REVIEWED_BEFORE"):
        await client.interviews.review(name, True, "seen again")
    found = await client.interviews.get(name)
    assert [one.state for one in found.participants] == [InterviewState.REVIEW] * 2
    assert found.details["transitions"][-1]["move"] == "HAND_OVER"
    assert [one.reason for one in found.reviews] == ["seen at the counter"]
    listed = [one.name async for one in client.interviews.list(InterviewState.REVIEW)]
    assert name in listed
    pack = b"".join([part async for part in client.interviews.export_evidence(name)])
    assert verify_file(io.BytesIO(pack)).ok
    await client.interviews.hold(name, True, "a court asks")
    with pytest.raises(ApiError, match="INTERVIEW_HELD"):
        await client.interviews.erase(name, "asked by the customer")
    await client.interviews.hold(name, False, "it is over")
    receipt = await client.interviews.erase(name, "asked by the customer")
    assert receipt.name == name
    assert sum(one.erased_count for one in receipt.stores) > 0
    with pytest.raises(ApiError, match="INTERVIEW_NOT_FOUND"):
        await client.interviews.get(name)


async def test_the_same_request_is_the_same_case(client: SmartBranchClient) -> None:
    first = await client.interviews.create("account", [CUSTOMER], request_id="same-1")
    again = await client.interviews.create("account", [CUSTOMER], request_id="same-1")
    assert first.interview.name == again.interview.name
    assert first.accesses[0].attend_token != again.accesses[0].attend_token
    with pytest.raises(ApiError, match="REQUEST_ID_REUSED"):
        await client.interviews.create("loan", [CUSTOMER], request_id="same-1")


WRONG = {
    "no product": (messages.CreateInterviewRequest(), "PRODUCT_NOT_FOUND"),
    "no role": (
        messages.CreateInterviewRequest(
            product="account", participants=[messages.ParticipantInvitation()]
        ),
        "ARGUMENT_INVALID",
    ),
    "another tenant": (
        messages.CreateInterviewRequest(parent="tenants/other", product="account"),
        "ROLE_NOT_ALLOWED",
    ),
    "a name that is none": (messages.GetInterviewRequest(name="x"), "RESOURCE_NAME_INVALID"),
    "nothing decided": (
        messages.ReviewInterviewRequest(name="tenants/default/interviews/x", reason="why"),
        "ARGUMENT_INVALID",
    ),
    "no hold said": (
        messages.HoldInterviewRequest(name="tenants/default/interviews/x", reason="why"),
        "ARGUMENT_INVALID",
    ),
    "a page of no size": (messages.ListInterviewsRequest(page_size=-1), "ARGUMENT_INVALID"),
    "a state that is none": (
        messages.ListInterviewsRequest(state=77),  # type: ignore[arg-type]
        "ARGUMENT_INVALID",
    ),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_request_has_a_stable_reason(stub: InterviewServiceStub, case: str) -> None:
    request, reason = WRONG[case]
    call = getattr(stub, type(request).__name__.removesuffix("Request"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(request)
    assert to_api_error(caught.value).reason == reason


def test_the_command_line_opens_and_shows_a_case(server: ServerProcess) -> None:
    runner = CliRunner()

    def run(*words: str) -> dict[str, object]:
        result = runner.invoke(app, [*words, "--server", server.grpc, "--json"])
        assert result.exit_code == 0, result.output
        found: dict[str, object] = json.loads(result.stdout)
        return found

    made = run("create", "account", "--participant", "customer=Li Hua")
    name = str(made["name"])
    assert len(made["accesses"]) == 1  # type: ignore[arg-type]
    assert run("show", name.rpartition("/")[2])["state"] == "CREATED"
    assert run("hand-over", name, "--text", "by telephone")["state"] == "REVIEW"
    decided = run("review", name, "--reject", "--reason", "nobody came")
    assert decided["state"] == "REJECTED"
    assert name in json.dumps(run("list", "--state", "rejected"))
