"""How the box is: what it uses, and what is left."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from base.clock import Clock

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Shares over less time jump about.
_OVER_S = 4.0


@dataclass(frozen=True, slots=True)
class BoxReading:
    """What the agent uses. cpu_cores: processor time over wall time; 1 is one core."""

    cpu_cores: float
    memory_bytes: int
    free_disk_bytes: int
    uptime_s: float


class BoxMeter:
    """Measures this process and the disk of a folder; cheap to ask often."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._began_s = self._asked_s = clock.monotonic()
        self._used_s = time.process_time()
        self._cores = 0.0

    def read(self) -> BoxReading:
        """Return how it is now; the share of the processor since a few seconds ago."""
        now_s, used_s = self._clock.monotonic(), time.process_time()
        over_s = now_s - self._asked_s
        if over_s >= _OVER_S:
            self._cores = (used_s - self._used_s) / over_s
            self._asked_s, self._used_s = now_s, used_s
        return BoxReading(
            self._cores, resident_bytes(), free_bytes(self._folder), now_s - self._began_s
        )


def resident_bytes() -> int:
    """Return this process's resident memory, 0 where Linux does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0


def free_bytes(folder: Path) -> int:
    """Return what is left on the disk of a folder, 0 if it cannot be asked."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


class RateMeter:
    """How many a second, since it was last asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._at_s = clock.monotonic()

    def rate(self, count: int) -> float:
        """Return the rate of a count that only grows."""
        now_s = self._clock.monotonic()
        over_s = now_s - self._at_s
        found = (count - self._count) / over_s if over_s > 0 else 0.0
        self._count, self._at_s = count, now_s
        return found
