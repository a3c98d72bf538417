"""What Prometheus reads of lobbies' delivery."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge, Histogram

# The bounds that delivery is held to are 1 s for half of the events and 2 s for 99 of 100.
EDGES_S = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
_LABELS = ["tenant", "branch"]


class DeliveryMetrics:
    """Times by branch, and how many pages listen."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._events = Histogram(
            "smartbranch_door_to_event_seconds",
            "From the first frame with a usable face to the event on its way to the pages.",
            _LABELS,
            buckets=EDGES_S,
            registry=registry,
        )
        self._tablets = Histogram(
            "smartbranch_door_to_tablet_seconds",
            "From the first frame with a usable face to the event on the page.",
            _LABELS,
            buckets=EDGES_S,
            registry=registry,
        )
        self._streams = Gauge(
            "smartbranch_event_streams", "Event streams to pages and clients.", registry=registry
        )

    def door_to_event(self, tenant: str, branch: str, seconds: float) -> None:
        """Note that an event was handed to the streams of its branch."""
        self._events.labels(tenant, branch).observe(seconds)

    def door_to_tablet(self, tenant: str, branch: str, seconds: float) -> None:
        """Note that a page has an event."""
        self._tablets.labels(tenant, branch).observe(seconds)

    def watch_streams(self, count: Callable[[], int]) -> None:
        """Export how many listen, read when Prometheus asks."""
        self._streams.set_function(count)
