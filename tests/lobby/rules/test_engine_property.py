"""Whatever happens in a branch: told once, never late, and ended when over."""

from collections import Counter
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.alert import Alert, AlertAction, AlertKind, AlertState
from lobby.alerts import MOVES, WHEN_OVER, apply
from lobby.rules.engine import RuleEngine
from lobby.visit import Visit, VisitChange
from tests.lobby.made import at
from tests.lobby.rules.test_engine import ARRIVAL, ESCALATED, PRIVATE, WAIT, WATCHLIST, engine
from tests.lobby.test_visits_property import TOLD, Reader, Told

ANSWERS = st.sampled_from([None, None, None, *AlertAction])
STORIES = st.lists(st.tuples(TOLD, ANSWERS), max_size=30)


class Staff(Reader):
    """Plays a story, asks the rules, and now and then does something with an alert."""

    def __init__(self) -> None:
        super().__init__()
        self.rules: RuleEngine = engine(ARRIVAL, ESCALATED, WAIT, WATCHLIST)
        self.alerts: dict[str, Alert] = {}
        self.raised_at: dict[tuple[str, str], datetime] = {}

    def keep(self, changes: tuple[VisitChange, ...]) -> None:
        super().keep(changes)
        for change in changes:
            alerts = self.rules.on_visit(change, PRIVATE, at(self.now))
            self.take(alerts, may_raise=not change.is_late)

    def take(self, alerts: tuple[Alert, ...], may_raise: bool) -> None:
        for alert in alerts:
            before = self.alerts.get(alert.id)
            self.alerts[alert.id] = alert
            if before is None:
                assert may_raise, "late news raise nothing"
                assert alert.state is AlertState.RAISED
                self._check_cooldown(alert)
                continue
            assert alert.revision == before.revision + 1
            moves = {*MOVES[before.state].values(), before.state, WHEN_OVER.get(before.state)}
            assert alert.state in moves

    def _check_cooldown(self, alert: Alert) -> None:
        visit = self.stored[alert.visit or ""]
        key = (alert.rule, str(visit.identity.subject or visit.id))
        last = self.raised_at.get(key)
        assert last is None or (alert.raised_at - last).total_seconds() >= 15 * 60
        self.raised_at[key] = alert.raised_at

    def act(self, action: AlertAction | None) -> None:
        opened = self.rules.open_alerts()
        if action is not None and opened and action in MOVES[opened[0].state]:
            alert = apply(opened[0], action, "chen", at(self.now), "note", "wu")
            self.rules.replace(alert)
            self.take((alert,), may_raise=False)

    def tick(self) -> None:
        self.take(
            self.rules.tick(at(self.now), self.book.open_visits(), self.customer_of), may_raise=True
        )

    def customer_of(self, _: Visit) -> None:
        return None

    def check_alerts(self) -> None:
        opened = self.rules.open_alerts()
        about = Counter((one.rule, one.subject_key) for one in opened)
        assert max(about.values(), default=0) <= 1, "one open alert of the same thing"
        assert {one.id: one for one in opened} == {
            key: one for key, one in self.alerts.items() if one.is_open
        }
        for alert in opened:
            assert self.stored[alert.visit or ""].is_open or alert.kind is AlertKind.WATCHLIST


@given(STORIES)
@settings(max_examples=80, deadline=None)
def test_alerts_follow_the_rules_whatever_happens(
    story: list[tuple[Told, AlertAction | None]],
) -> None:
    staff = Staff()
    for told, action in story:
        staff.play(told)
        staff.act(action)
        staff.tick()
        staff.check_alerts()
