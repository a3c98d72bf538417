"""Where chunks arrive: numbers are checked, and the newest one waits to be looked at."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, Protocol

from base.errors import (
    InvalidArgumentError,
    MessageTooLargeError,
    RateLimitedError,
    SequenceGapError,
)
from serving.streams.types import Chunk, Codec, E, E_co, StreamLimits, StreamWork, Word

# Cameras are not even: two pictures may come close together without the second being too much.
FRAME_BURST = 2.0
ARRIVAL_BURST_S = 2.0  # A client that comes back sends again what was on its way.


class Mailbox:
    """Holds one chunk: a slow reader gets the newest; what it replaces is counted."""

    def __init__(self) -> None:
        self._slot: deque[Chunk] = deque(maxlen=1)
        self.dropped_count = 0

    def put(self, chunk: Chunk) -> None:
        """Leave a chunk."""
        self.dropped_count += len(self._slot)
        self._slot.append(chunk)

    def take(self) -> Chunk | None:
        """Take the chunk out, None if there is none."""
        return self._slot.popleft() if self._slot else None

    def empty(self) -> None:
        """Drop what is in it."""
        self.dropped_count += len(self._slot)
        self._slot.clear()


class Pace:
    """Credit that grows with time: one for each thing that may pass."""

    def __init__(self, rate_per_s: float, burst: float) -> None:
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._credit = burst
        self._seen_s: float | None = None

    def allows(self, now_s: float) -> bool:
        """Return whether one more may pass now, and count it if so."""
        gone_s = 0.0 if self._seen_s is None else max(0.0, now_s - self._seen_s)
        self._seen_s = now_s
        self._credit = min(self._burst, self._credit + gone_s * self._rate_per_s)
        if self._credit < 1.0:
            return False
        self._credit -= 1.0
        return True


class Feed(Protocol[E_co]):
    """What comes in for a session, and what is to be done about it, one step at a time.

    Used on the event loop alone. lost_count: chunks that the work had no room for.
    """

    lost_count: int

    @property
    def sequence(self) -> int:
        """The last chunk that was taken in."""
        ...

    @property
    def safe_sequence(self) -> int:
        """The last chunk that may be acknowledged, with all before it."""
        ...

    @property
    def dropped_count(self) -> int:
        """Chunks that were received and are not looked at."""
        ...

    def admit(self, now_s: float) -> None:
        """Count one message, whatever it carries. Raises RateLimitedError."""
        ...

    def accept(self, chunk: Chunk) -> bool:
        """Take one chunk; False for one that was here before. Raises as `Intake.accept`."""
        ...

    def hear(self, word: Word) -> None:
        """Take a word. Raises InvalidArgumentError where none is expected."""
        ...

    async def room(self) -> None:
        """Wait until more may come."""
        ...

    async def settle(self) -> None:
        """Wait until all that came may be acknowledged."""
        ...

    def next_step(self) -> Callable[[], Sequence[E_co]] | None:
        """Return what is to be done now, None if nothing is. Raises what makes it pointless."""
        ...

    def empty(self) -> None:
        """Leave what waits unlooked at."""
        ...


class Intake:
    """Takes the chunks of one session in, over all of its connections.

    last_sequence: of the chunks that were taken in before, by a session that this one goes on for.
    """

    def __init__(
        self, limits: StreamLimits, codecs: frozenset[Codec], last_sequence: int = 0
    ) -> None:
        self._limits = limits
        self._codecs = codecs
        self._arrivals = Pace(limits.max_chunks_per_s, limits.max_chunks_per_s * ARRIVAL_BURST_S)
        self._frames = Pace(limits.max_fps, FRAME_BURST)
        self._mailbox = Mailbox()
        self._too_fast_count = 0
        self.lost_count = 0
        self.sequence = last_sequence

    @property
    def dropped_count(self) -> int:
        """Chunks that were received and are not looked at."""
        return self._mailbox.dropped_count + self._too_fast_count + self.lost_count

    def accept(self, chunk: Chunk) -> bool:
        """Take one chunk; False for one that was here before.

        Raises InvalidArgumentError, MessageTooLargeError, RateLimitedError and SequenceGapError.
        """
        self._check(chunk)
        if chunk.sequence <= self.sequence:
            return False
        if chunk.sequence > self.sequence + 1:
            raise SequenceGapError(
                f"chunk {chunk.sequence} came where {self.sequence + 1} was expected; go on with "
                f"{self.sequence + 1}",
                next_sequence=self.sequence + 1,
            )
        self.place(chunk)
        self.sequence = chunk.sequence
        return True

    def place(self, chunk: Chunk) -> None:
        """Put a new chunk where it waits."""
        if self._frames.allows(chunk.received_s):
            self._mailbox.put(chunk)
        else:
            self._too_fast_count += 1

    def admit(self, now_s: float) -> None:
        """Count one message, whatever it carries. Raises RateLimitedError."""
        if not self._arrivals.allows(now_s):
            raise RateLimitedError(
                f"more than {self._limits.max_chunks_per_s:g} messages a second; send fewer",
                rate_per_s=self._limits.max_chunks_per_s,
            )

    def take(self) -> Chunk | None:
        """Return the newest chunk that was not looked at."""
        return self._mailbox.take()

    def empty(self) -> None:
        """Leave what waits unlooked at."""
        self._mailbox.empty()

    def _check(self, chunk: Chunk) -> None:
        if chunk.sequence < 1:
            raise InvalidArgumentError("chunks are numbered from 1", field="chunk.sequence")
        if chunk.codec not in self._codecs:
            names = ", ".join(sorted(codec.value for codec in self._codecs))
            raise InvalidArgumentError(
                f"this stream takes {names}, not {chunk.codec.value}", field="chunk.codec"
            )
        if len(chunk.data) > self._limits.max_chunk_bytes:
            raise MessageTooLargeError(
                f"the chunk has {len(chunk.data)} bytes; at most {self._limits.max_chunk_bytes} "
                "are taken",
                bytes=len(chunk.data),
                max_bytes=self._limits.max_chunk_bytes,
            )
        self.admit(chunk.received_s)


class FrameFeed(Intake, Generic[E]):
    """Feeds a work with the newest picture alone; what was received is acknowledged."""

    def __init__(self, limits: StreamLimits, work: StreamWork[E]) -> None:
        super().__init__(limits, work.codecs)
        self._work = work

    @property
    def safe_sequence(self) -> int:
        """The last chunk: having been received is all that is said of it."""
        return self.sequence

    def hear(self, word: Word) -> None:
        """Refuse a word."""
        raise InvalidArgumentError("only chunks and heartbeats are expected", field="payload")

    async def room(self) -> None:
        """There always is: a newer picture replaces the one that waits."""

    async def settle(self) -> None:
        """All that came may be acknowledged."""

    def next_step(self) -> Callable[[], Sequence[E]] | None:
        """Look at the picture that waits."""
        chunk = self.take()
        return None if chunk is None else partial(self._work.take, chunk)
