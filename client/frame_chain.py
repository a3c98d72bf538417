"""The signed chain of what a client sends: each link proves a chunk, its number and its place.

The format is written down at `MediaChunk.chain_hash`.
"""

import hashlib
import hmac
import struct

from protos.smartbranch.media.v1 import media_pb2

KEY_BYTES = 32
_DOMAIN = b"smartbranch.frame-chain.v1\x00"
_LINK, _CLOSING = b"\x01", b"\x02"
_NS_PER_S = 1_000_000_000


class ChainSigner:
    """Signs the chunks of one clip in the order of their numbers; not thread-safe.

    key: 32 bytes, from `OpenClip`; good for one clip. name: the clip's resource name.
    """

    def __init__(self, key: bytes, name: str) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key of a chain has {KEY_BYTES} bytes, got {len(key)}")
        self._key = key
        self._link = self._mac(_DOMAIN + name.encode())
        self.last_sequence = 0

    def __repr__(self) -> str:
        return f"ChainSigner(last_sequence={self.last_sequence}, key=<hidden>)"

    def sign(self, chunk: media_pb2.MediaChunk) -> media_pb2.MediaChunk:
        """Return the same chunk with both of its links set; everything else has to be in it.

        Raises ValueError for a number that does not follow the last one.
        """
        if chunk.sequence != self.last_sequence + 1:
            raise ValueError(
                f"chunks are signed one after the other: expected number "
                f"{self.last_sequence + 1}, got {chunk.sequence}"
            )
        chunk.previous_chain_hash = self._link
        self._link = self._mac(_LINK + self._link + _body(chunk))
        chunk.chain_hash = self._link
        self.last_sequence = chunk.sequence
        return chunk

    def close(self) -> bytes:
        """Return the closing link, which proves that nothing is missing at the end."""
        return self._mac(_CLOSING + self._link + struct.pack(">q", self.last_sequence))

    def _mac(self, message: bytes) -> bytes:
        return hmac.digest(self._key, message, "sha256")


def _body(chunk: media_pb2.MediaChunk) -> bytes:
    track = chunk.track.encode()
    return (
        struct.pack(">qi", chunk.sequence, chunk.codec)
        + _optional_ns(_pts_ns(chunk))
        + _optional_ns(_capture_ns(chunk))
        + struct.pack(">i", len(track))
        + track
        + hashlib.sha256(chunk.data).digest()
    )


def _optional_ns(time_ns: int | None) -> bytes:
    return struct.pack(">Bq", time_ns is not None, time_ns or 0)


def _pts_ns(chunk: media_pb2.MediaChunk) -> int | None:
    return chunk.pts.seconds * _NS_PER_S + chunk.pts.nanos if chunk.HasField("pts") else None


def _capture_ns(chunk: media_pb2.MediaChunk) -> int | None:
    if not chunk.HasField("capture_time"):
        return None
    return chunk.capture_time.seconds * _NS_PER_S + chunk.capture_time.nanos
