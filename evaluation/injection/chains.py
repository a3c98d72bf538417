"""Attacks on a signed chain, and what a line does to one."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from deepfake.frame_chain import (
    HASH_BYTES,
    ChainVerifier,
    SignedChunk,
    closing_link,
    first_link,
    link_of,
)
from deepfake.outcome import Moment
from evaluation.injection.stream import Sent

_NS_PER_S = 1_000_000_000
_JPEG = 1
_NAME = "tenants/kit/deepfakeClips/one"
_LOSS, _MATERIAL_LOSS = 0.03, 0.4


@dataclass(frozen=True, slots=True)
class SignedStream:
    """Chunks as they come, and the end. key: of the session that they come to."""

    key: bytes
    chunks: tuple[SignedChunk, ...]
    last_sequence: int
    closing: bytes


Handling = Callable[[Sequence[Sent], random.Random], SignedStream]


def prove(stream: SignedStream) -> tuple[Moment, ...]:
    """Return what the server's half of the chain proves."""
    verifier = ChainVerifier(stream.key, _NAME)
    for chunk in stream.chunks:
        verifier.push(chunk, (chunk.pts_ns or 0) / _NS_PER_S)
    verifier.close(stream.last_sequence, stream.closing)
    return verifier.moments()


def untouched(sent: Sequence[Sent], dice: random.Random) -> SignedStream:
    """Sign it, and send it as it is."""
    return _signed(sent, dice.randbytes(HASH_BYTES))


def lossy(sent: Sequence[Sent], dice: random.Random) -> SignedStream:
    """Lose some chunks on the way."""
    return _thinned(untouched(sent, dice), _LOSS, dice)


def edited(sent: Sequence[Sent], dice: random.Random) -> SignedStream:
    """Exchange one picture for another."""
    stream = untouched(sent, dice)
    one, two = dice.sample(range(len(stream.chunks)), 2)
    chunks = list(stream.chunks)
    chunks[one] = replace(chunks[one], data=chunks[two].data + b"\0")
    return replace(stream, chunks=tuple(chunks))


def retimed(sent: Sequence[Sent], dice: random.Random) -> SignedStream:
    """Change one time."""
    stream, chunks = untouched(sent, dice), []
    place = dice.randrange(len(stream.chunks))
    for number, chunk in enumerate(stream.chunks):
        is_one = number == place
        chunks.append(replace(chunk, pts_ns=(chunk.pts_ns or 0) + 1) if is_one else chunk)
    return replace(stream, chunks=tuple(chunks))


def moved(sent: Sequence[Sent], dice: random.Random) -> SignedStream:
    """Let two neighbours change places."""
    stream = untouched(sent, dice)
    chunks, place = list(stream.chunks), dice.randrange(len(stream.chunks) - 1)
    chunks[place : place + 2] = chunks[place + 1], chunks[place]
    return replace(stream, chunks=tuple(chunks))


def thinned(sent: Sequence[Sent], dice: random.Random) -> SignedStream:
    """Take out a good part of the chunks."""
    return _thinned(untouched(sent, dice), _MATERIAL_LOSS, dice)


def cut_off(sent: Sequence[Sent], dice: random.Random) -> SignedStream:
    """Leave out the last third."""
    stream = untouched(sent, dice)
    return replace(stream, chunks=stream.chunks[: -(len(stream.chunks) // 3 or 1)])


def stripped(sent: Sequence[Sent], dice: random.Random) -> SignedStream:
    """Cut off the signatures."""
    stream = untouched(sent, dice)
    bare = [replace(one, chain_hash=b"", previous_chain_hash=b"") for one in stream.chunks]
    return replace(stream, chunks=tuple(bare), closing=b"")


def of_another_session(sent: Sequence[Sent], dice: random.Random) -> SignedStream:
    """Send what was signed for another session."""
    return replace(untouched(sent, dice), key=dice.randbytes(HASH_BYTES))


def _thinned(stream: SignedStream, loss: float, dice: random.Random) -> SignedStream:
    kept = [one for one in stream.chunks[:-1] if dice.random() >= loss]
    return replace(stream, chunks=(*kept, stream.chunks[-1]))


def _signed(sent: Sequence[Sent], key: bytes) -> SignedStream:
    link, chunks = first_link(key, _NAME), []
    for number, one in enumerate(sent, 1):
        pts_ns = round(max(one.captured_s, 0.0) * _NS_PER_S)
        bare = SignedChunk(number, _JPEG, one.data, b"", link, pts_ns=pts_ns)
        link = link_of(key, bare)
        chunks.append(replace(bare, chain_hash=link))
    return SignedStream(key, tuple(chunks), len(chunks), closing_link(key, link, len(chunks)))
