"""A scripted work behind a stream, and a registry around it, without models or sockets."""

import asyncio
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field

from base.clock import SystemClock
from serving.bridge import Bridge
from serving.caller import Caller, Role
from serving.limits import Slots
from serving.streams.registry import SessionRegistry
from serving.streams.types import (
    Ack,
    Beat,
    Chunk,
    Codec,
    Incoming,
    Opened,
    Outgoing,
    Said,
    StreamLimits,
)
from serving.telemetry.logs import make_logger
from serving.telemetry.metrics import Metrics

CALLER = Caller("bank-a", "app", frozenset({Role.INTERVIEW_APP}))
LAST = "verdict"
LIMITS = StreamLimits(
    max_chunk_bytes=1000,
    max_chunks_per_s=500.0,
    max_fps=1e6,
    session_s=20.0,
    resume_s=5.0,
    silence_s=3.0,
    heartbeat_s=0.3,
    ack_every=4,
    ack_after_s=0.1,
    tick_s=0.02,
    step_s=5.0,
)


class ScriptedWork:
    """Says what happens to it, and gives its verdict after `length` chunks.

    gate: each look waits for it, so that a test decides how slow the analysis is.
    """

    def __init__(self, length: int = 1_000, name: str = "sessions/one") -> None:
        self.name, self.nonce = name, "ab"
        self.codecs = frozenset({Codec.JPEG})
        self.length_s = 10.0
        self.is_finished = False
        self.gate = threading.Event()
        self.gate.set()
        self.taken: list[int] = []
        self.calls: list[str] = []
        self.broken: Exception | None = None
        self._length = length
        self._busy = threading.Lock()

    def start(self) -> Sequence[str]:
        return self._note("start")

    def take(self, chunk: Chunk) -> Sequence[str]:
        assert self._busy.acquire(blocking=False), "two looks at the same time"
        try:
            assert self.gate.wait(30)
            if self.broken is not None:
                raise self.broken
            self.taken.append(chunk.sequence)
            if len(self.taken) == self._length:
                self.is_finished = True
                return [f"took {chunk.sequence}", LAST]
            return [f"took {chunk.sequence}"]
        finally:
            self._busy.release()

    def tick(self) -> Sequence[str]:
        return []

    def interrupt(self) -> Sequence[str]:
        return self._note("interrupt")

    def resume(self) -> Sequence[str]:
        return self._note("resume")

    def finish(self, code: str) -> Sequence[str]:
        self.is_finished = True
        self._note(f"finish {code}")
        return [f"{LAST} {code}"]

    def fail(self, reason: str) -> None:
        self._note(f"fail {reason}")

    def _note(self, call: str) -> Sequence[str]:
        self.calls.append(call)
        return [call]


@dataclass
class Client:
    """What a client sends, as a test feeds it, and everything that it got."""

    got: list[Outgoing[str]] = field(default_factory=list)
    error: Exception | None = None
    requests: "asyncio.Queue[Incoming | Exception | None]" = field(default_factory=asyncio.Queue)
    task: "asyncio.Task[None] | None" = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, *items: Incoming | Exception | None) -> None:
        for item in items:
            self.requests.put_nowait(item)

    async def incoming(self) -> AsyncIterator[Incoming]:
        while (item := await self.requests.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def follow(self, answers: AsyncGenerator[Outgoing[str], None]) -> None:
        self.task = asyncio.create_task(self._follow(answers))

    async def _follow(self, answers: AsyncGenerator[Outgoing[str], None]) -> None:
        try:
            async with aclosing(answers):
                async for answer in answers:
                    self.got.append(answer)
                    self.news.set()
        except Exception as error:
            self.error = error

    async def hang_up(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.wait({self.task})

    async def until(self, *events: str, limit_s: float = 5.0) -> None:
        """Wait until all of these were said."""
        async with asyncio.timeout(limit_s):
            while not set(events) <= set(self.events):
                await self.news.wait()
                self.news.clear()

    async def end(self, limit_s: float = 5.0) -> None:
        """Wait until the server ended the stream."""
        assert self.task is not None
        async with asyncio.timeout(limit_s):
            await self.task

    @property
    def events(self) -> list[str]:
        return [item.event for item in self.got if isinstance(item, Said)]

    @property
    def opened(self) -> Opened:
        first = self.got[0]
        assert isinstance(first, Opened)
        return first

    @property
    def acks(self) -> list[Ack]:
        return [item for item in self.got if isinstance(item, Ack)]

    @property
    def beats(self) -> int:
        return sum(isinstance(item, Beat) for item in self.got)


class House:
    """A registry with its bridge."""

    def __init__(self, limits: StreamLimits, slots: Slots | None = None) -> None:
        self.clock = SystemClock()
        self.bridge = Bridge(2, self.clock)
        self.slots = slots or Slots(4, "sessions")
        self.metrics = Metrics()
        log = make_logger("critical", sys.stderr)
        self.registry: SessionRegistry[str] = SessionRegistry(
            "test", limits, self.slots, self.bridge, self.clock, self.metrics, log
        )

    def open(self, work: ScriptedWork, owner: Caller = CALLER) -> Client:
        client = Client()
        client.follow(self.registry.open(owner, lambda: work, client.incoming()))
        return client

    def resume(self, token: str, owner: Caller = CALLER) -> Client:
        client = Client()
        client.follow(self.registry.resume(owner, token, client.incoming()))
        return client

    async def all_ended(self, limit_s: float = 5.0) -> None:
        """Wait until no session runs."""
        async with asyncio.timeout(limit_s):
            await asyncio.gather(*self.registry._running.values())

    def chunk(self, sequence: int, data: bytes = b"x", codec: Codec = Codec.JPEG) -> Chunk:
        now_s = self.clock.monotonic()
        return Chunk(sequence, "camera", codec, data, None, None, now_s)

    def chunks(self, first: int, last: int) -> list[Chunk]:
        return [self.chunk(number) for number in range(first, last + 1)]


@contextmanager
def open_house(limits: StreamLimits, slots: Slots | None = None) -> Iterator[House]:
    house = House(limits, slots)
    try:
        yield house
    finally:
        house.bridge.close()
