"""Where the chunks of a clip arrive: checked at once, and held until they are looked at."""

import asyncio
from collections import deque

from base.errors import (
    ClipTooLargeError,
    ClipTooLongError,
    InvalidArgumentError,
    MessageTooLargeError,
    SequenceGapError,
)
from media.chunks import PCM_BYTES, PCM_RATE_HZ
from serving.deepfake.run import PICTURES, ClipChunk
from serving.deepfake.settings import DeepfakeSettings
from serving.streams.types import Chunk

# Of one clip, received and not looked at; a client that sends faster is held by flow control.
MAX_WAITING, MAX_WAITING_BYTES = 64, 8 * 1024 * 1024


class ClipIntake:
    """Checks the chunks of one clip against each other and the limits; of constant memory.

    is_signed: what is missing or twice there is the chain's to prove, and no error.
    """

    def __init__(self, settings: DeepfakeSettings, is_signed: bool) -> None:
        self._settings = settings
        self.is_signed = is_signed
        self._tracks: dict[bool, str] = {}
        self._began_s: float | None = None
        self._first_pts_s: float | None = None
        self._byte_count = 0
        self._sound_s = 0.0
        self.last_sequence = 0
        self.frame_count = 0

    def accept(self, chunk: Chunk) -> None:
        """Take one chunk.

        Raises InvalidArgumentError, SequenceGapError, MessageTooLargeError, ClipTooLargeError
        and ClipTooLongError.
        """
        self._check_number(chunk.sequence)
        self._check_track(chunk)
        self._check_size(chunk)
        self._check_length(chunk)
        self.last_sequence = chunk.sequence

    def finish(self, last_sequence: int) -> None:
        """Take the end; 0 says nothing. Raises InvalidArgumentError and SequenceGapError."""
        if not self.last_sequence:
            raise InvalidArgumentError("the clip has no chunks", field="end")
        if not self.is_signed and last_sequence not in (0, self.last_sequence):
            raise self._gap(last_sequence)

    def _check_number(self, sequence: int) -> None:
        if sequence < 1:
            raise InvalidArgumentError("chunks are numbered from 1", field="chunk.sequence")
        if not self.is_signed and sequence != self.last_sequence + 1:
            raise self._gap(sequence)

    def _gap(self, sequence: int) -> SequenceGapError:
        wanted = self.last_sequence + 1
        return SequenceGapError(
            f"chunk {sequence} came where {wanted} was expected; a clip without a chain has "
            "every chunk once, in order",
            next_sequence=wanted,
        )

    def _check_track(self, chunk: Chunk) -> None:
        known = self._tracks.setdefault(chunk.codec in PICTURES, chunk.track)
        if chunk.track != known:
            raise InvalidArgumentError(
                "a clip has one track of pictures and one of sound", field="chunk.track"
            )

    def _check_size(self, chunk: Chunk) -> None:
        settings, size = self._settings, len(chunk.data)
        if size > settings.max_chunk_bytes:
            raise MessageTooLargeError(
                f"the chunk has {size} bytes; at most {settings.max_chunk_bytes} are taken",
                bytes=size,
                max_bytes=settings.max_chunk_bytes,
            )
        self._byte_count += size
        if self._byte_count > settings.max_clip_bytes:
            raise ClipTooLargeError(
                f"the clip has more than {settings.max_clip_bytes} bytes",
                max_bytes=settings.max_clip_bytes,
            )
        self.frame_count += chunk.codec in PICTURES
        if self.frame_count > settings.max_frames:
            raise ClipTooLargeError(
                f"the clip has more than {settings.max_frames} frames",
                max_frames=settings.max_frames,
            )

    def _check_length(self, chunk: Chunk) -> None:
        self._began_s = chunk.received_s if self._began_s is None else self._began_s
        length_s = chunk.received_s - self._began_s
        if chunk.pts_s is not None:
            first_s = chunk.pts_s if self._first_pts_s is None else self._first_pts_s
            self._first_pts_s = first_s
            length_s = max(length_s, abs(chunk.pts_s - first_s))
        if chunk.codec not in PICTURES:
            self._sound_s += len(chunk.data) / (PCM_BYTES * PCM_RATE_HZ)
        length_s = max(length_s, self._sound_s)
        if length_s > self._settings.max_clip_s:
            raise ClipTooLongError(
                f"the clip lasts more than {self._settings.max_clip_s:g} s",
                max_duration_s=self._settings.max_clip_s,
            )


class Backlog:
    """Chunks that wait to be looked at, in order and none dropped; for one event loop.

    Who puts more than there is room for waits.
    """

    def __init__(self) -> None:
        self._chunks: deque[ClipChunk] = deque()
        self._byte_count = 0
        self._has_ended = False
        self._failure: Exception | None = None
        self._changed = asyncio.Condition()

    async def put(self, chunk: ClipChunk) -> None:
        """Leave a chunk, once there is room."""
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            self._chunks.append(chunk)
            self._byte_count += len(chunk.media.data)
            self._changed.notify_all()

    async def end(self, failure: Exception | None = None) -> None:
        """Say that no more comes, or why it is all in vain."""
        async with self._changed:
            self._has_ended, self._failure = True, failure
            self._changed.notify_all()

    async def take(self) -> ClipChunk | None:
        """Return the oldest chunk, None after the last one. Raises what it was failed with."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._chunks or self._has_ended)
            if self._failure is not None:
                raise self._failure
            if not self._chunks:
                return None
            chunk = self._chunks.popleft()
            self._byte_count -= len(chunk.media.data)
            self._changed.notify_all()
            return chunk

    def _has_room(self) -> bool:
        is_full = self._byte_count >= MAX_WAITING_BYTES or len(self._chunks) >= MAX_WAITING
        return not is_full
