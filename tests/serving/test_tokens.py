"""Who may call what, over real gRPC with signed tokens."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from client import ApiError, SmartBranchClient
from client.types import LegalBasis
from tests.support.server import ServerProcess
from tests.support.tokens import TokenMaker


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
    ],
    ids=["audience", "issuer", "no tenant", "no expiry", "role", "roles", "tenant", "too early"],
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
