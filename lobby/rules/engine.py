"""Rules meet what happens in one branch; alerts come of it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from base.ids import SubjectName, new_id
from lobby.alert import Alert, AlertKind
from lobby.branch import Branch
from lobby.customer import Customer
from lobby.flow import CameraNews
from lobby.flow_book import FlowNow
from lobby.places import Places
from lobby.rules.cue import person_key, place_key
from lobby.rules.people import STAYS, PeopleRules
from lobby.rules.places import COUNTS, PlaceRules
from lobby.rules.register import ONCE, AlertRegister
from lobby.rules.rule import Rule, RuleBook
from lobby.visit import Visit, VisitChange, ZonePlace

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
        self._rules = rules
        self._people = PeopleRules(branch, places)
        self._places = PlaceRules(places)
        self._register = AlertRegister(new_id)

    def on_visit(
        self, change: VisitChange, customer: Customer | None, now: datetime
    ) -> tuple[Alert, ...]:
        """Judge a visit that changed. customer: None for who has none, or while it is not known.

        Somebody who is seen in time is told of even if the first news of them came late.
        """
        visit = change.visit
        if visit.merged_into is not None:
            return tuple(self._register.follow_merge(visit.id, visit.merged_into, now))
        changed = [ended for alert in self._over(visit) for ended in self._register.end(alert, now)]
        if visit.is_open and not change.is_late:
            changed += self._tell_of(visit, customer, now)
        return tuple(changed)

    def on_customer(self, visit: Visit, customer: Customer, now: datetime) -> tuple[Alert, ...]:
        """Judge a visit whose customer the directory told only now."""
        return tuple(self._tell_of(visit, customer, now)) if visit.is_open else ()

    def on_flow(self, flow: FlowNow, visits: Iterable[Visit], now: datetime) -> tuple[Alert, ...]:
        """Judge the counts. visits: open ones, which may explain who waits.

        A zone that is not counted now raises nothing and ends nothing.
        """
        self._places.keep_zones(flow)
        visits = tuple(visits)
        changed = []
        zones = {place_key(zone.place): zone for zone in flow.zones}
        for alert in self._register:
            rule = self._rules().find(alert.rule)
            zone = zones.get(alert.subject_key)
            if rule and zone and self._places.is_over(rule, zone, now):
                changed += self._register.end(alert, now)
        for rule in self._rules_of(COUNTS | STAYS, now):
            for zone in flow.zones:
                cue = self._places.of_zone(rule, zone, visits, now)
                if cue is not None:
                    changed += self._register.tell(cue, now)
        return tuple(changed)

    def on_camera(self, news: CameraNews, now: datetime) -> tuple[Alert, ...]:
        """Judge how a camera is; what is told late raises nothing at once."""
        self._places.note(news, now)
        ended = self._end_cameras(now)
        return tuple(ended if news.is_late else [*ended, *self._tell_of_cameras(now)])

    def tick(
        self, now: datetime, visits: Iterable[Visit], customer_of: CustomerOf
    ) -> tuple[Alert, ...]:
        """Judge what comes of time alone: waits, cameras that stay down, escalation."""
        changed = self._end_without_rule(now)
        rules = list(self._rules_of(STAYS, now))
        for visit in visits if rules else ():
            customer = customer_of(visit) if any(rule.cause.tiers for rule in rules) else None
            for rule in rules:
                for cue in self._people.of_stay(rule, visit, customer):
                    changed += self._register.tell(cue, now)
        changed += self._tell_of_cameras(now)
        changed += self._register.escalate(self._rules(), now)
        return tuple(changed)

    def replace(self, alert: Alert) -> None:
        """Take over an alert that staff changed."""
        self._register.replace(alert)

    def open_alerts(self) -> tuple[Alert, ...]:
        """Return those that are open, oldest first."""
        return tuple(sorted(self._register, key=lambda one: (one.raised_at, one.id)))

    def restore(self, alerts: Iterable[Alert], visits: Iterable[Visit]) -> None:
        """Begin again with stored alerts: open ones, all of open visits, and those of a while.

        The while is `RuleBook.longest_cooldown_s`. visits: those that the alerts name, as far as
        they are kept. Cameras and counts begin anew with what is told next.
        """
        self._register.restore(alerts, {visit.id: person_key(visit) for visit in visits})

    def forget(self, subject: SubjectName) -> None:
        """Forget a subject who was erased."""
        self._register.forget(str(subject))

    def _tell_of(self, visit: Visit, customer: Customer | None, now: datetime) -> list[Alert]:
        told = []
        for rule in self._rules_of(ONCE, now):
            for cue in self._people.of_arrival(rule, visit, customer, now):
                told += self._register.tell(cue, now)
        return told

    def _tell_of_cameras(self, now: datetime) -> list[Alert]:
        told = []
        for rule in self._rules_of(frozenset({AlertKind.CAMERA}), now):
            for cue in self._places.of_cameras(rule, now):
                told += self._register.tell(cue, now)
        return told

    def _end_cameras(self, now: datetime) -> list[Alert]:
        ended = []
        for alert in self._register:
            if alert.kind is AlertKind.CAMERA and alert.camera is not None:
                condition = self._places.camera(alert.camera)
                rule = self._rules().find(alert.rule)
                if rule and condition and condition not in rule.cause.conditions:
                    ended += self._register.end(alert, now)
        return ended

    def _end_without_rule(self, now: datetime) -> list[Alert]:
        """End alerts of places whose rule is gone: nobody measures any more whether it is so."""
        gone = [one for one in self._register if one.visit is None and not self._has(one.rule)]
        return [ended for alert in gone for ended in self._register.end(alert, now)]

    def _over(self, visit: Visit) -> list[Alert]:
        """Return alerts of a visit that has ended, or of a zone that the person has left."""
        return [
            alert
            for alert in self._register
            if alert.visit == visit.id
            and (not visit.is_open or (alert.kind in STAYS and _place_of(alert) != visit.place))
        ]

    def _rules_of(self, kinds: frozenset[AlertKind], now: datetime) -> list[Rule]:
        local = now.astimezone(self._branch.time_zone)
        return [
            rule
            for rule in self._rules().rules
            if rule.kind in kinds
            and rule.is_enabled
            and rule.scope.holds_in(self._branch.id)
            and rule.scope.holds_at(local)
        ]

    def _has(self, rule_id: str) -> bool:
        rule = self._rules().find(rule_id)
        return rule is not None and rule.is_enabled and rule.scope.holds_in(self._branch.id)


def _place_of(alert: Alert) -> ZonePlace | None:
    return ZonePlace(alert.camera, alert.zone) if alert.camera and alert.zone else None
