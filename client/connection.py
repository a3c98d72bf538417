"""A channel with credentials, deadlines and the one retry rule."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import grpc
from grpc.aio import Channel

from client.errors import to_api_error

T = TypeVar("T")
MAX_REPLY_BYTES = 64 * 1024 * 1024
MAX_BACKOFF_S = 2.0
KEEPALIVE_MS = 30_000


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files. ca: who signed the server's certificate, None for the system's list.

    cert, key: the client's own, where the server asks for them.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """How often UNAVAILABLE is met with another try. backoff_s: doubles, up to 2 s, jittered."""

    attempts: int = 4
    backoff_s: float = 0.1

    def wait_s(self, attempt: int) -> float:
        """Return how long to wait after failed attempt number `attempt`, from 1."""
        longest_s = min(MAX_BACKOFF_S, self.backoff_s * 2.0 ** (attempt - 1))
        return longest_s * random.uniform(0.5, 1.0)  # So that clients do not come back at once.


class Connection:
    """One channel to one server."""

    def __init__(
        self, address: str, token: str | None, tls: TlsFiles | None, timeout_s: float, retry: Retry
    ) -> None:
        self.channel = _open_channel(address, tls)
        self.retry = retry
        self.timeout_s = timeout_s
        self._metadata = () if token is None else (("authorization", f"Bearer {token}"),)

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes along with each call."""
        return self._metadata

    async def call(
        self, method: Callable[..., Awaitable[T]], request: object, timeout_s: float | None = None
    ) -> T:
        """Make one unary call within its deadline, again while the server is UNAVAILABLE.

        Raises ApiError.
        """
        deadline_s = time.monotonic() + (self.timeout_s if timeout_s is None else timeout_s)
        attempt = 0
        while True:
            attempt += 1
            left_s = max(0.001, deadline_s - time.monotonic())
            try:
                return await method(request, timeout=left_s, metadata=self._metadata)
            except grpc.aio.AioRpcError as error:
                failure = to_api_error(error)
            wait_s = self.retry.wait_s(attempt)
            is_late = time.monotonic() + wait_s >= deadline_s
            if not failure.is_unavailable or attempt >= self.retry.attempts or is_late:
                raise failure
            await asyncio.sleep(wait_s)

    async def close(self) -> None:
        """Close the channel."""
        await self.channel.close()


def _open_channel(address: str, tls: TlsFiles | None) -> Channel:
    options = [
        ("grpc.max_receive_message_length", MAX_REPLY_BYTES),
        ("grpc.keepalive_time_ms", KEEPALIVE_MS),
        # The retries are ours, with a deadline and a limit.
        ("grpc.enable_retries", 0),
    ]
    if tls is None:
        return grpc.aio.insecure_channel(address, options=options)
    credentials = grpc.ssl_channel_credentials(_bytes(tls.ca), _bytes(tls.key), _bytes(tls.cert))
    return grpc.aio.secure_channel(address, credentials, options=options)


def _bytes(path: Path | None) -> bytes | None:
    return None if path is None else path.read_bytes()
