"""Proves what happened to a signed clip on its way: what was edited, left out or moved.

The format is written down at `MediaChunk.chain_hash`; the client's half is `client/frame_chain.py`.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass, field, replace
from enum import Enum

from decision.findings import Weight
from deepfake.outcome import Moment

SIGNAL = "frame_chain"
BROKEN, REORDERED = "CHAIN_BROKEN", "CHAIN_REORDERED"
REPLAYED, GAP = "CHAIN_REPLAYED", "CHAIN_GAP"
UNFINISHED, MISSING = "CHAIN_UNFINISHED", "CHAIN_MISSING"

KEY_BYTES = HASH_BYTES = 32
# What a bad line loses is a few chunks here and there. More than this is a part of the clip.
MAX_MISSING_SHARE, MAX_HOLE_CHUNKS = 0.25, 25
# Holes that are remembered; a sender that leaves out every second chunk does not fill memory.
MAX_HOLES = 256
_DOMAIN = b"smartbranch.frame-chain.v1\x00"
_LINK, _CLOSING = b"\x01", b"\x02"


@dataclass(frozen=True, slots=True, repr=False)
class SignedChunk:
    """One chunk as it came. codec: its number in the contract.

    pts_ns, capture_time_ns: whole nanoseconds as sent, from the start of the clip and since 1970;
    None where absent. chain_hash, previous_chain_hash: empty where nothing was signed.
    """

    sequence: int
    codec: int
    data: bytes
    chain_hash: bytes
    previous_chain_hash: bytes
    pts_ns: int | None = None
    capture_time_ns: int | None = None
    track: str = ""

    def __repr__(self) -> str:
        return f"SignedChunk({self.sequence}, {len(self.data)} bytes, data=<hidden>)"


class Link(Enum):
    """What a chunk's links prove. Only OK and GAP are chunks to go on with."""

    OK = "OK"
    GAP = "GAP"  # Genuine itself; those before it did not come.
    EDITED = "EDITED"  # Not what the client signed, or signed for another clip.
    REORDERED = "REORDERED"  # Genuine, and behind one that was signed later.
    REPLAYED = "REPLAYED"  # Genuine, and taken before: sent again.
    UNSIGNED = "UNSIGNED"
    UNFINISHED = "UNFINISHED"  # Of an end: not all that was signed came, or nothing proves it.


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """What one chunk, or the end, proves. missing: first and last number that did not come."""

    link: Link
    missing: tuple[int, int] | None = None

    @property
    def is_good(self) -> bool:
        """Whether the chunk is genuine and in its place."""
        return self.link in (Link.OK, Link.GAP)


