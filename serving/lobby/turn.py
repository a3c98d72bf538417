"""One transaction of one branch: memory and rows change together, and events say so."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from lobby.alert import Alert, AlertKind
from lobby.customer import Customer
from lobby.flow import CameraNews, FlowSpan
from lobby.flow_minutes import FlowMinute
from lobby.visit import Visit, VisitChange, VisitStep
from serving.lobby.room import BranchRoom
from serving.lobby.rows import OpenKey, alert_values, minute_of, minute_text, visit_values
from serving.lobby.views import Trouble
from serving.storage.lobby_schema import LobbyBranchRow
from serving.storage.records import TenantRecords

VISIT, ALERT, CAMERA, TROUBLE = "visit", "alert", "camera", "trouble"
FIRST = "first"
# Kinds that are raised because somebody has come, so that the time from the door says something.
_ARRIVALS = frozenset({AlertKind.ARRIVAL, AlertKind.APPOINTMENT, AlertKind.WATCHLIST})

CustomerOf = Callable[[Visit], Customer | None]


class Turn:
    """What is done to a branch in one write transaction; use it while its room is locked.

    ended: visits that are over. has_changed: something was written. has_news: something is to be
    told, be it an event or counts.
    """

    def __init__(
        self,
        room: BranchRoom,
        records: TenantRecords,
        row: LobbyBranchRow,
        key: OpenKey,
        customer_of: CustomerOf,
        now: datetime,
    ) -> None:
        self.room = room
        self.records = records
        self.now = now
        self.ended: list[Visit] = []
        self.has_changed = False
        self.has_news = False
        self._row = row
        self.key = key
        self._customer_of = customer_of
        self._events: list[dict[str, object]] = []

    def take_visits(self, changes: Iterable[VisitChange]) -> None:
        """Write visits that changed, and whatever the rules say of them."""
        for change in changes:
            visit = change.visit
            self._put_visit(visit)
            if change.step is not VisitStep.SEEN:
                is_first = change.step is VisitStep.ARRIVED and not change.is_late
                self._say(VISIT, visit.id, is_first=is_first)
            if not visit.is_open:
                self.ended.append(visit)
            customer = self._customer_of(visit)
            self.take_alerts(self.room.rules.on_visit(change, customer, self.now))

    def show_visit(self, visit: Visit) -> None:
        """Tell a visit again, whose customer is known only now or not any more."""
        self.room.bump(visit.id)
        self._put_visit(visit)
        self._say(VISIT, visit.id)

    def take_alerts(self, alerts: Iterable[Alert]) -> None:
        """Write alerts that are new or have changed."""
        branch = self.room.branch
        for alert in alerts:
            values = alert_values(branch, alert, self.key)
            self.records.alerts.put(branch.id, alert.id, values)
            self._say(ALERT, alert.id, is_first=alert.revision == 1 and alert.kind in _ARRIVALS)

    def take_flow(self, span: FlowSpan) -> None:
        """Count a span; a late one raises nothing."""
        self._add_minute(self.room.flow.take(span))
        if not span.is_late:
            self.has_news = True
            flow, visits = self.room.flow.now(self.now), self.room.visits.open_visits()
            self.take_alerts(self.room.rules.on_flow(flow, visits, self.now))

    def take_camera(self, told: CameraNews, state: CameraNews | None) -> None:
        """Write what a camera told, and say how it is if that changed."""
        self.has_changed = True
        self.records.lobby.put_camera(
            self.room.branch.id,
            told.camera.device,
            told.camera.camera,
            {"condition": told.condition.value, "reason": told.reason, "since": told.since},
        )
        if state is not None and not told.is_late:
            self.show_camera(state)

    def show_camera(self, state: CameraNews) -> None:
        """Say how a camera is."""
        detail = {
            "condition": state.condition.value,
            "reason": state.reason,
            "since": state.since.isoformat(),
        }
        self._say(CAMERA, str(state.camera), detail)
        self.take_alerts(self.room.rules.on_camera(state, self.now))

    def say_trouble(self, trouble: Trouble) -> None:
        """Tell staff that something does not work, or does again."""
        detail = {"text": trouble.text, "is_over": trouble.is_over}
        self._say(TROUBLE, trouble.code, detail)

    def finish(self) -> None:
        """Write the events, and how far the branch has come."""
        if not self.has_changed:
            return
        self.records.lobby.add_events(self.room.branch.id, self._events)
        self._row.revision += 1
        self.room.revision = self._row.revision

    def _put_visit(self, visit: Visit) -> None:
        self.has_changed = True
        values = visit_values(visit, self.room.revision_of(visit))
        self.records.lobby.put_visit(self.room.branch.id, visit.id, values)

    def _add_minute(self, added: FlowMinute) -> None:
        """Add to a minute; heat goes to the first minute of its hour, once for sixty."""
        self.has_changed = True
        heat_at = added.start_at.replace(minute=0)
        if not added.heat_columns or added.start_at == heat_at:
            self._put_minute(added)
            return
        heat = FlowMinute(
            added.camera,
            heat_at,
            heat_columns=added.heat_columns,
            heat_tenths=added.heat_tenths,
        )
        counts = FlowMinute(
            added.camera,
            added.start_at,
            added.covered_s,
            added.in_count,
            added.out_count,
            added.zones,
        )
        self._put_minute(counts)
        self._put_minute(heat)

    def _put_minute(self, added: FlowMinute) -> None:
        branch, camera = self.room.branch.id, added.camera
        place = branch, added.start_at, camera.device, camera.camera
        before = self.records.flow.find(*place)
        minute = added if before is None else minute_of(before).plus(added)
        self.records.flow.put(*place, minute_text(minute))

    def _say(
        self,
        kind: str,
        ref: str,
        detail: Mapping[str, object] | None = None,
        is_first: bool = False,
    ) -> None:
        self.has_changed = self.has_news = True
        self._row.last_event += 1
        if is_first:
            detail = {FIRST: True}
        self._events.append(
            {
                "id": self._row.last_event,
                "at": self.now,
                "kind": kind,
                "ref": ref,
                "detail": None if detail is None else json.dumps(detail),
            }
        )
