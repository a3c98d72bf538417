"""One listener of a branch: what waits for it, which never grows."""

import asyncio
from collections import deque
from contextlib import suppress

from base.errors import DrainingError
from serving.caller import Caller
from serving.lobby.told import Hello, Told

# A page that falls this far behind is told to ask for the whole state again.
MAX_WAITING = 128


class Subscription:
    """Events for one listener, in order. For one event loop."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._waiting: deque[Told] = deque()
        self._hello: Hello | None = None
        self._news = asyncio.Event()
        self._last_id = 0
        self._newest_id = 0
        self._is_closed = False
        self.overflow_count = 0

    def begin(self, hello: Hello, missed: list[Told]) -> None:
        """Say where the listener stands; what it missed comes before what came meanwhile."""
        if self.overflow_count:
            hello = Hello(self._newest_id, is_incomplete=True)
            missed = [event for event in missed if not event.id]
        behind = hello.last_id
        newer = [event for event in self._waiting if not event.id or event.id > behind]
        self._waiting = deque(event for event in missed if self._is_for(event))
        self._waiting.extend(newer)
        self._hello = hello
        self._news.set()

    def put(self, event: Told) -> None:
        """Add an event; too many are replaced by the word that they were missed."""
        self._newest_id = max(self._newest_id, event.id)
        if not self._is_for(event):
            return
        if not event.id:
            # Of counts, the newest alone matters.
            self._waiting = deque(one for one in self._waiting if one.kind != event.kind)
        self._waiting.append(event)
        if len(self._waiting) > MAX_WAITING:
            self._waiting.clear()
            self._hello = Hello(self._newest_id, is_incomplete=True)
            self.overflow_count += 1
        self._news.set()

    async def next(self, timeout_s: float) -> Hello | Told | None:
        """Return what comes next, None if nothing came in time. Raises DrainingError."""
        if not self._has_something:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._news.wait()
        if self._is_closed:
            raise DrainingError("the server is stopping; come back in a moment")
        if self._hello is not None:
            hello, self._hello = self._hello, None
            return hello
        return self._waiting.popleft() if self._waiting else None

    def close(self) -> None:
        """End it; the listener is told so at once."""
        self._is_closed = True
        self._news.set()

    @property
    def _has_something(self) -> bool:
        return self._is_closed or self._hello is not None or bool(self._waiting)

    def _is_for(self, event: Told) -> bool:
        return self._caller.is_meant(event.duties)