@dataclass(slots=True, repr=False)
class ChainVerifier:
    """Follows one signed clip; not thread-safe, of bounded memory.

    key: 32 bytes that only the client and this server know. name: the clip's resource name.
    """

    key: bytes
    name: str
    last_sequence: int = 0
    missing_count: int = 0
    _link: bytes = b""
    _holes: list[tuple[int, int]] = field(default_factory=list)
    _longest_hole: int = 0
    _is_closed: bool = False
    _moments: dict[str, Moment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"the key of a chain has {KEY_BYTES} bytes, got {len(self.key)}")
        self._link = first_link(self.key, self.name)

    def __repr__(self) -> str:
        return f"ChainVerifier({self.name}, last_sequence={self.last_sequence}, key=<hidden>)"

    def push(self, chunk: SignedChunk, time_s: float = 0.0) -> ChainVerdict:
        """Take the next chunk that came. time_s: of the clip, for what is noticed."""
        verdict = self._judge(chunk)
        if verdict.missing is not None:
            self._note_hole(*verdict.missing)
        if verdict.is_good:
            self.last_sequence, self._link = chunk.sequence, chunk.chain_hash
        self._note(verdict.link, time_s)
        return verdict

    def close(self, last_sequence: int, chain_hash: bytes, time_s: float = 0.0) -> ChainVerdict:
        """Take the end of the clip: how many chunks there were, and the closing link."""
        verdict = self._judge_end(last_sequence, chain_hash)
        self._is_closed = True
        self._note(verdict.link, time_s)
        return verdict

    def moments(self) -> tuple[Moment, ...]:
        """Return one moment of each kind; what share is missing counts at the end."""
        return tuple(
            replace(moment, weight=Weight.HOLDS)
            if moment.code == GAP and self._is_much_missing()
            else moment
            for moment in self._moments.values()
        )

    def _judge(self, chunk: SignedChunk) -> ChainVerdict:
        if len(chunk.chain_hash) != HASH_BYTES or len(chunk.previous_chain_hash) != HASH_BYTES:
            return ChainVerdict(Link.UNSIGNED)
        if chunk.sequence < 1 or not self._is_signed(chunk):
            return ChainVerdict(Link.EDITED)
        if chunk.sequence <= self.last_sequence:
            return ChainVerdict(
                Link.REORDERED if self._fill_hole(chunk.sequence) else Link.REPLAYED
            )
        if chunk.sequence > self.last_sequence + 1:
            return ChainVerdict(Link.GAP, (self.last_sequence + 1, chunk.sequence - 1))
        is_next = hmac.compare_digest(self._link, chunk.previous_chain_hash)
        return ChainVerdict(Link.OK if is_next else Link.EDITED)

    def _judge_end(self, last_sequence: int, chain_hash: bytes) -> ChainVerdict:
        if last_sequence > self.last_sequence:
            return ChainVerdict(Link.UNFINISHED, (self.last_sequence + 1, last_sequence))
        if len(chain_hash) != HASH_BYTES:
            return ChainVerdict(Link.UNFINISHED)
        closing = closing_link(self.key, self._link, last_sequence)
        is_whole = hmac.compare_digest(closing, chain_hash)
        return ChainVerdict(Link.OK if is_whole else Link.EDITED)

    def _is_signed(self, chunk: SignedChunk) -> bool:
        try:
            link = link_of(self.key, chunk)
        except struct.error:  # Times that no client can have signed.
            return False
        return hmac.compare_digest(link, chunk.chain_hash)

    def _note_hole(self, first: int, last: int) -> None:
        self.missing_count += last - first + 1
        self._longest_hole = max(self._longest_hole, last - first + 1)
        if len(self._holes) < MAX_HOLES:
            self._holes.append((first, last))

    def _fill_hole(self, sequence: int) -> bool:
        """Return whether a number was missing, and take it for having come."""
        for place, (first, last) in enumerate(self._holes):
            if first <= sequence <= last:
                parts = [(first, sequence - 1), (sequence + 1, last)]
                self._holes[place : place + 1] = [part for part in parts if part[0] <= part[1]]
                self.missing_count -= 1
                return True
        return False

    def _note(self, link: Link, time_s: float) -> None:
        code, weight = _MEANINGS.get(link, (None, Weight.NOTE))
        if code is None:
            return
        known = self._moments.get(code)
        start_s = time_s if known is None else known.start_s
        end_s = None if known is None else max(time_s, start_s)
        self._moments[code] = Moment(code, weight, SIGNAL, start_s, end_s)

    def _is_much_missing(self) -> bool:
        share = self.missing_count / max(self.last_sequence, 1)
        return self._longest_hole > MAX_HOLE_CHUNKS or (
            self._is_closed and share > MAX_MISSING_SHARE
        )


# Unsigned chunks in a signed clip refuse as edited ones do: else cutting off the signatures would
# be the way around them.
_MEANINGS = {
    Link.GAP: (GAP, Weight.NOTE),
    Link.EDITED: (BROKEN, Weight.BREAKS),
    Link.REORDERED: (REORDERED, Weight.BREAKS),
    Link.REPLAYED: (REPLAYED, Weight.NOTE),
    Link.UNSIGNED: (MISSING, Weight.BREAKS),
    Link.UNFINISHED: (UNFINISHED, Weight.HOLDS),
}


def first_link(key: bytes, name: str) -> bytes:
    """Return the link before the first chunk, which binds the chain to the clip's name."""
    return hmac.digest(key, _DOMAIN + name.encode(), "sha256")


def link_of(key: bytes, chunk: SignedChunk) -> bytes:
    """Return the link that a chunk has to have. Raises struct.error for times out of range."""
    return hmac.digest(key, _LINK + chunk.previous_chain_hash + _body(chunk), "sha256")


def closing_link(key: bytes, link: bytes, last_sequence: int) -> bytes:
    """Return the link of the end, behind the last chunk's."""
    return hmac.digest(key, _CLOSING + link + struct.pack(">q", last_sequence), "sha256")


def _body(chunk: SignedChunk) -> bytes:
    track = chunk.track.encode()
    parts = (
        struct.pack(">qi", chunk.sequence, chunk.codec),
        _optional_ns(chunk.pts_ns),
        _optional_ns(chunk.capture_time_ns),
        struct.pack(">i", len(track)),
        track,
        hashlib.sha256(chunk.data).digest(),
    )
    return b"".join(parts)


def _optional_ns(time_ns: int | None) -> bytes:
    return struct.pack(">Bq", time_ns is not None, time_ns or 0)
