"""Who may call what, over real gRPC with signed tokens."""

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import jwt
import pytest

from base.errors import (
    BranchNotFoundError,
    InvalidTokenError,
    RoleNotAllowedError,
    SecretsUnavailableError,
)
from client import ApiError, SmartBranchClient
from client.errors import to_api_error
from client.types import LegalBasis
from serving.auth import KeyFile, TokenChecker
from serving.caller import Caller, Role
from serving.permissions import check_branch, check_role
from tests.support.server import ServerProcess
from tests.support.tokens import AUDIENCE, ISSUER, TokenMaker

Call = grpc.aio.StreamStreamCall[Any, Any]
LIST = "/smartbranch.vision.v1.GalleryService/ListGalleries"


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> TokenMaker:
    return TokenMaker(tmp_path_factory.mktemp("tokens"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, maker: TokenMaker) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("guarded"), **maker.settings) as running:
        yield running


def unsigned(maker: TokenMaker) -> str:
    head = urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=")
    return f"{head.decode()}.{maker.token('operator').split('.')[1]}."


def signed_with_the_public_key(maker: TokenMaker) -> str:
    """The classic confusion: the public key taken as an HS256 secret."""
    claims = jwt.decode(maker.token("operator"), options={"verify_signature": False})
    # PyJWT refuses a PEM as a secret, so the raw bytes stand for it.
    secret = maker.public_key.read_bytes().replace(b"-----", b"")
    return jwt.encode(claims, secret, algorithm="HS256")


async def refusal(server: ServerProcess, token: str | None, picture: bytes) -> ApiError:
    async with SmartBranchClient(server.grpc, token=token) as client:
        with pytest.raises(ApiError) as caught:
            await client.verify_faces(picture, picture)
    return caught.value


async def test_a_good_token_opens_what_its_role_allows(
    guarded: ServerProcess, maker: TokenMaker, portrait: bytes
) -> None:
    async with SmartBranchClient(guarded.grpc, token=maker.token("interview_app")) as client:
        assert (await client.verify_faces(portrait, portrait)).similarity is not None


async def test_no_token_is_missing(guarded: ServerProcess, portrait: bytes) -> None:
    error = await refusal(guarded, None, portrait)
    assert (error.reason, error.code) == ("TOKEN_MISSING", "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"iss": "another"},
        {"tenant": None},
        {"exp": None},
        {"roles": ["emperor"]},
        {"roles": "operator"},
        {"tenant": "Not An Id"},
        {"nbf": int(time.time()) + 900},
        {"exp": 10**400},
        {"branch": "Not An Id"},
        {"duties": "manager"},
    ],
    ids=[
        *("audience", "issuer", "none", "no expiry", "role", "roles", "tenant", "early"),
        *("endless", "branch", "duties"),
    ],
)
async def test_a_token_with_a_wrong_claim_is_invalid(
    guarded: ServerProcess, maker: TokenMaker, portrait: bytes, claims: dict[str, Any]
) -> None:
    error = await refusal(guarded, maker.token("operator", **claims), portrait)
    assert (error.reason, error.code) == ("TOKEN_INVALID", "UNAUTHENTICATED")


async def test_a_forged_token_is_invalid(
    guarded: ServerProcess, maker: TokenMaker, portrait: bytes, tmp_path: Path
) -> None:
    stranger = TokenMaker(tmp_path).token("operator")
    for token in (stranger, unsigned(maker), signed_with_the_public_key(maker), "nonsense"):
        assert (await refusal(guarded, token, portrait)).reason == "TOKEN_INVALID"


async def test_an_old_token_has_expired(
    guarded: ServerProcess, maker: TokenMaker, portrait: bytes
) -> None:
    token = maker.token("operator", exp=int(time.time()) - 60)
    assert (await refusal(guarded, token, portrait)).reason == "TOKEN_EXPIRED"


async def test_a_wrong_role_is_refused_and_told_which_it_needs(
    guarded: ServerProcess, maker: TokenMaker, portrait: bytes
) -> None:
    error = await refusal(guarded, maker.token("lobby_staff"), portrait)
    assert (error.reason, error.code) == ("ROLE_NOT_ALLOWED", "PERMISSION_DENIED")
    assert "interview_app" in error.message


async def test_one_tenant_never_sees_or_erases_anothers_gallery(
    guarded: ServerProcess, maker: TokenMaker, portrait: bytes
) -> None:
    name = "tenants/default/galleries/vip"
    async with SmartBranchClient(guarded.grpc, token=maker.token("operator")) as owner:
        await owner.galleries.create_gallery(
            "default", "vip", purpose="a test", legal_basis=LegalBasis.CONTRACT
        )
    token = maker.token("operator", tenant="other")
    async with SmartBranchClient(guarded.grpc, token=token) as other:
        for call in (
            other.galleries.get_gallery(name),
            other.galleries.delete_gallery(name),
            other.search_faces(name, portrait),
            other.galleries.enrol_subject(name, "li", [portrait]),
        ):
            with pytest.raises(ApiError) as caught:
                await call
            assert caught.value.reason == "GALLERY_NOT_FOUND"
        assert [gallery async for gallery in other.galleries.list_galleries("other")] == []
        with pytest.raises(ApiError) as caught:
            await anext(other.galleries.list_galleries("default"))
        assert caught.value.reason == "ROLE_NOT_ALLOWED"


