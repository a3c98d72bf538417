"""What a call's client sends, message by message, while the server may be stopping."""

import asyncio
from contextlib import suppress
from typing import Any

from grpc.aio import EOF, ServicerContext

from base.errors import DeadlineExceededError, DrainingError


class CallReader:
    """Reads one call.

    A read that is broken off is not lost: the next one goes on with it, since gRPC lets nobody
    begin a second read while one is under way.
    """

    def __init__(self, context: ServicerContext[Any, Any], draining: asyncio.Event) -> None:
        self._context = context
        self._draining = draining
        self._reading: asyncio.Future[Any] | None = None
        self._has_ended = False

    async def next(self, limit_s: float) -> Any:
        """Return the next message or EOF. Raises DeadlineExceededError and DrainingError."""
        reading = self._begin()
        # A sender must not hold up a drain by its silence.
        draining = asyncio.ensure_future(self._draining.wait())
        try:
            await asyncio.wait(
                {reading, draining}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED
            )
            if draining.done():
                raise DrainingError("the server is stopping; go on in a moment, or with another")
            if not reading.done():
                raise DeadlineExceededError(f"nothing came for {limit_s:g} s; the stream was ended")
            return self._take(reading)
        finally:
            draining.cancel()

    async def spend(self, limit_s: float) -> None:
        """Read on and drop what comes, until the client ends its side or time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not self._has_ended:
                    reading = self._begin()
                    await asyncio.wait({reading})
                    self._take(reading)

    def close(self) -> None:
        """Break off what is being read."""
        if self._reading is not None:
            self._reading.cancel()

    def _begin(self) -> "asyncio.Future[Any]":
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._context.read())
        return self._reading

    def _take(self, reading: "asyncio.Future[Any]") -> Any:
        self._reading = None
        data = reading.result()
        self._has_ended |= data is EOF
        return data
