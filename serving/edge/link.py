"""One open stream of a camera: what it is told, when, and what it was asked."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from base.clock import Clock
from base.errors import CameraOfflineError, DeadlineExceededError, TooManyRequestsInFlightError
from serving.edge.box_clock import BoxClock
from serving.edge.cameras import BoxHealth
from serving.edge.frames import FrameFeed, FrameWish, FullFrame
from serving.edge.scenes import SceneView
from serving.edge.types import EdgeCamera

ACK_EVERY_S = 0.05
BEATS_A_SILENCE = 4
MAX_FEEDS = 4  # Requests for frames of one camera at once.
MAX_OUTBOX = 64


@dataclass(frozen=True, slots=True)
class Ack:
    """Everything up to this number is durably noted."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Probe:
    """The question what time it is."""

    number: int


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life."""


Outgoing = Ack | Probe | Beat | SceneView | FrameWish


class CameraLink:
    """The server's end of one stream; for one event loop. silence_s: after it, the box has gone.

    last_sequence: the last number that is durably noted.
    """

    def __init__(self, camera: EdgeCamera, clock: Clock, silence_s: float, window: int) -> None:
        self.camera = camera
        self.box_clock = BoxClock(clock)
        self.health: BoxHealth | None = None
        self.last_seen_at: datetime = clock.now()
        self.last_sequence = 0
        self.has_closed = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self._clock = clock
        self._silence_s = silence_s
        self._ack_at_count = max(1, window // 2)
        self._outbox: deque[Outgoing] = deque(maxlen=MAX_OUTBOX)
        self._feeds: dict[str, FrameFeed] = {}
        self._news = asyncio.Event()
        self._failure: Exception | None = None
        self._has_ended = self._is_waiting = False
        self._owed_count = 0
        self._sent_s = self._acked_s = self._heard_s = clock.monotonic()

    def end(self, failure: Exception | None = None) -> None:
        """End the stream. failure: what the box is told, None if it hung up itself."""
        self._failure = self._failure or failure
        self._has_ended = True
        self._news.set()

    def heard(self) -> None:
        """Note a sign of life."""
        self._heard_s = self._clock.monotonic()
        self.last_seen_at = self._clock.now()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let the box off being heard while it is we who do not listen."""
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False
            self.heard()

    def tell(self, item: Outgoing) -> None:
        """Have something sent. A scene that was not sent yet gives way to a newer one."""
        if isinstance(item, SceneView):
            kept = [one for one in self._outbox if not isinstance(one, SceneView)]
            self._outbox = deque(kept, MAX_OUTBOX)
        self._outbox.append(item)
        self._news.set()

    def taken(self, sequence: int) -> None:
        """Note that everything up to a number is durable, and that the box waits to hear it."""
        self.last_sequence = max(self.last_sequence, sequence)
        self._owed_count += 1
        self._news.set()

    def answered(self, number: int, box_time: datetime) -> None:
        """Take the answer to a probe in. Raises InvalidArgumentError."""
        self.box_clock.answer(number, box_time)
        self._news.set()

    def open_feed(self, wish: FrameWish) -> FrameFeed:
        """Ask for frames. Raises CameraOfflineError and TooManyRequestsInFlightError."""
        if self._has_ended:
            raise CameraOfflineError("the camera has just gone")
        if len(self._feeds) >= MAX_FEEDS:
            raise TooManyRequestsInFlightError(
                f"{MAX_FEEDS} others look at frames of this camera already; ask again in a moment"
            )
        feed = self._feeds[wish.request] = FrameFeed(wish)
        self.tell(wish)
        return feed

    def close_feed(self, feed: FrameFeed) -> None:
        """Want no more frames of a request."""
        wish = feed.wish
        if self._feeds.pop(wish.request, None) is not None and not feed.is_over:
            self.tell(FrameWish(wish.request, wish.fps, 0.0, wish.max_side_px))

    def frame(self, request: str, frame: FullFrame) -> None:
        """Take a frame in; one of a request that is over is dropped."""
        feed = self._feeds.get(request)
        if feed is not None:
            feed.put(frame)
            if not feed.wish.fps:
                feed.end()

    async def answers(self) -> AsyncGenerator[Outgoing, None]:
        """Yield what the box is to be told until the stream ends.

        Raises why it ended, if it was not the box's own wish.
        """
        while not self._has_ended:
            item = self._next()
            if item is None:
                await self._wait()
                continue
            yield item
            self._sent_s = self._clock.monotonic()
        if self._failure is not None:
            raise self._failure
        if self._owed_count:
            yield self._ack()

    def close(self) -> None:
        """Let go of everybody who waits for this stream."""
        self._has_ended = True
        for feed in self._feeds.values():
            feed.end(CameraOfflineError("the camera's stream has ended"))
        self._feeds.clear()
        self.has_closed.set()

    def _next(self) -> Outgoing | None:
        now_s = self._clock.monotonic()
        if not self._is_waiting and now_s - self._heard_s >= self._silence_s:
            raise DeadlineExceededError(f"nothing came for {self._silence_s:g} s")
        if self.box_clock.due_s() <= 0:
            return Probe(self.box_clock.ask())
        if self._outbox:
            return self._outbox.popleft()
        if self._ack_due_s(now_s) <= 0:
            return self._ack()
        if now_s - self._sent_s >= self._beat_s:
            return Beat()
        return None

    def _ack(self) -> Ack:
        self._owed_count, self._acked_s = 0, self._clock.monotonic()
        return Ack(self.last_sequence)

    def _ack_due_s(self, now_s: float) -> float:
        if not self._owed_count:
            return self._beat_s
        if self._owed_count >= self._ack_at_count:
            return 0.0
        return self._acked_s + ACK_EVERY_S - now_s

    @property
    def _beat_s(self) -> float:
        return self._silence_s / BEATS_A_SILENCE

    async def _wait(self) -> None:
        now_s = self._clock.monotonic()
        limit_s = min(
            self._ack_due_s(now_s),
            self.box_clock.due_s(),
            self._sent_s + self._beat_s - now_s,
            self._silence_s if self._is_waiting else self._heard_s + self._silence_s - now_s,
        )
        try:
            async with asyncio.timeout(max(0.0, limit_s)):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()
