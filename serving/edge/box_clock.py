"""By how much a box's clock is ahead of ours, measured by asking it."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from base.clock import Clock
from base.errors import InvalidArgumentError

QUICK_PROBES = 3
PROBE_EVERY_S = 30.0
KEPT_SAMPLES = 10  # Five minutes of them.
# An answer that disagrees with the best one by more than this says that the clock was set.
SET_ABRUPTLY_S = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer. offset_s: box minus server. round_trip_s: within which it lay."""

    offset_s: float
    round_trip_s: float


class BoxClock:
    """The clock of one box, as its answers tell; for one event loop.

    The sample with the least round trip counts: what lies between is at most half of it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._samples: deque[Sample] = deque(maxlen=KEPT_SAMPLES)
        self._number = 0
        self._asked_s: float | None = None
        self._answered_s = 0.0
        self.is_known = asyncio.Event()

    @property
    def offset_s(self) -> float | None:
        """How far the box is ahead, None before the first answer."""
        best = self._best()
        return None if best is None else best.offset_s

    def due_s(self) -> float:
        """Return how long the next probe can wait, 0 for now."""
        if self._asked_s is not None:
            return PROBE_EVERY_S
        if len(self._samples) < QUICK_PROBES:
            return 0.0
        return max(0.0, self._answered_s + PROBE_EVERY_S - self._clock.monotonic())

    def ask(self) -> int:
        """Return the number of a probe that goes out now."""
        self._number += 1
        self._asked_s = self._clock.monotonic()
        return self._number

    def answer(self, number: int, box_time: datetime) -> None:
        """Take an answer in. Raises InvalidArgumentError for one to no question."""
        if self._asked_s is None or number != self._number:
            raise InvalidArgumentError(
                f"the clock answer {number} is to no probe that is open", field="clock.number"
            )
        now_s = self._clock.monotonic()
        round_trip_s = now_s - self._asked_s
        middle = self._clock.now() - timedelta(seconds=round_trip_s / 2)
        sample = Sample((box_time - middle).total_seconds(), round_trip_s)
        best = self._best()
        if best is not None and _disagree(best, sample):
            self._samples.clear()
        self._samples.append(sample)
        self._asked_s, self._answered_s = None, now_s
        self.is_known.set()

    def to_server(self, box_time: datetime) -> datetime:
        """Return a box's time by our clock, never later than now.

        Raises InvalidArgumentError for a time that no calendar has.
        """
        now = self._clock.now()
        try:
            corrected = box_time - timedelta(seconds=self.offset_s or 0.0)
        except OverflowError:
            raise InvalidArgumentError("a time is out of all bounds", field="time") from None
        return min(corrected, now)

    def _best(self) -> Sample | None:
        return min(self._samples, key=lambda sample: sample.round_trip_s, default=None)


def _disagree(one: Sample, other: Sample) -> bool:
    slack_s = (one.round_trip_s + other.round_trip_s) / 2 + SET_ABRUPTLY_S
    return abs(one.offset_s - other.offset_s) > slack_s
