"""Chunks that the server has not acknowledged, numbered, for a connection that breaks."""

from collections import deque

from protos.smartbranch.media.v1.media_pb2 import MediaChunk

# About two seconds of pictures and ten of sound; a line that takes less gets fewer.
MAX_PICTURES = 30
MAX_SOUNDS = 100
MAX_DOCUMENTS = 8
MAX_BYTES = 64 * 1024 * 1024
CAMERA, MICROPHONE = "camera", "microphone"
_LIMITS = {CAMERA: MAX_PICTURES, MICROPHONE: MAX_SOUNDS}


class Ring:
    """Numbers chunks and holds them until the server has them for good."""

    def __init__(self) -> None:
        self._chunks: deque[MediaChunk] = deque()
        self._next_sequence = 1
        self._cursor = 1
        self._bytes = 0
        self.acknowledged = 0
        self.has_begun = False

    def put(self, chunk: MediaChunk) -> bool:
        """Give a chunk its number and keep it; False if too much of its kind is on its way."""
        size = len(chunk.data)
        count = sum(held.track == chunk.track for held in self._chunks)
        if count >= _LIMITS.get(chunk.track, MAX_DOCUMENTS) or self._bytes + size > MAX_BYTES:
            return False
        chunk.sequence = self._next_sequence
        self._next_sequence += 1
        self._bytes += size
        self._chunks.append(chunk)
        return True

    def next(self) -> MediaChunk | None:
        """Return the next chunk to be written to the present connection, None if there is none."""
        at = self._cursor - self._chunks[0].sequence if self._chunks else 0
        if not 0 <= at < len(self._chunks):
            return None
        self._cursor += 1
        return self._chunks[at]

    def acknowledge(self, sequence: int) -> None:
        """Let go of what the server has."""
        self.acknowledged = max(self.acknowledged, sequence)
        while self._chunks and self._chunks[0].sequence <= sequence:
            self._bytes -= len(self._chunks.popleft().data)

    def restart(self, next_sequence: int) -> None:
        """Begin a connection with the chunk that the server wants."""
        self.has_begun = True
        self.acknowledge(next_sequence - 1)
        # What went out before this client was started, another one has sent.
        self._next_sequence = max(self._next_sequence, next_sequence)
        self._cursor = self._chunks[0].sequence if self._chunks else self._next_sequence
