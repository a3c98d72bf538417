"""The file of rules is read strictly: line, table and what was expected."""

from datetime import datetime, time
from pathlib import Path

import pytest

from base.errors import RulesInvalidError
from base.toml_table import MAX_FILE_BYTES
from lobby.alert import AlertKind, Severity
from lobby.flow import CameraCondition
from lobby.rules.reading import MAX_RULES, parse_rules, read_rules
from lobby.rules.rule import Escalation, Hours
from lobby.seen import CameraRef
from lobby.visit import ZonePlace
from vision.scene import ZoneKind

GOOD = """\
# Whom we want to greet.
[[rule]]
id = "private"
kind = "arrival"
severity = "urgent"
tiers = ["private", "gold"]
branches = ["main"]
hours = ["09:00-12:00", "22:00-02:00"]
weekdays = ["mon", "fri"]
cooldown_minutes = 30
roles = ["adviser"]
escalate_after_minutes = 5
escalate_to = ["manager"]
[rule.text]
en = "Tier {tier} at {place}"

[[rule]]
id = "queue"
kind = "queue_length"
min_persons = 5
for_seconds = 20

[[rule]]
id = "camera"
kind = "camera"
conditions = ["covered"]
"""


def test_a_rule_is_read_whole() -> None:
    book = parse_rules(GOOD)
    rule = book.rules[0]
    assert (rule.id, rule.kind, rule.severity) == ("private", AlertKind.ARRIVAL, Severity.URGENT)
    assert rule.cause.tiers == {"private", "gold"}
    assert rule.cooldown_s == 1800
    assert rule.escalation == Escalation(300, ("manager",), Severity.URGENT)
    assert rule.texts == {"en": "Tier {tier} at {place}"}
    assert rule.scope.hours == (Hours(time(9), time(12)), Hours(time(22), time(2)))
    assert book.rules[1].scope.zone_kinds == {ZoneKind.QUEUE}
    assert book.rules[2].cause.conditions == {CameraCondition.COVERED}
    assert book.find("queue") is book.rules[1]
    assert book.find("none") is None
    assert book.longest_cooldown_s == 1800


def test_a_rule_holds_where_and_when_it_says() -> None:
    scope = parse_rules(GOOD).rules[0].scope
    monday = datetime(2026, 3, 2)
    assert scope.holds_in("main")
    assert not scope.holds_in("other")
    assert scope.holds_at(monday.replace(hour=11, minute=59))
    assert not scope.holds_at(monday.replace(hour=12))
    assert scope.holds_at(monday.replace(hour=23))
    assert scope.holds_at(monday.replace(hour=1))
    assert not scope.holds_at(monday.replace(day=3, hour=11))


@pytest.mark.parametrize(
    ("written", "holds"),
    [('zones = ["q1"]', True), ('zones = ["box-1/door/q1"]', True),
     ('zones = ["box-1/hall/q1"]', False), ('cameras = ["box-1"]', True),
     ('cameras = ["box-1/door"]', True), ('cameras = ["box-2"]', False),
     ('zone_kinds = ["counter"]', False)],
)  # fmt: skip
def test_a_zone_is_named_by_itself_or_with_its_camera(written: str, holds: bool) -> None:
    text = f'[[rule]]\nid = "q"\nkind = "queue_length"\nmin_persons = 2\n{written}'
    place = ZonePlace(CameraRef("box-1", "door"), "q1")
    assert parse_rules(text).rules[0].scope.holds_on(place, ZoneKind.QUEUE) is holds


def rule(*lines: str) -> str:
    """Return a file with one rule; its first line of its own is line 4."""
    return "\n".join(["", "[[rule]]", 'id = "one"', *lines])


