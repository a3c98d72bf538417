"""What a spool holds, and how much of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from decision.outcome import Reason


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One numbered record of a camera. payload: the serialised message, without its number."""

    camera: str
    sequence: int
    payload: bytes

    def __repr__(self) -> str:
        return f"Entry({self.camera} {self.sequence}, {len(self.payload)} bytes)"


@dataclass(frozen=True, slots=True)
class SpoolLimits:
    """How much is kept over all cameras of a box; beyond, the oldest of whoever has most goes.

    max_age_s: by the box's clock. memory_bytes: while the disk takes nothing.
    """

    max_bytes: int = 512 * 1024 * 1024
    max_records: int = 200_000
    max_age_s: float = 7 * 86_400.0
    memory_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tally:
    """One camera's part of the spool.

    last_sequence: the last number that was given. count: records that wait. dropped_count: since
    the camera's first one. is_met: whether the server has told its last number to this spool.
    """

    last_sequence: int = 0
    count: int = 0
    dropped_count: int = 0
    is_met: bool = False


@dataclass(frozen=True, slots=True)
class SpoolState:
    """How a spool is. byte_count: of all records on disk. problem: why nothing can be written."""

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    byte_count: int = 0
    problem: Reason | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written down at once.

    last: last number given, by camera. acknowledged: up to which the server has them.
    dropped: records that were lost before they could be written.
    """

    entries: tuple[Entry, ...] = ()
    last: Mapping[str, int] = field(default_factory=dict)
    acknowledged: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
