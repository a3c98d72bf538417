"""Roles and tenants: who may check, and whose clip is whose."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import grpc
import pytest

from base.errors import RoleNotAllowedError
from client.errors import to_api_error
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from protos.smartbranch.deepfake.v1.deepfake_service_pb2_grpc import DeepfakeServiceStub
from serving.audit.types import Outcome
from serving.caller import Caller, Role
from serving.grpc.server import DEEPFAKE
from serving.permissions import check_role
from tests.support.grpc_clips import ask, chunks, chunks_config, end, reason_of
from tests.support.liveness import serving_scripted
from tests.support.tokens import TokenMaker


def bearer(token: str) -> dict[str, Any]:
    return {"metadata": (("authorization", f"Bearer {token}"),)}


async def test_a_clip_is_its_caller_s_and_nobody_else_learns_that_it_is_there(
    tmp_path: Path,
) -> None:
    maker = TokenMaker(tmp_path)
    settings: dict[str, Any] = maker.settings
    app = bearer(maker.token("interview_app", tenant="bank-a"))
    second = bearer(maker.token("interview_app", tenant="bank-a", sub="teller-8"))
    other = bearer(maker.token("interview_app", tenant="bank-b"))
    async with (
        serving_scripted(tmp_path, **settings) as server,
        grpc.aio.insecure_channel(server.grpc) as channel,
    ):
        stub: Any = DeepfakeServiceStub(channel)
        opened = await stub.OpenClip(messages.OpenClipRequest(parent="tenants/bank-a"), **app)
        assert opened.clip.startswith("tenants/bank-a/deepfakeClips/")
        sent = [chunks_config(clip=opened.clip), *chunks(2), end()]
        for stranger in (other, second):
            assert await reason_of(stub, sent, **stranger) == "CLIP_NOT_FOUND"
        # It still waits for its own caller, whose unsigned chunks break it.
        assert (await ask(stub, sent, **app)).is_early
        assert await reason_of(stub, [chunks_config(parent="tenants/bank-a")], **other) == (
            "ROLE_NOT_ALLOWED"
        )
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.OpenClip(messages.OpenClipRequest(parent="tenants/bank-a"), **other)
        assert to_api_error(caught.value).reason == "ROLE_NOT_ALLOWED"
        lines = [line.event for line in server.house.audit.lines("bank-a")]
        seen = [(line.action, line.outcome, line.actor == "teller-8") for line in lines]
        assert seen == [
            ("deepfake.open", Outcome.OK, False),
            ("deepfake.clip", Outcome.REFUSED, True),
            ("deepfake.clip", Outcome.OK, False),
        ]
        (tried,) = [line.event for line in server.house.audit.lines("bank-b")]
        assert (tried.tenant, tried.details["reason"]) == ("bank-b", "CLIP_NOT_FOUND")
        key = opened.chain_key.hex()
        assert not [line for line in lines if key in str(line)]


@pytest.mark.parametrize(
    ("role", "may_check", "may_open"),
    [
        (Role.INTERVIEW_APP, True, True),
        (Role.OPERATOR, True, True),
        (Role.REVIEWER, True, False),
        (Role.EDGE_DEVICE, False, False),
        (Role.LOBBY_STAFF, False, False),
        (Role.AUDITOR, False, False),
    ],
)
def test_each_role_may_do_what_it_is_for(role: Role, may_check: bool, may_open: bool) -> None:
    caller = Caller("bank-a", "someone", frozenset({role}))
    expected = {"CheckImage": may_check, "CheckClip": may_check, "OpenClip": may_open}
    for method, is_allowed in expected.items():
        with nullcontext() if is_allowed else pytest.raises(RoleNotAllowedError):
            check_role(caller, f"{DEEPFAKE}/{method}")
