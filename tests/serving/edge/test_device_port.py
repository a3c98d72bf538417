"""Boxes over TLS: registered on one port, let in on another by certificates of our own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest

from base.clock import SystemClock
from branch_edge.uplink.channel import ServerLink, ServerPlace
from branch_edge.uplink.identity import IdentityFolder
from branch_edge.uplink.registration import Renewal, register
from client.errors import ApiError, to_api_error
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.edge.v1.edge_service_pb2_grpc import DeviceServiceStub, EdgeServiceStub
from serving.edge.names import DeviceName
from tests.support.boxes import (
    OPERATOR,
    EdgeHouse,
    ScriptedBox,
    certificate_request,
    serving_boxes,
)
from tests.support.certificates import Authority
from tests.support.edge_links import capturing_log
from tests.support.liveness import InProcessServer
from tests.support.tokens import TokenMaker

LIMIT_S = 10


@dataclass
class Bank:
    """A server with TLS and tokens, and a port for boxes."""

    server: InProcessServer
    house: EdgeHouse
    authority: Authority
    tokens: TokenMaker

    def front(self) -> grpc.aio.Channel:
        """Open the port that everybody may call."""
        trusted = grpc.ssl_channel_credentials(self.authority.cert.read_bytes())
        return grpc.aio.secure_channel(f"localhost:{self.server.grpc_port}", trusted)

    def boxes(self, key: bytes | None = None, certificate: bytes | None = None) -> grpc.aio.Channel:
        """Open the port for boxes, as a box with a certificate does."""
        own = grpc.ssl_channel_credentials(self.authority.cert.read_bytes(), key, certificate)
        return grpc.aio.secure_channel(f"localhost:{self.server.device_port}", own)

    async def register(self, device: str, tenant: str = "default") -> tuple[bytes, bytes]:
        """Register a box as one does, and return its key and certificate."""
        token = self.tokens.token("operator", tenant=tenant)
        request, key = certificate_request()
        async with self.front() as channel:
            code = await DeviceServiceStub(channel).CreateDeviceCode(
                messages.CreateDeviceCodeRequest(device=device, branch="west"),
                metadata=(("authorization", f"Bearer {token}"),),
                timeout=LIMIT_S,
            )
            made = await EdgeServiceStub(channel).RegisterDevice(
                messages.RegisterDeviceRequest(
                    code=code.code, certificate_request=request, request_id="r"
                ),
                timeout=LIMIT_S,
            )
        assert made.stream_address == f":{self.server.device_port}"
        return key, made.certificate


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[Bank]:
    authority, tokens = Authority(tmp_path), TokenMaker(tmp_path)
    own = authority.issue("localhost")
    async with serving_boxes(
        tmp_path / "server",
        tls_cert_file=own.cert,
        tls_key_file=own.key,
        device_listen="127.0.0.1:0",
        http_enabled=False,
        **tokens.settings,
    ) as server:
        house = server.house
        assert isinstance(house, EdgeHouse)
        yield Bank(server, house, authority, tokens)


async def ended(box: ScriptedBox) -> ApiError:
    error = await box.ended()
    assert error is not None
    return error


async def test_a_box_speaks_for_itself_alone(bank: Bank) -> None:
    own = await bank.register("box-1")
    await bank.register("box-2")
    await bank.register("box-1", "bank-b")
    async with bank.boxes(*own) as channel:
        async with ScriptedBox(channel) as box:
            await box.sight(1)
            await box.acknowledged(1)
        for device, tenant in (("box-2", "default"), ("box-1", "bank-b")):
            async with ScriptedBox(channel, device=device, tenant=tenant) as box:
                assert (await ended(box)).reason == "ROLE_NOT_ALLOWED"
    assert bank.house.kept.sequences == [1]


async def test_a_stolen_box_is_out_and_its_successor_is_not(bank: Bank) -> None:
    stolen = await bank.register("box-1")
    async with bank.boxes(*stolen) as channel:
        async with ScriptedBox(channel) as box:
            await box.opened()
            bank.house.edge.revoke(OPERATOR, DeviceName("default", "box-1"))
            assert (await ended(box)).reason == "DEVICE_REVOKED"
        new = await bank.register("box-1")
        async with ScriptedBox(channel) as box:
            assert (await ended(box)).reason == "DEVICE_REVOKED"
    async with bank.boxes(*new) as channel, ScriptedBox(channel) as box:
        assert (await box.opened()).last_sequence == 0


async def test_a_certificate_is_renewed_by_its_box(bank: Bank) -> None:
    own = await bank.register("box-1")
    request, key = certificate_request()
    async with bank.boxes(*own) as channel:
        made = await EdgeServiceStub(channel).RenewCertificate(
            messages.RenewCertificateRequest(certificate_request=request), timeout=LIMIT_S
        )
    async with bank.boxes(key, made.certificate) as channel, ScriptedBox(channel) as box:
        await box.opened()


async def test_the_port_for_boxes_is_for_boxes_alone(bank: Bank) -> None:
    own = await bank.register("box-1")
    strangers = bank.authority.issue("box-1")
    for pair in ((None, None), (strangers.key.read_bytes(), strangers.cert.read_bytes())):
        async with bank.boxes(*pair) as channel, ScriptedBox(channel) as box:
            assert (await ended(box)).code == "UNAVAILABLE"
    async with bank.boxes(*own) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await DeviceServiceStub(channel).ListDevices(
                messages.ListDevicesRequest(), timeout=LIMIT_S
            )
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_with_tokens_a_name_alone_is_not_believed(bank: Bank) -> None:
    await bank.register("box-1")
    async with bank.front() as channel:
        async with ScriptedBox(channel) as box:
            assert (await ended(box)).reason == "TOKEN_MISSING"
        operator = bank.tokens.token("operator")
        async with ScriptedBox(channel, token=operator) as box:
            assert (await ended(box)).reason == "ROLE_NOT_ALLOWED"
        own = bank.tokens.token("edge_device", sub="box-1")
        async with ScriptedBox(channel, token=own) as box:
            await box.opened()


async def test_a_wrong_code_is_refused_with_its_reason(bank: Bank) -> None:
    async with bank.front() as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await EdgeServiceStub(channel).RegisterDevice(
                messages.RegisterDeviceRequest(
                    code="AAAA-BBBB", certificate_request=certificate_request()[0], request_id="r"
                ),
                timeout=LIMIT_S,
            )
    error = to_api_error(caught.value)
    assert (error.reason, error.code) == ("DEVICE_CODE_INVALID", "PERMISSION_DENIED")


async def test_the_agent_registers_streams_and_renews_over_tls(bank: Bank, tmp_path: Path) -> None:
    """The box's own code, from the one-time code to the second certificate."""
    code = bank.house.edge.registry.create_code(OPERATOR, "box-1", "west").code
    log, _ = capturing_log()
    ca = bank.authority.cert.read_bytes()
    folder = IdentityFolder(tmp_path / "box")
    front = ServerPlace(f"localhost:{bank.server.grpc_port}", ca)
    identity = await register(folder, front, code, "1.0", log)
    assert identity.stream_address == f":{bank.server.device_port}"
    link = ServerLink(ServerPlace(f"localhost{identity.stream_address}", ca), identity)
    try:
        for sequence in (1, 2):
            async with ScriptedBox(link.channel) as box:
                assert (await box.opened()).last_sequence == sequence - 1
                await box.sight(sequence)
                await box.acknowledged(sequence)
            await Renewal(folder, link, SystemClock(), log).renew()
        assert link.identity.certificate != identity.certificate
    finally:
        await link.close()
