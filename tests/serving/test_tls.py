"""Certificates, with a real authority and real handshakes."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from base.errors import ExpiredCertificateError
from client import ApiError, Retry, SmartBranchClient, TlsFiles
from serving.tls import ClientCertificates
from tests.support.certificates import Authority, Files
from tests.support.server import ServerProcess
from tests.support.sockets import session_socket
from tests.support.tokens import TokenMaker

ONCE = Retry(attempts=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder)


@pytest.fixture(scope="module")
def maker(folder: Path) -> TokenMaker:
    return TokenMaker(folder)


@pytest.fixture(scope="module")
def server(folder: Path, authority: Authority, maker: TokenMaker) -> Iterator[ServerProcess]:
    own = authority.issue("localhost")
    revoked = folder / "revoked.txt"
    revoked.write_text("# none yet\n")
    with ServerProcess(
        folder / "server",
        tls_cert_file=own.cert,
        tls_key_file=own.key,
        tls_client_ca_file=authority.cert,
        tls_revoked_file=revoked,
        **maker.settings,
    ) as running:
        yield running


def client_of(
    server: ServerProcess, authority: Authority, device: Files | None, token: str | None = None
) -> SmartBranchClient:
    tls = TlsFiles(authority.cert, device.cert if device else None, device.key if device else None)
    return SmartBranchClient(server.grpc, tls=tls, token=token, retry=ONCE, timeout_s=10)


async def test_a_device_is_known_by_its_certificate(
    server: ServerProcess, authority: Authority, portrait: bytes
) -> None:
    async with client_of(server, authority, authority.issue("camera-1")) as client:
        assert len((await client.detect_faces(portrait)).faces) == 1
        with pytest.raises(ApiError) as caught:
            await client.verify_faces(portrait, portrait)
        assert caught.value.reason == "ROLE_NOT_ALLOWED"


async def test_a_token_beside_the_certificate_brings_its_own_roles(
    server: ServerProcess, authority: Authority, maker: TokenMaker, portrait: bytes
) -> None:
    device = authority.issue("camera-2")
    async with client_of(server, authority, device, maker.token("operator")) as client:
        assert (await client.verify_faces(portrait, portrait)).similarity is not None
    async with client_of(
        server, authority, device, maker.token("operator", tenant="other")
    ) as client:
        with pytest.raises(ApiError) as caught:
            await client.verify_faces(portrait, portrait)
        assert caught.value.reason == "ROLE_NOT_ALLOWED"


async def test_a_page_runs_a_session_over_tls(
    server: ServerProcess, authority: Authority, maker: TokenMaker
) -> None:
    trusted = ssl.create_default_context(cafile=str(authority.cert))
    address = server.http.replace("127.0.0.1", "localhost")
    async with session_socket(address, maker.token("interview_app"), ssl=trusted) as client:
        assert (await client.open()).next_sequence == 1
        assert (await client.until("prompt")).number == 1


async def test_no_certificate_an_expired_one_and_a_strangers_do_not_connect(
    server: ServerProcess, authority: Authority, portrait: bytes, tmp_path: Path
) -> None:
    expired = authority.issue("camera-old", valid_for=timedelta(hours=-1))
    stranger = Authority(tmp_path, "other-ca").issue("camera-3")
    for device in (None, expired, stranger):
        async with client_of(server, authority, device) as client:
            with pytest.raises(ApiError) as caught:
                await client.detect_faces(portrait)
            assert caught.value.code == "UNAVAILABLE"


async def test_a_withdrawn_certificate_is_refused_at_once(
    server: ServerProcess, authority: Authority, folder: Path, portrait: bytes
) -> None:
    device = authority.issue("camera-4")
    async with client_of(server, authority, device) as client:
        assert (await client.detect_faces(portrait)).faces
        (folder / "revoked.txt").write_text(f"{device.serial:x}  # stolen\n")
        with pytest.raises(ApiError) as caught:
            await client.detect_faces(portrait)
        assert (caught.value.reason, caught.value.code) == (
            "CERTIFICATE_REVOKED",
            "UNAUTHENTICATED",
        )


def test_a_certificate_ends_on_an_open_connection_too(authority: Authority) -> None:
    """It was looked at in the handshake alone, and an open connection outlived it."""
    certificates = ClientCertificates(None)
    good = certificates.check(authority.issue("camera-5").cert.read_bytes())
    assert good is not None
    assert good.subject == "camera-5"
    old = authority.issue("camera-6", valid_for=timedelta(seconds=-1)).cert.read_bytes()
    with pytest.raises(ExpiredCertificateError):
        certificates.check(old)


async def test_plain_text_does_not_reach_a_server_with_tls(
    server: ServerProcess, portrait: bytes
) -> None:
    async with SmartBranchClient(server.grpc, retry=ONCE, timeout_s=10) as client:
        with pytest.raises(ApiError) as caught:
            await client.detect_faces(portrait)
        assert caught.value.code == "UNAVAILABLE"
