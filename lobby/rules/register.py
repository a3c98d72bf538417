"""Alerts that are open, and what was told lately, so that nothing is told twice."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from lobby.alert import Alert, AlertKind, AlertState, AlertStep
from lobby.alerts import MAX_STEPS, UNANSWERED, end
from lobby.rules.cue import Cue
from lobby.rules.rule import RuleBook
from lobby.texts import alert_reason, with_own_texts

MAX_OPEN: Final = 2000
MAX_REMEMBERED: Final = 20_000
# Told once for each visit, however long it lasts.
ONCE: Final = frozenset({AlertKind.ARRIVAL, AlertKind.APPOINTMENT, AlertKind.WATCHLIST})

_Key = tuple[str, str]


class AlertRegister:
    """The open alerts of a branch, by what they are about. Old memories go first."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._open: dict[str, Alert] = {}
        self._told_at: OrderedDict[_Key, datetime] = OrderedDict()

    def __iter__(self) -> Iterator[Alert]:
        return iter(tuple(self._open.values()))

    def tell(self, cue: Cue, now: datetime) -> list[Alert]:
        """Raise an alert unless the same was told; return it, and one that made room for it."""
        rule = cue.rule
        about, again = (rule.id, f"={cue.subject_key}"), (rule.id, cue.cooldown_key)
        if cue.is_once and about in self._told_at:
            return []
        told_at = self._told_at.get(again)
        if told_at is not None and now < told_at + timedelta(seconds=rule.cooldown_s):
            if cue.is_once:
                # Somebody who went out for a moment has not arrived when the cooldown is over.
                self._remember(about, now)
            return []
        if any((one.rule, one.subject_key) == (rule.id, cue.subject_key) for one in self):
            return []
        self._remember(again, now)
        if cue.is_once:
            self._remember(about, now)
        alert = self._alert(cue, now)
        self._open[alert.id] = alert
        return [alert, *self._make_room(now)]

    def end(self, alert: Alert, now: datetime) -> list[Alert]:
        """End an alert whose cause is over; a watchlist alert waits for somebody to act."""
        if alert.kind is AlertKind.WATCHLIST:
            return []
        return self._end(alert, now)

    def replace(self, alert: Alert) -> None:
        """Take a newer value of an alert, open or not."""
        known = self._open.get(alert.id)
        if known is not None and known.revision > alert.revision:
            return
        if alert.is_open:
            self._open[alert.id] = alert
        else:
            self._open.pop(alert.id, None)

    def follow_merge(self, loser: str, winner: str, now: datetime) -> list[Alert]:
        """Let alerts of a visit be about the one that it was found to be.

        One that the other visit has already is over.
        """
        changed = []
        taken = {one.rule for one in self if one.visit == winner}
        for key in [key for key in self._told_at if key[1] in {loser, f"={loser}"}]:
            self._remember((key[0], key[1].replace(loser, winner)), self._told_at[key])
        for alert in [one for one in self if one.visit == loser]:
            if alert.rule in taken and alert.kind is not AlertKind.WATCHLIST:
                changed += self._end(alert, now)
            else:
                moved = replace(
                    alert, visit=winner, subject_key=winner, revision=alert.revision + 1
                )
                self._open[alert.id] = moved
                changed.append(moved)
        return changed

    def escalate(self, book: RuleBook, now: datetime) -> list[Alert]:
        """Tell more people of what nobody has answered in time."""
        changed = []
        for alert in self:
            is_due = alert.escalate_at is not None and alert.escalate_at <= now
            if is_due and alert.state in UNANSWERED:
                changed.append(self._escalated(alert, book, now))
                self._open[alert.id] = changed[-1]
        return changed

    def restore(self, alerts: Iterable[Alert], keys: Mapping[str, str]) -> None:
        """Begin again. keys: cooldown key of a visit, where it is not the visit's id."""
        self._open.clear()
        self._told_at.clear()
        for alert in sorted(alerts, key=lambda one: (one.raised_at, one.id)):
            again = keys.get(alert.visit or "", alert.subject_key)
            self._remember((alert.rule, again), alert.raised_at)
            if alert.kind in ONCE:
                self._remember((alert.rule, f"={alert.subject_key}"), alert.raised_at)
            self.replace(alert)

    def forget(self, cooldown_key: str) -> None:
        """Forget that something was told of a subject."""
        for key in [key for key in self._told_at if key[1] == cooldown_key]:
            del self._told_at[key]

    def _alert(self, cue: Cue, now: datetime) -> Alert:
        rule = cue.rule
        facts = with_own_texts(cue.facts, rule.texts)
        escalation = rule.escalation
        return Alert(
            self._new_id(),
            rule.id,
            rule.kind,
            rule.severity,
            alert_reason(cue.code, facts),
            facts,
            cue.subject_key,
            now,
            cue.visit.id if cue.visit is not None else None,
            cue.camera,
            cue.zone,
            rule.roles,
            escalate_at=now + timedelta(seconds=escalation.after_s) if escalation else None,
            steps=(AlertStep(now, AlertState.RAISED),),
            face_at=cue.face_at,
        )

    def _escalated(self, alert: Alert, book: RuleBook, now: datetime) -> Alert:
        rule = book.find(alert.rule)
        escalation = rule.escalation if rule is not None else None
        raised = replace(alert, escalate_at=None, revision=alert.revision + 1)
        if escalation is None:
            return raised
        more = tuple(role for role in escalation.roles if role not in alert.roles)
        return replace(
            raised,
            severity=max(alert.severity, escalation.severity),
            roles=(*alert.roles, *more) if alert.roles else (),
            escalation_count=alert.escalation_count + 1,
            steps=(*alert.steps, AlertStep(now, alert.state))[-MAX_STEPS:],
        )

    def _end(self, alert: Alert, now: datetime) -> list[Alert]:
        ended = end(alert, now)
        self._open.pop(alert.id, None)
        return [ended] if ended is not alert else []

    def _make_room(self, now: datetime) -> list[Alert]:
        """End the oldest of the least urgent; a lobby with thousands open reads none of them."""
        if len(self._open) <= MAX_OPEN:
            return []
        least = min(
            self,
            key=lambda one: (one.kind is AlertKind.WATCHLIST, one.severity, one.raised_at),
        )
        return self._end(least, now)

    def _remember(self, key: _Key, at: datetime) -> None:
        self._told_at[key] = max(at, self._told_at.get(key, at))
        self._told_at.move_to_end(key)
        while len(self._told_at) > MAX_REMEMBERED:
            self._told_at.popitem(last=False)
