"""Where an attendance's chunks and words arrive: all are recorded, and looked at as needed."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol

from base.clock import Clock
from base.errors import InvalidArgumentError, QueueFullError, RateLimitedError
from media.chunks import MAX_PCM_S, PCM_BYTES, PCM_RATE_HZ
from media.frame import CAMERA, MICROPHONE
from serving.interview.scribe import Recorder, Scribe, Seat
from serving.streams.intake import Intake
from serving.streams.types import Chunk, Codec, E, E_co, StreamLimits, Word

DOCUMENT_FRONT, DOCUMENT_BACK = "document_front", "document_back"
DOCUMENTS = (DOCUMENT_FRONT, DOCUMENT_BACK)
PICTURES = frozenset({Codec.JPEG, Codec.PNG})
MAX_SOUND_S = 10.0  # That waits to be heard; a server that lags further misses the oldest.
MAX_DOCUMENTS, MAX_WORDS = 4, 16
# What is in memory and not on the disk, of one attendance; then its client has to wait.
MAX_UNSAFE_BYTES = 16 * 1024 * 1024
DISK_LIMIT_S = 10.0
_BYTES_A_S = PCM_BYTES * PCM_RATE_HZ


@dataclass(frozen=True, slots=True)
class Batch:
    """What waits for one step: words, documents and sound all in order, and the newest picture."""

    words: tuple[object, ...] = ()
    documents: tuple[Chunk, ...] = ()
    sounds: tuple[Chunk, ...] = ()
    picture: Chunk | None = None


class BatchWork(Protocol[E_co]):
    """What the feed's batches are for."""

    def take_all(self, batch: Batch) -> Sequence[E_co]:
        """Look at, hear and read what waits."""
        ...


class AttendFeed(Intake, Generic[E]):
    """Takes everything to the recorder, and then to the work.

    A chunk may be acknowledged when it is on the disk. on_change: called when that, or the room,
    has changed. on_safe: told how long a chunk took to get there, in seconds.
    """

    def __init__(
        self,
        limits: StreamLimits,
        work: BatchWork[E],
        recorder: Recorder,
        scribe: Scribe,
        clock: Clock,
        on_safe: Callable[[float], None],
    ) -> None:
        super().__init__(limits, PICTURES | {Codec.PCM_S16LE_16KHZ}, recorder.last_sequence)
        self._work = work
        self._recorder = recorder
        self._scribe = scribe
        self._clock = clock
        self._on_safe = on_safe
        self._loop = asyncio.get_running_loop()
        self._words: deque[object] = deque()
        self._documents: deque[Chunk] = deque(maxlen=MAX_DOCUMENTS)
        self._sounds: deque[Chunk] = deque()
        self._sound_bytes = 0
        self._unsafe: deque[Chunk] = deque()
        self._unsafe_bytes = 0
        self._failure: Exception | None = None
        self._changed = asyncio.Event()
        self._safe_sequence = recorder.last_sequence
        self.on_change: Callable[[], None] = _nothing
        self.seat: Seat = scribe.join(recorder, self._tell_safe, self._tell_failure)

    @property
    def safe_sequence(self) -> int:
        """The last chunk that is on the disk, with all before it."""
        return self._safe_sequence

    def place(self, chunk: Chunk) -> None:
        """Record a new chunk and put it where it waits.

        Raises InvalidArgumentError, RecordingFullError, and what writing failed with.
        """
        if self._failure is not None:
            raise self._failure
        _check_track(chunk)
        self._recorder.append(chunk)
        self._unsafe.append(chunk)
        self._unsafe_bytes += len(chunk.data)
        self._scribe.note(self.seat)
        if chunk.track == CAMERA:
            super().place(chunk)
        elif chunk.track == MICROPHONE:
            self._keep_sound(chunk)
        else:
            self.lost_count += len(self._documents) == MAX_DOCUMENTS
            self._documents.append(chunk)

    def hear(self, word: Word) -> None:
        """Take a word. Raises RateLimitedError where too many wait."""
        if len(self._words) >= MAX_WORDS:
            raise RateLimitedError(f"{MAX_WORDS} messages wait already; send fewer")
        self._words.append(word.content)

    async def room(self) -> None:
        """Wait for the disk. Raises QueueFullError where it does not keep up."""
        await self._wait_for_disk(lambda: self._unsafe_bytes <= MAX_UNSAFE_BYTES)

    async def settle(self) -> None:
        """Wait until all that came is on the disk. Raises QueueFullError as `room`."""
        await self._wait_for_disk(lambda: not self._unsafe)

    def next_step(self) -> Callable[[], Sequence[E]] | None:
        """Take everything that waits. Raises what writing failed with."""
        if self._failure is not None:
            raise self._failure
        batch = Batch(tuple(self._words), tuple(self._documents), tuple(self._sounds), self.take())
        if batch == Batch():
            return None
        self._words.clear()
        self._documents.clear()
        self._sounds.clear()
        self._sound_bytes = 0
        return partial(self._work.take_all, batch)

    def _keep_sound(self, chunk: Chunk) -> None:
        self._sounds.append(chunk)
        self._sound_bytes += len(chunk.data)
        while self._sound_bytes > MAX_SOUND_S * _BYTES_A_S:
            self._sound_bytes -= len(self._sounds.popleft().data)
            self.lost_count += 1

    async def _wait_for_disk(self, is_well: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(DISK_LIMIT_S):
                while not is_well() and self._failure is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise QueueFullError("the disk does not keep up with the recording") from None

    def _tell_safe(self, sequence: int) -> None:
        self._loop.call_soon_threadsafe(self._note_safe, sequence)

    def _tell_failure(self, error: Exception) -> None:
        self._loop.call_soon_threadsafe(self._note_failure, error)

    def _note_safe(self, sequence: int) -> None:
        now_s = self._clock.monotonic()
        while self._unsafe and self._unsafe[0].sequence <= sequence:
            chunk = self._unsafe.popleft()
            self._unsafe_bytes -= len(chunk.data)
            self._on_safe(now_s - chunk.received_s)
        self._safe_sequence = max(self._safe_sequence, sequence)
        self._changed.set()
        self.on_change()

    def _note_failure(self, error: Exception) -> None:
        self._failure = error
        self._changed.set()
        self.on_change()


def _check_track(chunk: Chunk) -> None:
    is_sound = chunk.track == MICROPHONE
    if not is_sound and chunk.track not in (CAMERA, *DOCUMENTS):
        raise InvalidArgumentError(
            f"chunks of an interview are of the tracks {CAMERA}, {MICROPHONE}, "
            f"{DOCUMENT_FRONT} and {DOCUMENT_BACK}",
            field="chunk.track",
        )
    if is_sound is (chunk.codec in PICTURES):
        raise InvalidArgumentError(
            f"a chunk of {chunk.codec.value} is out of place in the track {chunk.track}",
            field="chunk.codec",
        )
    if is_sound and len(chunk.data) > MAX_PCM_S * _BYTES_A_S:
        raise InvalidArgumentError(
            f"a piece of sound lasts at most {MAX_PCM_S:g} s", field="chunk.data"
        )


def _nothing() -> None:
    pass
