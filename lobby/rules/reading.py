"""The file of rules, read strictly."""

import hashlib
import string
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from base.errors import InvalidResourceNameError, RulesInvalidError
from base.ids import ID_RULE, check_id, is_id
from base.toml_table import Table, parse_toml, read_toml
from lobby.alert import AlertKind, Severity
from lobby.flow import CameraCondition
from lobby.rules.rule import Cause, Escalation, Hours, Rule, RuleBook, Scope
from vision.scene import ZoneKind

MAX_RULES: Final = 200
_DAY_MINUTES, _DAY_S = 1440.0, 86_400.0
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LANGUAGES: Final = ("en", "zh")
DEFAULT_COOLDOWN_MINUTES: Final = 15.0
DEFAULT_WITHIN_MINUTES: Final = 30.0

# Kinds of zones that a rule is about unless it says otherwise, and what its own sentences may say.
_ZONE_KINDS: Final[Mapping[AlertKind, frozenset[ZoneKind]]] = {
    AlertKind.LONG_WAIT: frozenset({ZoneKind.QUEUE}),
    AlertKind.QUEUE_LENGTH: frozenset({ZoneKind.QUEUE}),
    AlertKind.LONG_DWELL: frozenset({ZoneKind.MACHINE}),
    AlertKind.CROWD: frozenset(),
}
FACTS: Final[Mapping[AlertKind, frozenset[str]]] = {
    AlertKind.ARRIVAL: frozenset({"tier", "place"}),
    AlertKind.APPOINTMENT: frozenset({"time", "place"}),
    AlertKind.WATCHLIST: frozenset({"watchlist", "place"}),
    AlertKind.LONG_WAIT: frozenset({"minutes", "place"}),
    AlertKind.QUEUE_LENGTH: frozenset({"persons", "place"}),
    AlertKind.CROWD: frozenset({"persons", "place"}),
    AlertKind.LONG_DWELL: frozenset({"minutes", "place"}),
    AlertKind.CAMERA: frozenset({"camera"}),
}


def read_rules(path: Path) -> RuleBook:
    """Read a file. Raises RulesInvalidError, which names file and line and what was expected.

    A file without a rule is refused unless it says so: it is what a save that was cut off leaves.
    """
    text = read_toml(path, RulesInvalidError)
    book = parse_rules(text, path.name)
    if not book.rules and "rule" not in tomllib.loads(text):
        raise RulesInvalidError(f"{path.name} has no [[rule]]; for no alerts write rule = []")
    return book


def parse_rules(text: str, name: str = "rules") -> RuleBook:
    """Read the text of a file called `name`. Raises RulesInvalidError."""
    root = parse_toml(text, name, RulesInvalidError)
    tables = root.tables("rule", MAX_RULES)
    root.done()
    rules: list[Rule] = []
    for table in tables:
        rule = _rule(table)
        if any(rule.id == other.id for other in rules):
            raise table.wrong("id", f"another rule is called {rule.id}")
        rules.append(rule)
    return RuleBook(tuple(rules), hashlib.sha256(text.encode()).hexdigest())


def _rule(table: Table) -> Rule:
    rule_id = _id(table)
    table.label = f"{table.label} ({rule_id})"
    kind = table.choice("kind", AlertKind)
    rule = Rule(
        rule_id,
        kind,
        table.choice("severity", Severity, Severity.NOTICE),
        _cause(table, kind),
        _scope(table, kind),
        60 * table.number("cooldown_minutes", 0, _DAY_MINUTES, DEFAULT_COOLDOWN_MINUTES),
        _duties(table, "roles"),
        _escalation(table),
        _own_texts(table, kind),
        table.flag("enabled", True),
    )
    table.done()
    return rule


def _id(table: Table) -> str:
    text = table.text("id")
    try:
        return check_id(text, "rule")
    except InvalidResourceNameError as error:
        raise table.wrong("id", error.message) from None


