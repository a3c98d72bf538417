"""One call to a server from a command, with its errors as ours."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from base.errors import ServerNotReadyError, SmartBranchError, leaves
from client import ApiError, SmartBranchClient, TlsFiles

T = TypeVar("T")
Call = Callable[[SmartBranchClient], Awaitable[T]]


def ask(server: str, token: str | None, tls: TlsFiles | None, call: Call[T]) -> T:
    """Connect, make a call and disconnect. Raises the error of our tree that the server raised."""

    async def connected() -> T:
        async with SmartBranchClient(server, token=token, tls=tls) as client:
            return await call(client)

    try:
        return asyncio.run(connected())
    except ApiError as error:
        raise our_error(error) from error


def our_error(error: ApiError) -> SmartBranchError:
    """Return the error of our tree that the server raised, so that both ways end alike."""
    for leaf in leaves(SmartBranchError):
        if leaf.reason == error.reason:
            ours = leaf(error.message)
            ours.metadata = error.metadata
            return ours
    return ServerNotReadyError(
        f"the server did not answer: {error.message or error.code}", code=error.code
    )
