"""The sessions of one kind: opened within limits, found again by token, ended with the server."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Set
from contextlib import ExitStack, aclosing
from typing import Generic

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import DrainingError, SessionNotFoundError
from serving.bridge import Bridge
from serving.caller import Caller
from serving.limits import Slots
from serving.streams.link import Link
from serving.streams.session import ABANDONED, DRAINED, StreamSession, new_token
from serving.streams.types import E, Incoming, Outgoing, StreamLimits, StreamWork
from serving.telemetry.metrics import Metrics

MAX_KEPT = 64  # Sessions that have ended, kept for a client that missed the verdict.


class SessionRegistry(Generic[E]):
    """Holds the sessions of one kind, for one event loop.

    A session whose connection was lost keeps its slot until it ends.
    """

    def __init__(
        self,
        kind: str,
        limits: StreamLimits,
        slots: Slots,
        bridge: Bridge,
        clock: Clock,
        metrics: Metrics,
        log: FilteringBoundLogger,
    ) -> None:
        self._kind = kind
        self._limits = limits
        self._slots = slots
        self._bridge = bridge
        self._clock = clock
        self._metrics = metrics
        self._log = log
        self._tokens: dict[bytes, StreamSession[E]] = {}
        self._running: dict[StreamSession[E], asyncio.Task[None]] = {}
        self._ended: dict[StreamSession[E], float] = {}

    @property
    def limits(self) -> StreamLimits:
        """Bounds of each session."""
        return self._limits

    async def open(
        self,
        owner: Caller,
        make_work: Callable[[], StreamWork[E]],
        requests: AsyncIterator[Incoming],
    ) -> AsyncGenerator[Outgoing[E], None]:
        """Begin a session and carry it. make_work: blocks.

        Raises TooManyRequestsInFlightError, what `make_work` raises and what `Link` raises.
        """
        with ExitStack() as stack:
            stack.enter_context(self._slots.slot(owner.tenant))
            work = await self._make(owner, make_work)
            session = self._begin(owner, work, stack.pop_all())
        async with aclosing(self._carry(session, requests, None)) as answers:
            async for answer in answers:
                yield answer

    async def resume(
        self, owner: Caller, token: str, requests: AsyncIterator[Incoming]
    ) -> AsyncGenerator[Outgoing[E], None]:
        """Go on with a session. Raises SessionNotFoundError and what `Link` raises."""
        self.forget_old()
        digest = _digest(token)
        session = self._tokens.get(digest)
        if session is None or not _is_same(session.owner, owner):
            raise SessionNotFoundError(
                "the token leads to no session: it is unknown, used up or expired; begin anew"
            )
        async with aclosing(self._carry(session, requests, digest)) as answers:
            async for answer in answers:
                yield answer

    async def drain(self, limit_s: float) -> None:
        """End every session with a verdict that is no pass."""
        running = dict(self._running)
        for session in running:
            session.finish(DRAINED)
        if not running:
            return
        await asyncio.wait(running.values(), timeout=limit_s)
        for session, task in running.items():
            if not task.done():
                session.failure = DrainingError("the server is stopping; begin anew in a moment")
                task.cancel()

    async def _make(self, owner: Caller, make_work: Callable[[], StreamWork[E]]) -> StreamWork[E]:
        """Make the work. What is made for a client that has gone meanwhile is ended at once."""
        making = asyncio.ensure_future(self._bridge.run(make_work, self._limits.step_s))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            making.add_done_callback(lambda made: self._abandon(owner, made))
            raise

    def _abandon(self, owner: Caller, made: "asyncio.Future[StreamWork[E]]") -> None:
        if not made.cancelled() and made.exception() is None:
            self._begin(owner, made.result(), ExitStack()).finish(ABANDONED)

    def _begin(self, owner: Caller, work: StreamWork[E], held: ExitStack) -> StreamSession[E]:
        session = StreamSession(owner, work, self._limits, self._bridge, self._clock)
        self._running[session] = asyncio.create_task(self._run(session, held), name=work.name)
        return session

    async def _carry(
        self, session: StreamSession[E], requests: AsyncIterator[Incoming], used: bytes | None
    ) -> AsyncGenerator[Outgoing[E], None]:
        """Carry a session over one connection.

        A token is used up once the client has shown, by its next message, that it got the new
        one: an answer that is lost on its way must not lose the session.
        """
        token = new_token()
        newest = _digest(token)
        self._keep_tokens(session, {used})
        self._tokens[newest] = session
        link = Link(session, token, requests, self._clock)
        has_used = False
        async with aclosing(link.answers()) as answers:
            async for answer in answers:
                yield answer
                if not has_used and link.has_heard.is_set():
                    has_used = True
                    self._keep_tokens(session, {newest})

    def _keep_tokens(self, session: StreamSession[E], kept: Set[bytes | None]) -> None:
        for digest in [key for key, one in self._tokens.items() if one is session]:
            if digest not in kept:
                del self._tokens[digest]

    async def _run(self, session: StreamSession[E], held: ExitStack) -> None:
        with held, self._metrics.stream_open(self._kind):
            try:
                await session.run()
            except Exception:
                self._log.exception("session failed", session=session.work.name)
            finally:
                del self._running[session]
                self._ended[session] = self._clock.monotonic()
                self._note(session)
                self.forget_old()

    def _note(self, session: StreamSession[E]) -> None:
        intake = session.intake
        self._metrics.stream_ended(self._kind, session.looked_at_count, intake.dropped_count)
        failure = session.failure
        if failure is not None and not session.is_attached:
            self._log.error("session failed", session=session.work.name, exc_info=failure)

    def forget_old(self) -> None:
        """Forget sessions whose verdict nobody can ask for any more; call it now and then."""
        oldest_s = self._clock.monotonic() - self._limits.resume_s
        old = [one for one, ended_s in self._ended.items() if ended_s < oldest_s]
        for session in [*old, *list(self._ended)[: max(0, len(self._ended) - MAX_KEPT)]]:
            if self._ended.pop(session, None) is not None:
                self._keep_tokens(session, set())


def _is_same(one: Caller, other: Caller) -> bool:
    """Return whether two tokens are of one caller; the roles may have changed in between."""
    return (one.tenant, one.subject) == (other.tenant, other.subject)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
