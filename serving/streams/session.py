"""One session: it outlives its connections, and its work is done one step at a time."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic

from base.clock import Clock
from base.errors import QueueFullError
from serving.bridge import Bridge
from serving.caller import Caller
from serving.streams.intake import Feed, FrameFeed
from serving.streams.types import Chunk, E, StreamLimits, StreamWork, Word

TOKEN_BYTES = 32
ABANDONED, TIMED_OUT, DRAINED = "SESSION_ABANDONED", "SESSION_TIMED_OUT", "SERVER_STOPPING"
# The models' queues can be full for a moment; for longer, the server has too much to do.
MAX_LOST_IN_A_ROW = 30


class StreamSession(Generic[E]):
    """What is known of one session; `run` does its work until the verdict.

    Everything but the work's own methods happens on the event loop. feed: None for one that shows
    the work the newest picture. A work that ends without a verdict raises why.
    """

    def __init__(
        self,
        owner: Caller,
        work: StreamWork[E],
        limits: StreamLimits,
        bridge: Bridge,
        clock: Clock,
        feed: Feed[E] | None = None,
    ) -> None:
        self.owner = owner
        self.work = work
        self.limits = limits
        self.intake: Feed[E] = feed or FrameFeed(limits, work)
        # A client that does not read loses the oldest: prompts and advice replace each other.
        self.events: deque[E] = deque(maxlen=limits.max_events)
        self.verdict: E | None = None
        self.failure: Exception | None = None
        self.has_ended = False
        self.looked_at_count = 0
        length_s = min(limits.session_s, work.length_s)
        self.expires_at: datetime = clock.now() + timedelta(seconds=length_s)
        self._bridge = bridge
        self._clock = clock
        # The work's own rules end it first, with better reasons.
        self._expires_s = clock.monotonic() + limits.session_s
        self._link: object | None = None
        self._on_news: Callable[[], None] = _nothing
        self._has_work = asyncio.Event()
        self._is_interrupted = False
        self._lost_connection = False
        self._lost_s = clock.monotonic()
        self._lost_in_a_row = 0
        self._finish_code: str | None = None

    @property
    def is_attached(self) -> bool:
        """Whether a connection is there."""
        return self._link is not None

    def is_held_by(self, link: object) -> bool:
        """Return whether `link` is the session's connection still."""
        return self._link is link

    def attach(self, link: object, on_news: Callable[[], None]) -> None:
        """Let a connection carry the session; one that did so before has lost it.

        on_news: called when there is something to send.
        """
        if self._link is not None:
            self.detach(self._link)
        self._link, self._on_news = link, on_news
        self._has_work.set()

    def detach(self, link: object) -> None:
        """Lose the connection: what waits is dropped, and the time to come back begins."""
        if self._link is not link:
            return
        self._on_news()
        self._link, self._on_news = None, _nothing
        self._lost_connection = True
        self._lost_s = self._clock.monotonic()
        self.intake.empty()
        self._has_work.set()

    def accept(self, chunk: Chunk) -> bool:
        """Take a chunk in; False for one that was here before. Raises what `Intake` raises."""
        is_new = self.intake.accept(chunk)
        self._has_work.set()
        return is_new

    def hear(self, word: Word) -> None:
        """Take a word in. Raises what `Feed.hear` raises."""
        self.intake.hear(word)
        self._has_work.set()

    def nudge(self) -> None:
        """Note that something about the feed has changed."""
        self._has_work.set()
        self._on_news()

    def finish(self, code: str) -> None:
        """Let the session end, with a verdict that is no pass."""
        self._finish_code = self._finish_code or code
        self._has_work.set()

    async def run(self) -> None:
        """Work until the verdict."""
        try:
            await self._step(self.work.start)
            while not self.work.is_finished:
                await self._go_on()
        except Exception as error:
            self.failure = error
            await self._close_books(error)
        finally:
            self.has_ended = True
            self.intake.empty()
            self._on_news()

    async def _go_on(self) -> None:
        """Do the one thing that comes first."""
        if (code := self._reason_to_finish()) is not None:
            await self._step(lambda: self.work.finish(code))
        elif self._lost_connection:
            self._lost_connection = False
            if not self._is_interrupted:
                self._is_interrupted = True
                await self._step(self.work.interrupt)
        elif self._is_interrupted:
            await self._wait_for_return()
        elif (step := self.intake.next_step()) is not None:
            await self._do(step)
        elif not await self._work_within(self.limits.tick_s):
            await self._step(self.work.tick)

    def _reason_to_finish(self) -> str | None:
        now_s = self._clock.monotonic()
        if self._finish_code is not None:
            return self._finish_code
        if now_s >= self._expires_s:
            return TIMED_OUT
        is_away = self._link is None and now_s - self._lost_s >= self.limits.resume_s
        return ABANDONED if is_away else None

    async def _wait_for_return(self) -> None:
        if self.is_attached:
            self._is_interrupted = False
            await self._step(self.work.resume)
        else:
            await self._work_within(self.limits.tick_s)

    async def _do(self, step: Callable[[], Sequence[E]]) -> None:
        try:
            await self._step(step)
        except QueueFullError:
            self.intake.lost_count += 1
            self._lost_in_a_row += 1
            if self._lost_in_a_row > MAX_LOST_IN_A_ROW:
                raise
        else:
            self._lost_in_a_row = 0
            self.looked_at_count += 1

    async def _step(self, function: Callable[[], Sequence[E]]) -> None:
        """Do one step in the pool, and keep what it says for the connection."""
        events = list(await self._bridge.run(function, self.limits.step_s, is_step=True))
        if self.work.is_finished:
            self.verdict = events.pop()
        self.events.extend(events)
        if events:
            self._on_news()

    async def _work_within(self, timeout_s: float) -> bool:
        """Return whether something came up before the time was over."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._has_work.wait()
        except TimeoutError:
            return False
        self._has_work.clear()
        return True

    async def _close_books(self, error: Exception) -> None:
        reason = getattr(error, "reason", "") or type(error).__name__
        await self._bridge.run(lambda: self.work.fail(reason), self.limits.step_s)


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def _nothing() -> None:
    pass
