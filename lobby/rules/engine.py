"""Rules meet what happens in one branch; alerts come of it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from base.ids import new_id
from lobby.alert import Alert
from lobby.branch import Branch
from lobby.customer import Customer
from lobby.flow import CameraNews
from lobby.flow_book import FlowNow
from lobby.places import Places
from lobby.rules.rule import RuleBook
from lobby.visit import Visit, VisitChange

CustomerOf = Callable[[Visit], Customer | None]


def new_alert_id() -> str:
    """Return an id that nobody can guess."""
    return new_id("alert")


class RuleEngine:
    """The alerts of one branch; not to be shared between threads.

    rules: gives the newest ones. What methods return are alerts to be stored as they are: new
    ones, escalated ones, and those whose cause is over.
    """

    def __init__(
        self,
        branch: Branch,
        places: Places,
        rules: Callable[[], RuleBook],
        new_id: Callable[[], str] = new_alert_id,
    ) -> None:
        self._branch = branch
        self._places = places
        self._rules = rules
        self._new_id = new_id

    def on_visit(
        self, change: VisitChange, customer: Customer | None, now: datetime
    ) -> tuple[Alert, ...]:
        """Judge a visit that changed. customer: None for who has none, or while it is not known."""
        raise NotImplementedError

    def on_customer(self, visit: Visit, customer: Customer, now: datetime) -> tuple[Alert, ...]:
        """Judge a visit whose customer the directory told only now."""
        raise NotImplementedError

    def on_flow(self, flow: FlowNow, visits: Iterable[Visit], now: datetime) -> tuple[Alert, ...]:
        """Judge the counts. visits: open ones, which may explain who waits."""
        raise NotImplementedError

    def on_camera(self, news: CameraNews, now: datetime) -> tuple[Alert, ...]:
        """Judge how a camera is."""
        raise NotImplementedError

    def tick(
        self, now: datetime, visits: Iterable[Visit], customer_of: CustomerOf
    ) -> tuple[Alert, ...]:
        """Judge what comes of time alone: waits, cameras that stay down, escalation."""
        raise NotImplementedError

    def replace(self, alert: Alert) -> None:
        """Take over an alert that staff changed."""
        raise NotImplementedError

    def open_alerts(self) -> tuple[Alert, ...]:
        """Return those that are open, oldest first."""
        raise NotImplementedError

    def restore(self, alerts: Iterable[Alert], visits: Iterable[Visit]) -> None:
        """Begin again with stored alerts: open ones, and those within the longest cooldown.

        visits: those that the alerts name, as far as they are kept.
        """
        raise NotImplementedError
