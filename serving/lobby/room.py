"""What is held in memory of one branch, made again from rows whenever the two disagree."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from lobby.branch import Branch
from lobby.flow import CameraCondition, CameraNews
from lobby.flow_book import FlowBook, FlowNow
from lobby.places import Places
from lobby.rules.engine import RuleEngine
from lobby.rules.rule import RuleBook
from lobby.seen import CameraRef
from lobby.visit import Visit
from lobby.visit_limits import StrangerMatch, VisitLimits
from lobby.visits import VisitBook
from serving.lobby.cameras import CameraBoard
from serving.lobby.rows import OpenKey, alert_of, minutes_of, visit_of
from serving.storage.records import TenantRecords

NOT_LOADED = -1
# Alerts that may still hold back others, whatever the rules' cooldowns were until now.
_ALERT_MEMORY = timedelta(days=1)
_MAX_ALERTS = 2000
_MAX_EXTRA = 4096


class BranchRoom:
    """One branch. Changed inside write transactions alone; `lock` is for who looks meanwhile.

    revision: of the rows that it was made from or that were made from it.
    owes_cameras: the rules have not been told yet how the cameras are.
    """

    def __init__(
        self,
        branch: Branch,
        places: Places,
        rules: Callable[[], RuleBook],
        limits: VisitLimits,
        strangers: StrangerMatch | None,
    ) -> None:
        self.branch = branch
        self.places = places
        self.lock = threading.RLock()
        self.revision = NOT_LOADED
        self.owes_cameras = False
        self.cameras = CameraBoard()
        self._rules = rules
        self._limits = limits
        self._strangers = strangers
        # What a visit's revision lacks for changes that the book does not know of.
        self._extra: dict[str, int] = {}
        self._make()

    @property
    def rules_now(self) -> RuleBook:
        """The rules in force."""
        return self._rules()

    def _make(self) -> None:
        self.visits = VisitBook(self._limits, self._strangers)
        self.rules = RuleEngine(self.branch, self.places, self._rules)
        self.flow = FlowBook(self.branch.time_zone)
        self._extra.clear()

    def load(self, records: TenantRecords, key: OpenKey, revision: int, now: datetime) -> None:
        """Make everything from rows; strangers come back without embeddings."""
        self._make()
        branch = self.branch.id
        since = now - timedelta(seconds=self._limits.rejoin_s)
        self.visits.restore(map(visit_of, records.lobby.lasting_visits(branch, since)))
        cooldown = timedelta(seconds=self._rules().longest_cooldown_s)
        since = now - max(_ALERT_MEMORY, cooldown)
        rows = records.alerts.open_or_since(branch, since, _MAX_ALERTS)
        alerts = [alert_of(self.branch, row, key) for row in reversed(rows)]
        named = records.lobby.visits(branch, {one.visit for one in alerts if one.visit})
        self.rules.restore(alerts, map(visit_of, named.values()))
        midnight = day_start(self.branch, now)
        self.flow.restore(minutes_of(records.flow.between(branch, midnight, now)))
        self.cameras.restore(
            (
                CameraNews(
                    CameraRef(row.device, row.camera),
                    CameraCondition(row.condition),
                    row.since,
                    row.reason,
                )
                for row in records.lobby.cameras(branch)
            ),
            now,
        )
        self.owes_cameras = True
        self.revision = revision

    def doubt(self) -> None:
        """Let everything be made from rows the next time."""
        self.revision = NOT_LOADED

    def flow_now(self, at: datetime) -> FlowNow:
        """Return the counts of now."""
        with self.lock:
            return self.flow.now(at)

    def is_quiet(self) -> bool:
        """Whether time alone changes nothing here."""
        if self.revision == NOT_LOADED or self.owes_cameras:
            return False
        with self.lock:
            is_well = all(one.condition is CameraCondition.UP for one in self.cameras.states())
            return is_well and not self.visits.open_visits() and not self.rules.open_alerts()

    def bump(self, visit: str) -> None:
        """Let a visit's revision grow for a change that the book does not know of."""
        self._extra[visit] = self._extra.pop(visit, 0) + 1
        if len(self._extra) > _MAX_EXTRA:
            del self._extra[next(iter(self._extra))]

    def revision_of(self, visit: Visit) -> int:
        """Return the revision to be stored with a visit."""
        return visit.revision + self._extra.get(visit.id, 0)


def day_start(branch: Branch, now: datetime) -> datetime:
    """Return when the branch's day began."""
    local = now.astimezone(branch.time_zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
