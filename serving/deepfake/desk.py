"""Where clips are let in, and files of clips are judged; gRPC and HTTP share it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from base.errors import DeadlineExceededError
from serving.bridge import Bridge
from serving.caller import Caller
from serving.deepfake.spool import Spool
from serving.limits import Slots

T = TypeVar("T")


class ClipDesk:
    """Lets a bounded number of clips in.

    bridge: threads of its own, since a file keeps one for as long as it takes; requests that
    take a moment would wait behind it. limit_s: for one clip, from its first message to the answer.
    """

    def __init__(self, slots: Slots, bridge: Bridge, limit_s: float) -> None:
        self._slots = slots
        self._bridge = bridge
        self._limit_s = limit_s

    @asynccontextmanager
    async def clip(self, caller: Caller) -> AsyncIterator[None]:
        """Hold a place for one clip. Raises TooManyRequestsInFlightError, DeadlineExceededError."""
        with self._slots.slot(caller.tenant):
            try:
                async with asyncio.timeout(self._limit_s):
                    yield
            except TimeoutError:
                raise DeadlineExceededError(
                    f"the clip was not sent and judged within {self._limit_s:g} s; send a "
                    "shorter one"
                ) from None

    async def check(self, spool: Spool, function: Callable[[Path], T]) -> T:
        """Judge a file within `clip`; once it is cancelled, it stops at the models' next step."""
        return await self._bridge.run(lambda: spool.use(function), self._limit_s)
