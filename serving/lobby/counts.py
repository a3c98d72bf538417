"""What is in the lobbies, counted for Prometheus; nobody can be told apart in it."""

from collections.abc import Callable, Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lobby.identity import IdentityKind
from serving.lobby.recogniser import Recogniser
from serving.lobby.room import BranchRoom

_BRANCH = ["tenant", "branch"]


class LobbyCounts(Collector):
    """Says, when Prometheus asks, what is in memory of each branch.

    is_directory_up: whether the directory answered when it was last asked.
    """

    def __init__(
        self,
        rooms: tuple[BranchRoom, ...],
        recogniser: Recogniser,
        is_directory_up: Callable[[], bool],
    ) -> None:
        self._rooms = rooms
        self._recogniser = recogniser
        self._is_directory_up = is_directory_up

    def collect(self) -> Iterable[Metric]:
        """Return one family for each count."""
        visits = GaugeMetricFamily(
            "smartbranch_lobby_visits", "Visits that last.", labels=[*_BRANCH, "identity"]
        )
        alerts = GaugeMetricFamily("smartbranch_lobby_alerts", "Open alerts.", labels=_BRANCH)
        strangers = GaugeMetricFamily(
            "smartbranch_lobby_stranger_embeddings",
            "Embeddings of strangers in memory, which go minutes after they were last seen.",
            labels=_BRANCH,
        )
        for room in self._rooms:
            names = [room.branch.tenant, room.branch.id]
            with room.lock:
                kinds = [visit.identity.kind for visit in room.visits.open_visits()]
                alert_count = len(room.rules.open_alerts())
                embedding_count = room.visits.stranger_embedding_count
            for kind in IdentityKind:
                visits.add_metric([*names, kind.value], kinds.count(kind))
            alerts.add_metric(names, alert_count)
            strangers.add_metric(names, embedding_count)
        return [visits, alerts, strangers, self._directory(), self._faces()]

    def _directory(self) -> Metric:
        return GaugeMetricFamily(
            "smartbranch_lobby_directory_up",
            "Whether the customer directory answered when it was last asked.",
            value=float(self._is_directory_up()),
        )

    def _faces(self) -> Metric:
        faces = CounterMetricFamily(
            "smartbranch_lobby_faces",
            "Shots of faces by what they were worth: poor ones decide nothing.",
            labels=["outcome"],
        )
        for outcome, count in self._recogniser.snapshot().items():
            faces.add_metric([outcome], count)
        return faces
