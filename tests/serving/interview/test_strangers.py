"""What somebody without rights is told about interviews, by a server that checks tokens."""

from collections.abc import Iterator

import grpc
import httpx
import pytest

from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceStub
from tests.support.grpc_attendances import Line, Request
from tests.support.server import ServerProcess
from tests.support.tokens import TokenMaker

PERSON = Request(hand_over=messages.HandOverWish(text="please"))


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> TokenMaker:
    return TokenMaker(tmp_path_factory.mktemp("tokens"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, maker: TokenMaker) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("guarded"), **maker.settings) as running:
        yield running


def as_(maker: TokenMaker, *roles: str, tenant: str = "default") -> dict[str, str]:
    return {"Authorization": f"Bearer {maker.token(*roles, tenant=tenant)}"}


@pytest.mark.parametrize(
    ("roles", "tenant", "hears_checks"),
    [((), "", False), (("interview_app",), "bank-b", False), (("interview_app",), "default", True)],
    ids=["attend token alone", "another bank", "the bank's app"],
)
async def test_only_the_bank_s_own_app_hears_what_was_found(
    guarded: ServerProcess,
    maker: TokenMaker,
    roles: tuple[str, ...],
    tenant: str,
    hears_checks: bool,
) -> None:
    """Whoever held an attend token learnt over gRPC all that the page keeps from him."""
    people = {"product": "account", "participants": [{"role": "CUSTOMER"}]}
    url = f"http://{guarded.http}"
    async with httpx.AsyncClient(base_url=url, headers=as_(maker, "interview_app")) as app:
        made = (await app.post("/v1/interviews", json=people)).json()
    shown = tuple((key.lower(), value) for key, value in as_(maker, *roles, tenant=tenant).items())
    async with grpc.aio.insecure_channel(guarded.grpc) as channel:
        line = Line(InterviewServiceStub(channel), shown if roles else ())
        await line.open(attend_token=made["accesses"][0]["attend_token"])
        await line.send(PERSON)
        verdict = (await line.until(lambda one: one.HasField("verdict"))).verdict
    assert verdict.state == interview_pb2.REVIEW
    assert verdict.reasons[0].code == "ASKED_FOR_PERSON"
    assert bool(verdict.checks) is hears_checks