CAMERA, QUEUE, ARRIVAL = 'kind = "camera"', 'kind = "queue_length"', 'kind = "arrival"'
WRONG = [
    ("[[rule\n\n", 1, "is not TOML"),
    ("rule = 3", 1, r"expected tables, each begun by \[\[rule\]\]"),
    ("[[rules]]\nid = 'x'", 1, "rules: there is no such key here; did you mean rule"),
    ("[[rule]]", 1, "id: is missing"),
    ("[[rule]]\nid = 'A B'", 2, "id: the rule is not a valid id"),
    (rule('kind = "arival"'), 4, "'arival' is none of what may stand here; did you mean arrival"),
    (rule(ARRIVAL), 2, "tiers: is missing; expected a list of texts"),
    (rule(ARRIVAL, "tiers = []"), 5, "tiers: expected a list of texts"),
    (rule(ARRIVAL, "tiers = [1]"), 5, "tiers: expected a list of texts"),
    (rule(ARRIVAL, 'tiers = ["a", "a"]'), 5, "an entry is there twice"),
    (rule(CAMERA, 'tiers = ["private"]'), 5, "tiers: there is no such key here"),
    (rule(CAMERA, "cooldown_minute = 3"), 5, "did you mean cooldown_minutes"),
    (rule(CAMERA, 'conditions = ["up"]'), 5, "a camera that is up is no reason"),
    (rule(CAMERA, "for_seconds = -1"), 5, "expected a number from 0 to 86400, got -1"),
    (rule(CAMERA, 'for_seconds = "3"'), 5, "expected a number from 0"),
    (rule(CAMERA, "enabled = 1"), 5, "expected true or false"),
    (rule(CAMERA, 'severity = "loud"'), 5, "expected info, notice, urgent"),
    (rule(QUEUE, "min_persons = 2.5"), 5, "expected a whole number, got 2.5"),
    (rule(QUEUE, "min_persons = true"), 5, "expected a number"),
    (rule(QUEUE, "min_persons = 2", 'zone_kinds = ["que"]'), 6, "did you mean queue"),
    (rule(CAMERA, 'roles = ["Manager"]'), 5, "roles: a duty is 1 to 63 of a-z"),
    (rule(CAMERA, "escalate_after_minutes = 1", 'escalate_to = ["the boss"]'), 6, "a duty is"),
    (rule(CAMERA, 'hours = ["9-17"]'), 5, "expected a time such as 09:30, got '9'"),
    (rule(CAMERA, 'hours = ["25:00-26:00"]'), 5, "expected a time such as"),
    (rule(CAMERA, 'hours = ["09:00"]'), 5, "expected spans such as"),
    (rule(CAMERA, 'hours = ["09:00-09:00"]'), 5, "begins when it ends"),
    (rule(CAMERA, 'weekdays = ["monday"]'), 5, "expected mon, tue"),
    (rule(CAMERA, 'escalate_to = ["manager"]'), 5, "escalate_after_minutes is missing"),
    (rule(CAMERA, "[rule.text]", 'en = "{place} is down"'), 6, r"\{place\} is not known here"),
    (rule(CAMERA, "[rule.text]", 'de = "Kamera"'), 6, "de: there is no such key"),
    (rule(CAMERA, "[rule.text]", 'en = "a { b"'), 6, "a brace is open or alone"),
    (rule(CAMERA, "[rule.text]", 'en = "{camera.device}"'), 6, "is not known here"),
    (rule(CAMERA, "[rule.text]", 'en = "{camera!r}"'), 6, "facts are written plainly"),
    (rule(CAMERA, 'text = "Camera"'), 5, "text: expected a table"),
    (rule(CAMERA, rule(CAMERA)), 7, "another rule is called one"),
]


@pytest.mark.parametrize(("text", "line", "what"), WRONG, ids=[what for _, _, what in WRONG])
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(RulesInvalidError, match=what) as caught:
        parse_rules(text, "rules.toml")
    message = caught.value.message
    assert message.startswith("rules.toml")
    assert f"line {line}" in message


def test_a_rule_is_named_in_what_is_wrong_with_it() -> None:
    with pytest.raises(RulesInvalidError, match=r"line 27, \[\[rule\]\] 4 \(extra\): min_persons"):
        parse_rules(GOOD + '[[rule]]\nid = "extra"\nkind = "crowd"\n')


def test_too_many_rules_are_refused() -> None:
    text = "".join(f'[[rule]]\nid = "r{n}"\nkind = "camera"\n' for n in range(MAX_RULES + 1))
    with pytest.raises(RulesInvalidError, match=f"at most {MAX_RULES} of them"):
        parse_rules(text)


@pytest.mark.parametrize(
    ("data", "what"),
    [(b"#" * (MAX_FILE_BYTES + 1), "is too large"), (b"\xff\xfe", "is not UTF-8"),
     (None, "cannot be read")],
    ids=["too large", "no text", "not there"],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(data: bytes | None, what: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(RulesInvalidError, match=what):
        read_rules(path)