async def test_health_needs_no_token_and_metrics_do(
    guarded: ServerProcess, maker: TokenMaker
) -> None:
    async with SmartBranchClient(guarded.grpc) as client:
        assert await client.is_serving()
    async with httpx.AsyncClient(base_url=f"http://{guarded.http}") as browser:
        assert (await browser.get("/readyz")).status_code == 200
        refused = await browser.get("/metrics")
        assert refused.status_code == 401
        assert refused.json()["error"]["reason"] == "TOKEN_MISSING"
        headers = {"authorization": f"Bearer {maker.token('interview_app')}"}
        assert (await browser.get("/metrics", headers=headers)).status_code == 403
        headers = {"authorization": f"Bearer {maker.token('auditor')}"}
        assert (await browser.get("/metrics", headers=headers)).status_code == 200


async def test_the_json_calls_ask_for_the_same_token(
    guarded: ServerProcess, maker: TokenMaker, portrait: bytes
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{guarded.http}") as browser:
        files = {"picture": ("a.jpg", portrait)}
        refused = await browser.post("/v1/faces:detect", files=files)
        assert refused.json()["error"]["reason"] == "TOKEN_MISSING"
        wrong = {"authorization": f"Bearer {maker.token('auditor')}"}
        refused = await browser.post("/v1/faces:detect", files=files, headers=wrong)
        assert (refused.status_code, refused.json()["error"]["reason"]) == (403, "ROLE_NOT_ALLOWED")
        right = {"authorization": f"Bearer {maker.token('lobby_staff')}"}
        assert (await browser.post("/v1/faces:detect", files=files, headers=right)).is_success


def checker_of(maker: TokenMaker) -> TokenChecker:
    return TokenChecker(KeyFile(maker.public_key, "EdDSA"), "EdDSA", ISSUER, AUDIENCE, 5.0)


def test_a_new_key_counts_at_once_and_ends_the_tokens_of_the_old_one(tmp_path: Path) -> None:
    maker = TokenMaker(tmp_path)
    checker, old = checker_of(maker), f"Bearer {maker.token('operator')}"
    assert checker.check(old).subject == "teller-7"
    successor = TokenMaker(tmp_path)
    with pytest.raises(InvalidTokenError):
        checker.check(old)
    assert checker.check(f"Bearer {successor.token('auditor')}").roles == {Role.AUDITOR}


def test_without_its_key_nobody_comes_in(tmp_path: Path) -> None:
    maker = TokenMaker(tmp_path)
    checker, token = checker_of(maker), f"Bearer {maker.token('operator')}"
    checker.check(token)
    maker.public_key.unlink()
    with pytest.raises(SecretsUnavailableError):
        checker.check(token)


def test_a_method_without_roles_is_for_nobody() -> None:
    everybody = Caller("default", "teller-7", frozenset(Role))
    with pytest.raises(RoleNotAllowedError):
        check_role(everybody, "smartbranch.vision.v1.FaceService/NewMethod")


def test_the_interview_app_cannot_try_pictures_against_a_subject_without_limit() -> None:
    """Adding a picture says whether it shows the subject; logins are counted, this is not."""
    app = Caller("default", "app", frozenset({Role.INTERVIEW_APP}))
    with pytest.raises(RoleNotAllowedError):
        check_role(app, "smartbranch.vision.v1.GalleryService/AddSubjectPictures")


async def test_one_tenant_that_sends_nothing_does_not_lock_the_others_out(
    tmp_path: Path, maker: TokenMaker
) -> None:
    """All slots could be taken by calls of one tenant that never sent their message."""
    with ServerProcess(tmp_path, max_in_flight=4, **maker.settings) as server:
        async with grpc.aio.insecure_channel(server.grpc) as channel:
            header = (("authorization", f"Bearer {maker.token('operator')}"),)
            silent: list[Call] = [channel.stream_stream(LIST)(metadata=header) for _ in range(4)]
            waiting = [asyncio.ensure_future(call.read()) for call in silent]
            done, _ = await asyncio.wait(waiting, timeout=10, return_when=asyncio.FIRST_COMPLETED)
            assert done, "the tenant took every slot"
            token = maker.token("operator", tenant="other")
            async with SmartBranchClient(server.grpc, token=token) as other:
                assert [gallery async for gallery in other.galleries.list_galleries("other")] == []
            await asyncio.wait(waiting, timeout=0.5)
            reasons = [
                to_api_error(error).reason
                for task in waiting
                if task.done() and isinstance(error := task.exception(), grpc.aio.AioRpcError)
            ]
            assert reasons == ["SERVER_BUSY", "SERVER_BUSY"]
            for task in waiting:
                task.cancel()


def test_a_token_can_bind_its_caller_to_a_branch_and_name_duties(maker: TokenMaker) -> None:
    checker = checker_of(maker)
    token = maker.token("lobby_staff", branch="north", duties=["manager"])
    caller = checker.check(f"Bearer {token}")
    assert caller.branch == "north"
    assert caller.duties == {"manager"}
    check_branch(caller, "default", "north")
    for tenant, branch in (("default", "south"), ("other", "north")):
        with pytest.raises(BranchNotFoundError):
            check_branch(caller, tenant, branch)
    free = checker.check(f"Bearer {maker.token('lobby_staff')}")
    check_branch(free, "default", "south")


def test_what_is_for_a_duty_is_for_those_who_have_it_and_for_operators() -> None:
    teller = Caller("bank", "li", frozenset({Role.LOBBY_STAFF}), None, frozenset({"teller"}))
    operator = Caller("bank", "wu", frozenset({Role.OPERATOR}))
    assert teller.is_meant(())
    assert teller.is_meant(("manager", "teller"))
    assert teller.is_meant(("manager", "li"))
    assert not teller.is_meant(("manager",))
    assert operator.is_meant(("manager",))
