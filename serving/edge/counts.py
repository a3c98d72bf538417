"""What boxes send, counted for Prometheus."""

import threading
from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lobby.flow import FlowSpan
from serving.edge.hub import CameraHub
from serving.edge.intake import Fate
from serving.edge.types import EdgeRecord, Sighting


def kind_of(record: EdgeRecord) -> str:
    """Return what a record is called in metrics."""
    if isinstance(record, Sighting):
        return "sighting"
    return "flow" if isinstance(record, FlowSpan) else "report"


class EdgeCounts(Collector):
    """Counts records and gives, when Prometheus asks, how the open streams are."""

    def __init__(self, hub: CameraHub) -> None:
        self._hub = hub
        self._lock = threading.Lock()
        self._records: Counter[tuple[str, str]] = Counter()
        self._missing_count = 0

    def add(self, kind: str, fate: Fate, missing_count: int = 0) -> None:
        """Count one record."""
        with self._lock:
            self._records[kind, fate.value] += 1
            self._missing_count += missing_count

    def snapshot(self) -> dict[tuple[str, str], int]:
        """Return how many records there were, by kind and fate."""
        with self._lock:
            return dict(self._records)

    def collect(self) -> Iterable[Metric]:
        """Return one family for each count."""
        records = CounterMetricFamily(
            "smartbranch_edge_records",
            "Records of cameras, by kind (sighting, flow, report) and fate: new, late, duplicate, "
            "faulty (its number was noted, and less or nothing came of it), refused.",
            labels=["kind", "fate"],
        )
        for (kind, fate), count in sorted(self.snapshot().items()):
            records.add_metric([kind, fate], count)
        missing = CounterMetricFamily(
            "smartbranch_edge_missing_records",
            "Numbers that were left out between two records that came.",
            value=self._missing_count,
        )
        links = self._hub.links
        open_cameras = GaugeMetricFamily(
            "smartbranch_edge_cameras", "Camera streams that are open.", value=len(links)
        )
        offsets = GaugeMetricFamily(
            "smartbranch_edge_clock_offset_seconds",
            "How far a box's clock is ahead.",
            labels=["tenant", "device", "camera"],
        )
        for (tenant, ref), link in sorted(links.items(), key=lambda item: str(item[0])):
            offset_s = link.box_clock.offset_s
            if offset_s is not None:
                offsets.add_metric([tenant, ref.device, ref.camera], offset_s)
        return [records, missing, open_cameras, offsets]
