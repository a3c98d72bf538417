"""Rules are tried on a story: which alerts would be raised, when, and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from base.errors import AlertMoveNotAllowedError, InvalidArgumentError
from base.ids import GalleryName
from lobby.alert import Alert
from lobby.alerts import apply
from lobby.branch import Branch
from lobby.customer import Appointment, Customer
from lobby.flow import CameraNews
from lobby.flow_book import FlowNow, ZoneNow
from lobby.identity import Identity, IdentityKind
from lobby.places import PlaceTable
from lobby.rules.engine import RuleEngine
from lobby.rules.rule import RuleBook
from lobby.rules.story import CameraIs, Counted, Done, Gone, Happening, Somebody
from lobby.visit import Visit, VisitChange, VisitStep, ZonePlace
from vision.scene import ZoneKind

STEP_S: Final = 1.0
MAX_STORY_S: Final = 24 * 3600.0
_ACTOR: Final = "staff"


@dataclass(frozen=True, slots=True)
class Told:
    """Something that staff would see. event: raised, escalated or the state it came to."""

    at: datetime
    event: str
    alert: Alert


@dataclass(slots=True)
class _Stage:
    """Who and what is there."""

    visits: dict[str, Visit] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    counts: dict[ZonePlace, tuple[datetime, Counted]] = field(default_factory=dict)
    kinds: dict[ZonePlace, ZoneKind] = field(default_factory=dict)

    def flow(self, now: datetime) -> FlowNow:
        """Return the counts; who stays longest stays on."""
        zones = []
        for since, counted in self.counts.values():
            stay_s = counted.longest_stay_s
            if stay_s is not None:
                stay_s += (now - since).total_seconds()
            zones.append(ZoneNow(counted.place, counted.kind, counted.person_count, now, stay_s))
        return FlowNow(tuple(zones), 0, 0, now)

    def customer_of(self, visit: Visit) -> Customer | None:
        """Return what the story says of a visitor."""
        return self.customers.get(visit.id)


class Rehearsal:
    """Plays a story to the rules of one branch, second by second."""

    def __init__(self, book: RuleBook, branch: Branch) -> None:
        numbers = count(1)
        self._branch = branch
        self._book = book
        self._stage = _Stage()
        places = PlaceTable(self._stage.kinds)
        self._engine = RuleEngine(branch, places, lambda: book, lambda: f"alert-{next(numbers)}")
        self._told: list[Told] = []
        self._known: dict[str, Alert] = {}

    def play(self, story: Iterable[tuple[datetime, Happening]]) -> tuple[Told, ...]:
        """Return what staff would see, in order.

        Goes on behind the last line for as long as any rule waits for something.
        Raises InvalidArgumentError for a story that lasts for more than a day.
        """
        lines = list(story)
        if not lines:
            return ()
        if (lines[-1][0] - lines[0][0]).total_seconds() > MAX_STORY_S:
            raise InvalidArgumentError("the events last for more than a day", field="events")
        now = lines[0][0]
        for at, happening in lines:
            now = self._run(now, at)
            self._happen(happening, at)
        self._run(now, now + timedelta(seconds=self._longest_wait_s() + STEP_S))
        return tuple(self._told)

    def _run(self, now: datetime, until: datetime) -> datetime:
        while now < until:
            now = min(until, now + timedelta(seconds=STEP_S))
            self._pass(now)
        return now

    def _pass(self, now: datetime) -> None:
        stage = self._stage
        for visit in list(stage.visits.values()):
            self._see(replace(visit, last_seen_at=now), VisitStep.SEEN, now)
        if stage.counts:
            flow = stage.flow(now)
            self._take(self._engine.on_flow(flow, stage.visits.values(), now), now)
        self._take(self._engine.tick(now, stage.visits.values(), stage.customer_of), now)

    def _happen(self, happening: Happening, now: datetime) -> None:
        if isinstance(happening, Somebody):
            self._arrive(happening, now)
        elif isinstance(happening, Gone):
            self._leave(happening.visit, now)
        elif isinstance(happening, Counted):
            self._stage.counts[happening.place] = (now, happening)
            self._stage.kinds[happening.place] = happening.kind
            self._take(
                self._engine.on_flow(self._stage.flow(now), self._stage.visits.values(), now), now
            )
        elif isinstance(happening, CameraIs):
            news = CameraNews(happening.camera, happening.condition, now, is_late=happening.is_late)
            self._take(self._engine.on_camera(news, now), now)
        else:
            self._act(happening, now)

    def _arrive(self, person: Somebody, now: datetime) -> None:
        old = self._stage.visits.get(person.visit)
        if person.place is not None and person.kind is not None:
            self._stage.kinds[person.place] = person.kind
        if person.subject is not None and not person.watchlist:
            appointments = tuple(Appointment(at, "") for at in person.appointments)
            self._stage.customers[person.visit] = Customer(
                person.subject, "", person.tier, appointments=appointments
            )
        stays = old is not None and old.place == person.place
        visit = Visit(
            person.visit,
            self._identity(person),
            old.arrived_at if old is not None else now,
            now,
            person.camera,
            (),
            person.place,
            old.place_since if old is not None and stays else (now if person.place else None),
            now,
        )
        (self._stage.late.add if person.is_late else self._stage.late.discard)(person.visit)
        self._see(visit, VisitStep.MOVED if old is not None else VisitStep.ARRIVED, now)

    def _identity(self, person: Somebody) -> Identity:
        if person.subject is None:
            return Identity(IdentityKind.STRANGER)
        gallery = GalleryName(self._branch.tenant, person.watchlist or "customers")
        subject = gallery.subject(person.subject)
        return Identity(IdentityKind.KNOWN, subject, bool(person.watchlist))

    def _see(self, visit: Visit, step: VisitStep, now: datetime) -> None:
        self._stage.visits[visit.id] = visit
        change = VisitChange(step, visit, visit.id in self._stage.late)
        self._take(self._engine.on_visit(change, self._stage.customer_of(visit), now), now)

    def _leave(self, visit_id: str, now: datetime) -> None:
        visit = self._stage.visits.pop(visit_id, None)
        if visit is not None:
            change = VisitChange(VisitStep.ENDED, replace(visit, ended_at=now))
            self._take(self._engine.on_visit(change, None, now), now)

    def _act(self, done: Done, now: datetime) -> None:
        alerts = [one for one in self._engine.open_alerts() if one.rule == done.rule]
        if not alerts:
            raise InvalidArgumentError(
                f"no alert of rule {done.rule} is open at {now.isoformat()}", field="events"
            )
        rule = self._book.find(done.rule)
        after_s = rule.escalation.after_s if rule is not None and rule.escalation else None
        try:
            alert = apply(
                alerts[-1], done.action, _ACTOR, now, "note", "colleague", escalate_after_s=after_s
            )
        except AlertMoveNotAllowedError as error:
            raise InvalidArgumentError(error.message, field="events") from None
        self._engine.replace(alert)
        self._take((alert,), now)

    def _take(self, alerts: Iterable[Alert], now: datetime) -> None:
        for alert in alerts:
            before = self._known.get(alert.id)
            event = alert.state.value
            if before is None:
                event = "raised"
            elif alert.escalation_count > before.escalation_count:
                event = "escalated"
            self._known[alert.id] = alert
            self._told.append(Told(now, event, alert))

    def _longest_wait_s(self) -> float:
        spans = [
            max(rule.cause.after_s, rule.cause.for_s)
            + (rule.escalation.after_s if rule.escalation else 0.0)
            for rule in self._book.rules
        ]
        return min(max(spans, default=0.0), MAX_STORY_S)


def rehearse(
    book: RuleBook, branch: Branch, story: Iterable[tuple[datetime, Happening]]
) -> tuple[Told, ...]:
    """Return which alerts staff of a branch would see."""
    return Rehearsal(book, branch).play(story)
