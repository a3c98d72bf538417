"""The one channel to the server, opened anew when the certificate changes."""

import asyncio
from dataclasses import dataclass

import grpc
from grpc.aio import Channel

from branch_edge.uplink.identity import Identity

KEEPALIVE_MS = 30_000
# gRPC's own waits between attempts; ours begin shorter and end longer.
_FIRST_CONNECT_MS, _MOST_CONNECT_MS = 200, 2_000
# A scene of 32 zones and 32 masks has some 30 KB.
MAX_ANSWER_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class ServerPlace:
    """Where a server is and how its certificate is checked. ca: PEM, None for the system's list.

    is_insecure: without TLS.
    """

    address: str
    ca: bytes | None = None
    is_insecure: bool = False

    def __repr__(self) -> str:
        return f"ServerPlace({self.address}{', without TLS' if self.is_insecure else ''})"


def open_channel(place: ServerPlace, identity: Identity | None = None) -> Channel:
    """Return a channel that shows the box's certificate, where there is one."""
    options = [
        ("grpc.max_receive_message_length", MAX_ANSWER_BYTES),
        ("grpc.keepalive_time_ms", KEEPALIVE_MS),
        ("grpc.initial_reconnect_backoff_ms", _FIRST_CONNECT_MS),
        ("grpc.min_reconnect_backoff_ms", _FIRST_CONNECT_MS),
        ("grpc.max_reconnect_backoff_ms", _MOST_CONNECT_MS),
        # The retries are ours, with a limit.
        ("grpc.enable_retries", 0),
        # A channel of its own: after a renewal, the old certificate must not be shown again.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    if place.is_insecure:
        return grpc.aio.insecure_channel(place.address, options=options)
    key = None if identity is None else identity.key.encode()
    chain = None if identity is None else identity.certificate.encode()
    credentials = grpc.ssl_channel_credentials(place.ca, key, chain)
    return grpc.aio.secure_channel(place.address, credentials, options=options)


class ServerLink:
    """The channel that all streams of a box share, and who the box is on it."""

    def __init__(self, place: ServerPlace, identity: Identity) -> None:
        self._place = place
        self._renewed = asyncio.Event()
        self.identity = identity
        self.channel = open_channel(place, identity)

    @property
    def renewed(self) -> asyncio.Event:
        """Is set when streams should be opened anew, on the channel that then is there."""
        return self._renewed

    async def renew(self, identity: Identity) -> None:
        """Show another certificate from now on."""
        before, event = self.channel, self._renewed
        self.identity, self._renewed = identity, asyncio.Event()
        self.channel = open_channel(self._place, identity)
        event.set()
        # Streams that are open end by themselves within this time.
        await before.close(grace=5.0)

    async def close(self) -> None:
        """Close the channel."""
        await self.channel.close()