def _cause(table: Table, kind: AlertKind) -> Cause:
    if kind is AlertKind.ARRIVAL:
        return Cause(tiers=frozenset(table.texts("tiers", is_required=True)))
    if kind is AlertKind.APPOINTMENT:
        minutes = table.number("within_minutes", 1, 720, DEFAULT_WITHIN_MINUTES)
        return Cause(tiers=frozenset(table.texts("tiers")), within_s=60 * minutes)
    if kind is AlertKind.WATCHLIST:
        return Cause(watchlists=frozenset(table.texts("watchlists")))
    if kind in {AlertKind.LONG_WAIT, AlertKind.LONG_DWELL}:
        after_s = 60 * table.number("after_minutes", 0.1, _DAY_MINUTES)
        return Cause(tiers=frozenset(table.texts("tiers")), after_s=after_s)
    if kind in {AlertKind.QUEUE_LENGTH, AlertKind.CROWD}:
        persons = table.whole("min_persons", 1, 10_000)
        return Cause(min_persons=persons, for_s=table.number("for_seconds", 0, _DAY_S, 0))
    conditions = table.choices("conditions", CameraCondition)
    if CameraCondition.UP in conditions:
        raise table.wrong("conditions", "a camera that is up is no reason for an alert")
    every = frozenset(CameraCondition) - {CameraCondition.UP}
    return Cause(conditions=conditions or every, for_s=table.number("for_seconds", 0, _DAY_S, 0))


def _scope(table: Table, kind: AlertKind) -> Scope:
    default_kinds = _ZONE_KINDS.get(kind)
    zones: frozenset[str] = frozenset()
    kinds: frozenset[ZoneKind] = frozenset()
    if default_kinds is not None:
        zones = frozenset(table.texts("zones"))
        kinds = table.choices("zone_kinds", ZoneKind) or (default_kinds if not zones else kinds)
    return Scope(
        frozenset(table.texts("branches")),
        frozenset(table.texts("cameras")),
        zones,
        kinds,
        tuple(_hours(table, text) for text in table.texts("hours")),
        frozenset(_weekday(table, text) for text in table.texts("weekdays")),
    )


def _hours(table: Table, text: str) -> Hours:
    start, dash, end = text.partition("-")
    if not dash:
        raise table.wrong("hours", f'expected spans such as "09:00-17:00", got {text!r}')
    hours = Hours(table.clock_time("hours", start), table.clock_time("hours", end))
    if hours.start == hours.end:
        raise table.wrong("hours", f"{text!r} begins when it ends; leave hours out for all day")
    return hours


def _weekday(table: Table, text: str) -> int:
    if text not in _WEEKDAYS:
        raise table.wrong("weekdays", f"expected {', '.join(_WEEKDAYS)}, got {text!r}")
    return _WEEKDAYS.index(text)


def _duties(table: Table, key: str) -> tuple[str, ...]:
    """Return duties; one that no account can have would be told to nobody."""
    for duty in (duties := table.texts(key)):
        if not is_id(duty):
            raise table.wrong(key, f"a duty is {ID_RULE}; got {duty!r}")
    return duties


def _escalation(table: Table) -> Escalation | None:
    roles = _duties(table, "escalate_to")
    severity = table.choice("escalate_severity", Severity, Severity.URGENT)
    if table.has("escalate_after_minutes"):
        minutes = table.number("escalate_after_minutes", 0.1, _DAY_MINUTES)
        return Escalation(60 * minutes, roles, severity)
    for key in ("escalate_to", "escalate_severity"):
        if table.has(key):
            raise table.wrong(key, "escalate_after_minutes is missing beside it")
    return None


def _own_texts(table: Table, kind: AlertKind) -> dict[str, str]:
    own = table.table("text")
    if own is None:
        return {}
    texts = {one: own.text(one) for one in _LANGUAGES if own.has(one)}
    own.done()
    for language, text in texts.items():
        unknown = _placeholders(own, language, text) - FACTS[kind]
        if unknown:
            raise own.wrong(
                language,
                f"{{{min(unknown)}}} is not known here; known are "
                + ", ".join(f"{{{fact}}}" for fact in sorted(FACTS[kind])),
            )
    return texts


def _placeholders(table: Table, key: str, text: str) -> set[str]:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise table.wrong(key, "a brace is open or alone; write facts as {place}") from None
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise table.wrong(key, "facts are written plainly, as {place}")
    return {name for _, name, _, _ in parts if name is not None}
