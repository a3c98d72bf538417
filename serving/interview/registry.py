"""The attendances that are open: one for each participant, found again by who it is."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from typing import Generic

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import AlreadyAttendingError, DrainingError, SmartBranchError
from serving.bridge import Bridge
from serving.caller import Caller
from serving.interview.feed import AttendFeed
from serving.interview.run import AttendRun
from serving.interview.scribe import Recorder, Scribe
from serving.limits import Slots
from serving.streams.link import Link
from serving.streams.session import DRAINED, StreamSession
from serving.streams.types import E, Incoming, Outgoing, StreamLimits
from serving.telemetry.metrics import Metrics

KIND = "interview"
MAX_KEPT = 64  # Attendances with a verdict, kept for a client that missed it.


@dataclass(frozen=True, slots=True, repr=False)
class Comer:
    """Who comes. name: the participant's resource name. token: the fresh resume token.

    takes_over: whether an attendance that stands is taken over from its connection.
    """

    tenant: str
    name: str
    token: str
    takes_over: bool

    def __repr__(self) -> str:
        return f"Comer({self.name}, token=<hidden>)"


@dataclass(frozen=True, slots=True)
class Made(Generic[E]):
    """What a new attendance consists of."""

    run: AttendRun[E]
    recorder: Recorder


Requests = Callable[[StreamSession[E]], AsyncIterator[Incoming]]


class Attendances(Generic[E]):
    """Holds the open attendances, for one event loop.

    One whose connection was lost keeps its slot until it ends. What ends without a verdict is set
    aside: its findings are in the books, its media on the disk, and a later one goes on.
    """

    def __init__(
        self,
        limits: StreamLimits,
        slots: Slots,
        bridge: Bridge,
        scribe: Scribe,
        clock: Clock,
        metrics: Metrics,
        log: FilteringBoundLogger,
    ) -> None:
        self.limits = limits
        self._slots = slots
        self._bridge = bridge
        self._scribe = scribe
        self._clock = clock
        self._metrics = metrics
        self._log = log
        self._opening: set[str] = set()
        self._open: dict[str, StreamSession[E]] = {}
        self._running: dict[StreamSession[E], asyncio.Task[None]] = {}
        self._tokens: dict[StreamSession[E], bytes] = {}
        self._ended: dict[bytes, tuple[StreamSession[E], float]] = {}

    def check_free(self, name: str) -> None:
        """Raise AlreadyAttendingError if somebody attends as this participant."""
        session = self._open.get(name)
        is_there = session is not None and session.is_attached and not session.has_ended
        if name in self._opening or is_there:
            raise AlreadyAttendingError(
                f"{name} attends over another connection; its resume token takes it over",
                participant=name,
            )

    async def carry(
        self, comer: Comer, make: Callable[[], Made[E]], requests: Requests[E]
    ) -> AsyncGenerator[Outgoing[E], None]:
        """Open an attendance, or go on with the one there is, over one connection.

        make: blocks. Raises AlreadyAttendingError, TooManyRequestsInFlightError, what `make`
        raises, and what `Link` raises.
        """
        if not comer.takes_over or comer.name in self._opening:
            self.check_free(comer.name)
        session = await self._find(comer.name) or await self._begin(comer, make)
        self._tokens[session] = _digest(comer.token)
        async with aclosing(self._link(session, comer.token, requests)) as answers:
            async for answer in answers:
                yield answer

    def missed(self, token: str) -> StreamSession[E] | None:
        """Return the ended attendance whose verdict the holder of a token may have missed."""
        self.forget_old()
        found = self._ended.get(_digest(token))
        return None if found is None else found[0]

    async def repeat(
        self, session: StreamSession[E], requests: Requests[E]
    ) -> AsyncGenerator[Outgoing[E], None]:
        """Say again how an attendance ended."""
        async with aclosing(self._link(session, "", requests)) as answers:
            async for answer in answers:
                yield answer

    async def drain(self, limit_s: float) -> None:
        """Set every attendance aside."""
        running = dict(self._running)
        for session in running:
            session.finish(DRAINED)
        if not running:
            return
        await asyncio.wait(running.values(), timeout=limit_s)
        for session, task in running.items():
            if not task.done():
                session.failure = DrainingError("the server is stopping; come back in a moment")
                task.cancel()
        await asyncio.wait(running.values(), timeout=limit_s)

    def _link(
        self, session: StreamSession[E], token: str, requests: Requests[E]
    ) -> AsyncGenerator[Outgoing[E], None]:
        return Link(session, token, requests(session), self._clock).answers()

    async def _find(self, name: str) -> StreamSession[E] | None:
        """Return the attendance that goes on; one that ends is waited for, with its recording."""
        while (session := self._open.get(name)) is not None and session.has_ended:
            await asyncio.wait({self._running[session]})
        return session

    async def _begin(self, comer: Comer, make: Callable[[], Made[E]]) -> StreamSession[E]:
        self._opening.add(comer.name)
        try:
            with ExitStack() as stack:
                stack.enter_context(self._slots.slot(comer.tenant))
                made = await self._make(make)
                return self._start(comer, made, stack.pop_all())
        finally:
            self._opening.discard(comer.name)

    async def _make(self, make: Callable[[], Made[E]]) -> Made[E]:
        """Make it. What is made for a client that has gone meanwhile is closed at once."""
        making = asyncio.ensure_future(self._bridge.run(make, self.limits.step_s))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            making.add_done_callback(_close_late)
            raise

    def _start(self, comer: Comer, made: Made[E], held: ExitStack) -> StreamSession[E]:
        feed: AttendFeed[E] = AttendFeed(
            self.limits,
            made.run,
            made.recorder,
            self._scribe,
            self._clock,
            lambda seconds: self._metrics.stream_acknowledged(KIND, seconds),
        )
        owner = Caller(comer.tenant, comer.name, frozenset())
        session = StreamSession(owner, made.run, self.limits, self._bridge, self._clock, feed)
        feed.on_change = session.nudge
        self._open[comer.name] = session
        self._running[session] = asyncio.create_task(
            self._run(session, made.run, feed, held), name=comer.name
        )
        return session

    async def _run(
        self,
        session: StreamSession[E],
        run: AttendRun[E],
        feed: AttendFeed[E],
        held: ExitStack,
    ) -> None:
        name = run.name
        with held, self._metrics.stream_open(KIND):
            try:
                await session.run()
            except Exception:
                self._log.exception("attendance failed", attendance=name)
            finally:
                try:
                    await asyncio.shield(asyncio.wrap_future(self._scribe.leave(feed.seat)))
                except Exception:
                    self._log.exception("recording not closed", attendance=name)
                finally:
                    del self._open[name]
                    del self._running[session]
                    self._keep_verdict(session)
                    self._note(session, run, feed)

    def _note(self, session: StreamSession[E], run: AttendRun[E], feed: AttendFeed[E]) -> None:
        feed.lost_count += run.lost_count
        self._metrics.stream_ended(KIND, run.seen_count, feed.dropped_count)
        failure = session.failure
        if failure is None:
            return
        reason = failure.reason if isinstance(failure, SmartBranchError) else "INTERNAL"
        self._log.info("attendance set aside", attendance=run.name, reason=reason)
        if reason == "INTERNAL" and not session.is_attached:
            self._log.error("attendance failed", attendance=run.name, exc_info=failure)

    def _keep_verdict(self, session: StreamSession[E]) -> None:
        digest = self._tokens.pop(session, None)
        if digest is not None and session.verdict is not None:
            self._ended[digest] = session, self._clock.monotonic()
        self.forget_old()

    def forget_old(self) -> None:
        """Forget verdicts that nobody comes back for; call it now and then."""
        oldest_s = self._clock.monotonic() - self.limits.resume_s
        old = [digest for digest, (_, ended_s) in self._ended.items() if ended_s < oldest_s]
        for digest in [*old, *list(self._ended)[: max(0, len(self._ended) - MAX_KEPT)]]:
            self._ended.pop(digest, None)


def _close_late(made: "asyncio.Future[Made[E]]") -> None:
    if not made.cancelled() and made.exception() is None:
        made.result().run.close()
        made.result().recorder.close()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
