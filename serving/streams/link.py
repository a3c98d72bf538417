"""One connection of a session: what comes in is taken in, what is to be said goes out."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Generic

from base.clock import Clock
from base.errors import DeadlineExceededError, DrainingError, SessionTakenOverError
from serving.streams.session import ABANDONED, DRAINED, StreamSession
from serving.streams.types import Ack, Beat, Chunk, E, Incoming, Opened, Outgoing, Said, Word


class Link(Generic[E]):
    """Carries a session over one connection, until the verdict or the connection's end."""

    def __init__(
        self,
        session: StreamSession[E],
        token: str,
        requests: AsyncIterator[Incoming],
        clock: Clock,
    ) -> None:
        self._session = session
        self._token = token
        self._requests = requests
        self._clock = clock
        self._limits = session.limits
        self._news = asyncio.Event()
        self._failure: Exception | None = None
        self._acknowledged = session.intake.safe_sequence
        self._owes_ack = False
        self._sent_s = self._acknowledged_s = clock.monotonic()
        self.has_heard = asyncio.Event()

    async def answers(self) -> AsyncGenerator[Outgoing[E], None]:
        """Yield what the client is to be told, the verdict last.

        Raises what is wrong with the client's messages, DeadlineExceededError after silence,
        SessionTakenOverError, and what made the work fail.
        """
        session = self._session
        session.attach(self, self._news.set)
        receiving = asyncio.create_task(self._receive())
        try:
            await session.intake.settle()
            yield self._opened()
            while not session.has_ended:
                item = self._next()
                if item is not None:
                    yield item
                    self._sent_s = self._clock.monotonic()
                else:
                    await self._wait()
            while session.events:
                yield Said(session.events.popleft())
            await session.intake.settle()
            yield self._ack()
            yield self._last()
        finally:
            receiving.cancel()
            await asyncio.wait({receiving})
            session.detach(self)

    def _opened(self) -> Opened:
        session = self._session
        return Opened(
            session.work.name,
            session.work.nonce,
            self._token,
            session.intake.sequence + 1,
            session.expires_at,
        )

    def _next(self) -> Outgoing[E] | None:
        """Return what is to be said now, None if nothing is. Raises why the connection ends."""
        if not self._session.is_held_by(self):
            raise SessionTakenOverError("the session goes on over another connection")
        if self._failure is not None:
            raise self._failure
        if self._session.events:
            return Said(self._session.events.popleft())
        if self._ack_due_s() <= 0:
            return self._ack()
        if self._clock.monotonic() - self._sent_s >= self._limits.heartbeat_s:
            return Beat()
        return None

    def _ack(self) -> Ack:
        intake = self._session.intake
        self._acknowledged, self._acknowledged_s = intake.safe_sequence, self._clock.monotonic()
        self._owes_ack = False
        return Ack(intake.safe_sequence, intake.dropped_count)

    def _ack_due_s(self) -> float:
        """Return how long the next acknowledgement can wait."""
        new_count = self._session.intake.safe_sequence - self._acknowledged
        if not new_count and not self._owes_ack:
            return self._limits.heartbeat_s
        if new_count >= self._limits.ack_every:
            return 0.0
        return self._acknowledged_s + self._limits.ack_after_s - self._clock.monotonic()

    def _last(self) -> Said[E]:
        if self._session.failure is not None:
            raise self._session.failure
        assert self._session.verdict is not None
        return Said(self._session.verdict)

    async def _wait(self) -> None:
        """Wait until there may be something to say."""
        beat_s = self._sent_s + self._limits.heartbeat_s - self._clock.monotonic()
        try:
            async with asyncio.timeout(max(0.0, min(beat_s, self._ack_due_s()))):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    async def _receive(self) -> None:
        """Take in what comes, until it ends; then say how."""
        try:
            while True:
                async with asyncio.timeout(self._limits.silence_s):
                    item = await anext(self._requests)
                await self._session.intake.room()
                self._take(item)
        except StopAsyncIteration:
            self._session.finish(ABANDONED)
        except DrainingError:
            self._session.finish(DRAINED)
        except TimeoutError:
            self._failure = DeadlineExceededError(
                f"nothing came for {self._limits.silence_s:g} s; come back with the token"
            )
        except Exception as error:
            self._failure = error
        finally:
            self._news.set()

    def _take(self, item: Incoming) -> None:
        self.has_heard.set()
        if not self._session.is_held_by(self):
            return
        if self._session.has_ended:
            return  # Nobody looks at it or writes it; the verdict is on its way.
        if isinstance(item, Chunk):
            self._owes_ack |= not self._session.accept(item)
            self._news.set()
            return
        self._session.intake.admit(self._clock.monotonic())
        if isinstance(item, Word):
            self._session.hear(item)
