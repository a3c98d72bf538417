"""How a box comes by its certificate, and by the next one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from grpc.aio import AioRpcError, Channel
from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import (
    CapacityError,
    DeviceCodeInvalidError,
    LinkLostError,
    SmartBranchError,
    TooManyAttemptsError,
)
from branch_edge.uplink.backoff import Backoff
from branch_edge.uplink.channel import ServerLink, ServerPlace, open_channel
from branch_edge.uplink.failures import to_error
from branch_edge.uplink.identity import Identity, IdentityFolder, Request, hash_of
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.edge.v1.edge_service_pb2_grpc import EdgeServiceStub

if TYPE_CHECKING:
    from protos.smartbranch.edge.v1.edge_service_pb2_grpc import EdgeServiceAsyncStub

CALL_S = 15.0
# Looked at anew at least this often, for a wall clock may jump.
_CHECK_RENEWAL_S = 3600.0
_WORTH_WAITING = (LinkLostError, TooManyAttemptsError, CapacityError)


async def register(
    folder: IdentityFolder,
    place: ServerPlace,
    code: str | None,
    version: str,
    log: FilteringBoundLogger,
    backoff: Backoff | None = None,
) -> Identity:
    """Return who the box is, registering it with a code that was not used before.

    Waits for a server that cannot be reached. Raises DeviceCodeInvalidError for a code that is
    wrong, used or expired, or if there is none; and what the server refuses the box with.
    """
    identity = folder.read()
    if identity is not None and (code is None or hash_of(code) == identity.code_hash):
        return identity
    if code is None:
        raise DeviceCodeInvalidError(
            "the box is not registered; get a one-time code with `smartbranch device create-code` "
            "and give it as code_file"
        )
    request = folder.request_for(hash_of(code))
    channel = open_channel(place)
    try:
        identity = await _ask_until_answered(
            lambda: _register(channel, request, code, version), backoff or Backoff(), log
        )
    finally:
        await channel.close()
    identity.check()
    folder.keep(identity)
    log.info("registered", device=identity.device, until=identity.expires_at.isoformat())
    return identity


async def _ask_until_answered(
    ask: Callable[[], Awaitable[Identity]], backoff: Backoff, log: FilteringBoundLogger
) -> Identity:
    is_told = False
    while True:
        try:
            return await ask()
        except _WORTH_WAITING as error:
            if not is_told:
                log.warning("waiting to register", reason=error.reason, text=error.message)
            is_told = True
            await asyncio.sleep(backoff.wait_s(isinstance(error, TooManyAttemptsError)))


async def _register(channel: Channel, request: Request, code: str, version: str) -> Identity:
    stub: EdgeServiceAsyncStub = EdgeServiceStub(channel)
    try:
        answer = await stub.RegisterDevice(
            messages.RegisterDeviceRequest(
                code=code,
                certificate_request=request.signing_request(),
                agent_version=version,
                request_id=request.request_id,
            ),
            timeout=CALL_S,
        )
    except AioRpcError as error:
        raise to_error(error) from error
    return Identity(
        answer.device.name,
        request.key,
        answer.certificate.decode(),
        answer.authority.decode(),
        answer.stream_address,
        request.code_hash,
    )


class Renewal:
    """Asks for a new certificate when two thirds of the old one's life are over."""

    def __init__(
        self, folder: IdentityFolder, link: ServerLink, clock: Clock, log: FilteringBoundLogger
    ) -> None:
        self._folder = folder
        self._link = link
        self._clock = clock
        self._log = log

    async def run(self) -> None:
        """Renew for ever."""
        backoff = Backoff(first_s=10.0, most_s=_CHECK_RENEWAL_S, slow_s=_CHECK_RENEWAL_S)
        while True:
            left = self._link.identity.renew_at - self._clock.now()
            if left > timedelta():
                await asyncio.sleep(min(_CHECK_RENEWAL_S, left.total_seconds() + 1.0))
                continue
            try:
                await self.renew()
                backoff.reset()
            except SmartBranchError as error:
                self._tell(error)
                await asyncio.sleep(backoff.wait_s())

    def _tell(self, error: SmartBranchError) -> None:
        until = self._link.identity.expires_at
        if self._clock.now() >= until:
            self._log.error(
                "certificate has expired; register the box with a new code", until=until.isoformat()
            )
        else:
            self._log.warning(
                "certificate not renewed",
                reason=error.reason,
                text=error.message,
                until=until.isoformat(),
            )

    async def renew(self) -> None:
        """Ask for a new certificate now, for a new key. Raises what the server refuses it with."""
        request = Request.new()
        stub: EdgeServiceAsyncStub = EdgeServiceStub(self._link.channel)
        try:
            answer = await stub.RenewCertificate(
                messages.RenewCertificateRequest(
                    certificate_request=request.signing_request(), request_id=request.request_id
                ),
                timeout=CALL_S,
            )
        except AioRpcError as error:
            raise to_error(error) from error
        identity = replace(
            self._link.identity, key=request.key, certificate=answer.certificate.decode()
        )
        identity.check()
        self._folder.keep(identity)
        await self._link.renew(identity)
        self._log.info("certificate renewed", until=identity.expires_at.isoformat())
