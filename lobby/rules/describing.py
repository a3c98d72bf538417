"""A rule in words, so that who wrote it can see what was understood."""

from collections.abc import Iterable

from lobby.alert import AlertKind
from lobby.rules.rule import EVERY, Rule, Scope

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def describe(rule: Rule) -> str:
    """Return one English sentence."""
    parts = [
        f"{rule.severity.name} {_cause(rule)}{_place(rule.scope)}{_time(rule.scope)}",
        f"to {_listed(rule.roles) if rule.roles else 'everybody'}",
        f"not again within {_span(rule.cooldown_s)}" if rule.cooldown_s else "",
    ]
    after = rule.escalation
    if after is not None:
        more = f" and to {_listed(after.roles)}" if after.roles else ""
        parts.append(f"unanswered for {_span(after.after_s)}: {after.severity.name}{more}")
    sentence = "; ".join(part for part in parts if part)
    return sentence if rule.is_enabled else f"off: {sentence}"


def _cause(rule: Rule) -> str:
    cause = rule.cause
    tiers = f" of tier {_listed(cause.tiers)}" if cause.tiers and EVERY not in cause.tiers else ""
    lists = f" {_listed(cause.watchlists)}" if cause.watchlists else ""
    return {
        AlertKind.ARRIVAL: f"when a customer{tiers} is there",
        AlertKind.APPOINTMENT: f"when a customer{tiers} is there within {_span(cause.within_s)} "
        "of an appointment",
        AlertKind.WATCHLIST: f"when somebody of watchlist{lists or ' any'} is there",
        AlertKind.LONG_WAIT: f"when somebody{tiers} waits for {_span(cause.after_s)}",
        AlertKind.QUEUE_LENGTH: f"when {cause.min_persons} people queue{_for(cause.for_s)}",
        AlertKind.CROWD: f"when {cause.min_persons} people are there{_for(cause.for_s)}",
        AlertKind.LONG_DWELL: f"when somebody{tiers} stays for {_span(cause.after_s)}",
        AlertKind.CAMERA: f"when a camera is {_listed(c.value.lower() for c in cause.conditions)}"
        f"{_for(cause.for_s)}",
    }[rule.kind]


def _place(scope: Scope) -> str:
    kinds = [kind.value for kind in scope.zone_kinds]
    parts = [
        f" in zones {_listed(scope.zones)}" if scope.zones else "",
        f" in zones of kind {_listed(kinds)}" if kinds else "",
        f" at cameras {_listed(scope.cameras)}" if scope.cameras else "",
        f" in branches {_listed(scope.branches)}" if scope.branches else "",
    ]
    return "".join(parts)


def _time(scope: Scope) -> str:
    hours = [f"{span.start:%H:%M}-{span.end:%H:%M}" for span in scope.hours]
    days = ", ".join(_DAYS[day] for day in sorted(scope.weekdays))
    return (f" from {', '.join(hours)}" if hours else "") + (f" on {days}" if days else "")


def _for(span_s: float) -> str:
    return f" for {_span(span_s)}" if span_s else ""


def _span(span_s: float) -> str:
    if span_s < 60 or span_s % 60:
        return f"{span_s:g} s"
    return f"{span_s / 60:g} min"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
