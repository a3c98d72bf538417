"""What rules say of one person: a customer came, an appointment, a watchlist, a long wait."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from lobby.alert import AlertKind
from lobby.branch import Branch
from lobby.customer import Appointment, Customer
from lobby.identity import IdentityKind
from lobby.places import Places
from lobby.rules.cue import Cue, person_key
from lobby.rules.rule import EVERY, Rule
from lobby.visit import Visit

STAYS: Final = frozenset({AlertKind.LONG_WAIT, AlertKind.LONG_DWELL})
_OF_VISITS: Final = {AlertKind.LONG_WAIT: "WAIT_LONG", AlertKind.LONG_DWELL: "DWELL_LONG"}


class PeopleRules:
    """Reads rules against visits."""

    def __init__(self, branch: Branch, places: Places) -> None:
        self._branch = branch
        self._places = places

    def of_arrival(
        self, rule: Rule, visit: Visit, customer: Customer | None, now: datetime
    ) -> Iterator[Cue]:
        """Yield what a rule tells of somebody being there; of who is not known for certain none."""
        if visit.identity.kind is not IdentityKind.KNOWN or not rule.scope.holds_for(visit.camera):
            return
        facts: dict[str, str] | None = None
        code = ""
        if rule.kind is AlertKind.WATCHLIST:
            code, facts = "WATCHLIST_SEEN", self._watchlist(rule, visit)
        elif visit.identity.is_watchlisted:
            return
        elif rule.kind is AlertKind.ARRIVAL:
            code, facts = self._arrival(rule, customer)
        elif rule.kind is AlertKind.APPOINTMENT and customer is not None:
            code, facts = "APPOINTMENT_ARRIVED", self._appointment(rule, customer, now)
        if facts is not None:
            yield self._cue(rule, code, facts, visit, visit.face_at, is_once=True)

    def of_stay(self, rule: Rule, visit: Visit, customer: Customer | None) -> Iterator[Cue]:
        """Yield what a rule tells of somebody who has been in one zone for long.

        Only as far as the person was seen there: nobody waits by not being seen.
        """
        place, since = visit.place, visit.place_since
        if place is None or since is None or not visit.is_open:
            return
        if not rule.scope.holds_on(place, self._places.zone_kind(place)):
            return
        stay_s = (visit.last_seen_at - since).total_seconds()
        if stay_s >= rule.cause.after_s and _has_tier(rule, customer):
            facts = {"minutes": minutes_of(stay_s)}
            yield self._cue(rule, _OF_VISITS[rule.kind], facts, visit, None, is_once=False)

    def _watchlist(self, rule: Rule, visit: Visit) -> dict[str, str] | None:
        subject = visit.identity.subject
        if subject is None or not visit.identity.is_watchlisted:
            return None
        if rule.cause.watchlists and subject.gallery not in rule.cause.watchlists:
            return None
        return {"watchlist": subject.gallery}

    def _arrival(self, rule: Rule, customer: Customer | None) -> tuple[str, dict[str, str] | None]:
        tier = customer.tier if customer is not None else ""
        if tier and (tier in rule.cause.tiers or EVERY in rule.cause.tiers):
            return "TIER_ARRIVED", {"tier": tier}
        return "CUSTOMER_ARRIVED", {"tier": ""} if EVERY in rule.cause.tiers else None

    def _appointment(self, rule: Rule, customer: Customer, now: datetime) -> dict[str, str] | None:
        """Return the facts of the appointment that is nearest, None if none is near enough."""
        within = timedelta(seconds=rule.cause.within_s)
        near = [one for one in customer.appointments if abs(one.start_at - now) <= within]
        if not near or not _has_tier(rule, customer):
            return None
        nearest: Appointment = min(near, key=lambda one: abs(one.start_at - now))
        return {"time": f"{nearest.start_at.astimezone(self._branch.time_zone):%H:%M}"}

    def _cue(
        self,
        rule: Rule,
        code: str,
        facts: dict[str, str],
        visit: Visit,
        face_at: datetime | None,
        is_once: bool,
    ) -> Cue:
        place = visit.place
        name = self._places.zone_name(place) if place else self._places.camera_name(visit.camera)
        return Cue(
            rule,
            code,
            {**facts, "place": name},
            visit.id,
            person_key(visit),
            visit,
            place.camera if place is not None else visit.camera,
            place.zone if place is not None else "",
            face_at,
            is_once,
        )


def minutes_of(span_s: float) -> str:
    """Return whole minutes that are over."""
    return str(int(span_s // 60))


def _has_tier(rule: Rule, customer: Customer | None) -> bool:
    tiers = rule.cause.tiers
    if not tiers:
        return True
    return customer is not None and (EVERY in tiers or customer.tier in tiers)
