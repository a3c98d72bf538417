"""What a model's queue has done so far."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelStats:
    """Counts since start. Items are what callers submit, rows what the batch axis counts.

    batch_rows: how many runs had how many rows. run_seconds, wait_seconds: sums, over runs and
    over items. rejected: refused with QueueFullError. expired: past their deadline when their
    turn came. cancelled: withdrawn by the caller. invalid: refused before a batch formed.
    failed: the model could not answer them. largest_queue_rows: since start.
    """

    provider: str
    queued_rows: int
    largest_queue_rows: int
    items: int
    rows: int
    batches: int
    batch_rows: Mapping[int, int]
    run_seconds: float
    wait_seconds: float
    rejected: int
    expired: int
    cancelled: int
    invalid: int
    failed: int


class Tally:
    """Collects one model's counts; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._batch_rows: Counter[int] = Counter()
        self._counts: Counter[str] = Counter()
        self._run_seconds = 0.0
        self._wait_seconds = 0.0
        self._largest_queue_rows = 0

    def count(self, what: str, number: int = 1) -> None:
        """Add to one of the plain counts, named as in ModelStats."""
        with self._lock:
            self._counts[what] += number

    def queue(self, rows: int) -> None:
        """Note how long the queue is now."""
        with self._lock:
            self._largest_queue_rows = max(self._largest_queue_rows, rows)

    def answered(self, *, items: int, wait_seconds: float) -> None:
        """Note items that the model answered and how long they had waited, together."""
        with self._lock:
            self._counts["items"] += items
            self._wait_seconds += wait_seconds

    def ran(self, *, rows: int, run_seconds: float) -> None:
        """Note one run of the model."""
        with self._lock:
            self._batch_rows[rows] += 1
            self._counts["rows"] += rows
            self._run_seconds += run_seconds

    def read(self, provider: str, queued_rows: int) -> ModelStats:
        """Return the counts as they stand."""
        with self._lock:
            counts = self._counts
            return ModelStats(
                provider=provider,
                queued_rows=queued_rows,
                largest_queue_rows=self._largest_queue_rows,
                items=counts["items"],
                rows=counts["rows"],
                batches=sum(self._batch_rows.values()),
                batch_rows=dict(sorted(self._batch_rows.items())),
                run_seconds=self._run_seconds,
                wait_seconds=self._wait_seconds,
                rejected=counts["rejected"],
                expired=counts["expired"],
                cancelled=counts["cancelled"],
                invalid=counts["invalid"],
                failed=counts["failed"],
            )
