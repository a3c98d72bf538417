"""What Prometheus reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from inference.stats import ModelStats

# A verification takes 50 ms on two cores; the edges are dense around that.
LATENCY_EDGES_S = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Stats = Callable[[], Mapping[str, ModelStats]]
Counts = Callable[[], Mapping[tuple[str, str], int]]


class Metrics:
    """The metrics of one server process, in a registry of their own."""

    def __init__(self) -> None:
        # Each counter would have a twin with the time of its birth.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "smartbranch_requests",
            "Requests answered, by method, canonical code and reason (empty for OK).",
            ["method", "code", "reason"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "smartbranch_request_seconds",
            "Time from a request's arrival to its answer.",
            ["method"],
            buckets=LATENCY_EDGES_S,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "smartbranch_requests_in_flight", "Requests being worked on.", registry=self.registry
        )
        self.ready = Gauge(
            "smartbranch_ready", "1 when every model has agreed.", registry=self.registry
        )
        self._models = Gauge(
            "smartbranch_model_info",
            "The models in use; always 1.",
            ["model", "provider", "terms"],
            registry=self.registry,
        )

        self._sessions = Gauge(
            "smartbranch_stream_sessions",
            "Sessions that run, those whose client is away included.",
            ["stream"],
            registry=self.registry,
        )
        self._chunks = Counter(
            "smartbranch_stream_chunks",
            "Chunks of sessions that have ended, by fate: looked_at or dropped.",
            ["stream", "fate"],
            registry=self.registry,
        )

        self._written = Histogram(
            "smartbranch_stream_written_seconds",
            "Time from a chunk's arrival until it is on the disk, and so acknowledged.",
            ["stream"],
            buckets=LATENCY_EDGES_S,
            registry=self.registry,
        )

    def answered(self, method: str, code: str, reason: str, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method, code, reason).inc()
        self._seconds.labels(method).observe(seconds)

    def model(self, model_id: str, provider: str, terms: str) -> None:
        """Name one model that is in use."""
        self._models.labels(model_id, provider, terms).set(1)

    @contextmanager
    def stream_open(self, stream: str) -> Iterator[None]:
        """Count a session for as long as it runs."""
        with self._sessions.labels(stream).track_inprogress():
            yield

    def stream_ended(self, stream: str, looked_at_count: int, dropped_count: int) -> None:
        """Count the chunks of a session."""
        self._chunks.labels(stream, "looked_at").inc(looked_at_count)
        self._chunks.labels(stream, "dropped").inc(dropped_count)

    def stream_acknowledged(self, stream: str, seconds: float) -> None:
        """Count one chunk that outlasts a crash now."""
        self._written.labels(stream).observe(seconds)

    def watch_decisions(self, *counts: Counts) -> None:
        """Export how decisions came out, read when Prometheus asks; each counts its own tasks."""
        self.registry.register(DecisionCollector(counts))

    def watch_engine(self, stats: Stats) -> None:
        """Export what the engine's queues do, read when Prometheus asks."""
        self.registry.register(EngineCollector(stats))

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)


class DecisionCollector(Collector):
    """Turns counts of decisions into a metric."""

    def __init__(self, counts: Sequence[Counts]) -> None:
        self._counts = counts

    def collect(self) -> Iterable[Metric]:
        """Return the one family."""
        decisions = CounterMetricFamily(
            "smartbranch_decisions",
            "Decisions, by what was asked and how it came out.",
            labels=["task", "outcome"],
        )
        every = [item for counts in self._counts for item in counts().items()]
        for (task, outcome), count in sorted(every):
            decisions.add_metric([task, outcome], count)
        return [decisions]


class EngineCollector(Collector):
    """Turns the engine's counts into metrics."""

    def __init__(self, stats: Stats) -> None:
        self._stats = stats

    def collect(self) -> Iterable[Metric]:
        """Return one family for each count."""
        queue = GaugeMetricFamily(
            "smartbranch_engine_queue_rows", "Rows that wait.", labels=["model"]
        )
        runs = CounterMetricFamily(
            "smartbranch_engine_batches", "Runs, by rows in the batch.", labels=["model", "rows"]
        )
        items = CounterMetricFamily(
            "smartbranch_engine_items",
            "Items by outcome: answered, rejected (queue full), expired, cancelled, failed.",
            labels=["model", "outcome"],
        )
        run_seconds = CounterMetricFamily(
            "smartbranch_engine_run_seconds", "Time in the model.", labels=["model"]
        )
        wait_seconds = CounterMetricFamily(
            "smartbranch_engine_wait_seconds", "Time in the queue.", labels=["model"]
        )
        for model, stats in self._stats().items():
            queue.add_metric([model], stats.queued_rows)
            run_seconds.add_metric([model], stats.run_seconds)
            wait_seconds.add_metric([model], stats.wait_seconds)
            for rows, count in sorted(stats.batch_rows.items()):
                runs.add_metric([model, str(rows)], count)
            for outcome, count in _outcomes(stats).items():
                items.add_metric([model, outcome], count)
        return [queue, runs, items, run_seconds, wait_seconds]


def _outcomes(stats: ModelStats) -> dict[str, int]:
    return {
        "answered": stats.items,
        "rejected": stats.rejected,
        "expired": stats.expired,
        "cancelled": stats.cancelled,
        "invalid": stats.invalid,
        "failed": stats.failed,
    }
