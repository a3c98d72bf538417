"""What goes in and out of a stream, and what works behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, Protocol, TypeVar

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)


class Codec(Enum):
    """How a chunk is encoded."""

    JPEG = "JPEG"
    PNG = "PNG"
    PCM_S16LE_16KHZ = "PCM_S16LE_16KHZ"


@dataclass(frozen=True, slots=True, repr=False)
class Chunk:
    """One encoded picture or piece of sound.

    sequence: number in the session over all tracks, from 1. pts_s, capture_time: by the sender's
    clock, None if it does not say. received_s: monotonic, when it was here.
    """

    sequence: int
    track: str
    codec: Codec
    data: bytes
    pts_s: float | None
    capture_time: datetime | None
    received_s: float

    def __repr__(self) -> str:
        return f"Chunk({self.track} {self.sequence}, {self.codec.value}, data=<hidden>)"


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life, in either direction."""


@dataclass(frozen=True, slots=True, repr=False)
class Word:
    """Something else that a client says; the work knows what to make of it."""

    content: object

    def __repr__(self) -> str:
        return f"Word({type(self.content).__name__}, content=<hidden>)"


Incoming = Chunk | Word | Beat


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """The session is open, or open again. token: for the next return.

    name: resource name. nonce: what the session is bound to. next_sequence: the chunk wanted next.
    """

    name: str
    nonce: str
    token: str
    next_sequence: int
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Opened({self.name}, next={self.next_sequence}, token=<hidden>)"


@dataclass(frozen=True, slots=True)
class Ack:
    """Every chunk up to `sequence` was received, and written down where the stream is recorded.

    dropped_count: of those that were received, how many were not looked at.
    """

    sequence: int
    dropped_count: int


@dataclass(frozen=True, slots=True)
class Said(Generic[E_co]):
    """Something that the work behind the stream has to say."""

    event: E_co


Outgoing = Opened | Ack | Beat | Said[E]


class StreamWork(Protocol[E_co]):
    """What a stream feeds. Its methods block, and one is called at a time, in any thread.

    The last event of the call that finishes the work is its verdict.
    """

    @property
    def name(self) -> str:
        """Resource name of the session."""
        ...

    @property
    def nonce(self) -> str:
        """One-time value that the session is bound to."""
        ...

    @property
    def codecs(self) -> frozenset[Codec]:
        """The codecs that are taken."""
        ...

    @property
    def length_s(self) -> float:
        """How long the work takes at most, by its own rules."""
        ...

    @property
    def is_finished(self) -> bool:
        """Whether the verdict was given; nothing is called any more then."""
        ...

    def start(self) -> Sequence[E_co]:
        """Begin."""
        ...

    def take(self, chunk: Chunk) -> Sequence[E_co]:
        """Look at one chunk."""
        ...

    def tick(self) -> Sequence[E_co]:
        """Let time pass without a chunk."""
        ...

    def interrupt(self) -> Sequence[E_co]:
        """Note that the connection was lost."""
        ...

    def resume(self) -> Sequence[E_co]:
        """Go on, for the client is back."""
        ...

    def finish(self, code: str) -> Sequence[E_co]:
        """End with a verdict that is no pass. code: why, UPPER_SNAKE."""
        ...

    def fail(self, reason: str) -> None:
        """Close the books without a verdict; a call may still be stuck in another thread."""
        ...


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Bounds of one stream; every one of them has an end.

    max_chunks_per_s: with heartbeats; more is refused. max_fps: chunks that are looked at; more are
    dropped. session_s: length of a session. resume_s: time to come back after a lost connection.
    silence_s: without a message, the client has gone. heartbeat_s: longest time without one from
    us. ack_every, ack_after_s: chunks and time after which an acknowledgement goes out. step_s:
    time for one call of the work, queueing included. tick_s: between two looks at the time.
    max_events: that wait for a client to read them.
    """

    max_chunk_bytes: int = 2 * 1024 * 1024
    max_chunks_per_s: float = 60.0
    max_fps: float = 15.0
    session_s: float = 120.0
    resume_s: float = 20.0
    silence_s: float = 6.0
    heartbeat_s: float = 2.0
    ack_every: int = 8
    ack_after_s: float = 0.25
    step_s: float = 10.0
    tick_s: float = 0.1
    max_events: int = 256
