"""Where documents are let in; gRPC and HTTP share it."""

from collections.abc import Callable
from typing import TypeVar

from serving.bridge import Bridge
from serving.caller import Caller
from serving.limits import Slots

T = TypeVar("T")


class ReadingDesk:
    """Lets a bounded number of documents in.

    bridge: threads of its own, as many as slots; a document keeps one busy for seconds, and
    requests that take a moment would wait behind it. limit_s: for one document.
    """

    def __init__(self, slots: Slots, bridge: Bridge, limit_s: float) -> None:
        self._slots = slots
        self._bridge = bridge
        self._limit_s = limit_s

    async def run(
        self, caller: Caller, function: Callable[[], T], remaining_s: float | None = None
    ) -> T:
        """Read one document. remaining_s: until the caller's deadline, None for none.

        Raises TooManyRequestsInFlightError and DeadlineExceededError.
        """
        limit_s = self._limit_s if remaining_s is None else min(remaining_s, self._limit_s)
        with self._slots.slot(caller.tenant):
            return await self._bridge.run(function, limit_s)
