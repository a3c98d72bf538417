"""Rules are tried on a story before anybody is disturbed by them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.rules import app

RULES = """\
[[rule]]
id = "private"
kind = "arrival"
tiers = ["private"]
roles = ["adviser"]
escalate_after_minutes = 2
escalate_to = ["manager"]

[[rule]]
id = "queue"
kind = "queue_length"
min_persons = 5
for_seconds = 20

[[rule]]
id = "wait"
kind = "long_wait"
after_minutes = 3

[[rule]]
id = "camera"
kind = "camera"
for_seconds = 10

[[rule]]
id = "never"
kind = "watchlist"
"""
STORY = """\
# A morning.
{"at": "2026-03-02T09:00:00+08:00", "event": "visit", "visit": "v1", "camera": "box/door", \
"subject": "li", "tier": "private", "zone": "q1", "zone_kind": "queue"}
{"at": "2026-03-02T09:00:30+08:00", "event": "count", "camera": "box/hall", "zone": "q2", \
"zone_kind": "queue", "persons": 6}
{"at": "2026-03-02T09:01:30+08:00", "event": "count", "camera": "box/hall", "zone": "q2", \
"zone_kind": "queue", "persons": 1}
{"at": "2026-03-02T09:02:30+08:00", "event": "act", "rule": "private", "action": "take_over"}
{"at": "2026-03-02T09:03:30+08:00", "event": "leave", "visit": "v1"}
{"at": "2026-03-02T09:04:00+08:00", "event": "camera", "camera": "box/door", "condition": "down"}
{"at": "2026-03-02T09:05:00+08:00", "event": "visit", "visit": "v2", "camera": "box/door", \
"subject": "wu", "tier": "private", "late": true}
"""


def check(tmp_path: Path, rules: str, story: str | None = None, *words: str) -> tuple[int, Any]:
    path = tmp_path / "rules.toml"
    path.write_text(rules)
    more = list(words)
    if story is not None:
        (tmp_path / "events.jsonl").write_text(story)
        more += ["--events", str(tmp_path / "events.jsonl")]
    done = CliRunner().invoke(app, ["check", str(path), "--json", *more])
    return done.exit_code, json.loads(done.stdout)


def test_a_story_tells_what_staff_would_see_and_when(tmp_path: Path) -> None:
    code, answer = check(tmp_path, RULES, STORY, "--time-zone", "Asia/Shanghai")
    assert code == 0
    assert [(row["at"][11:19], row["rule"], row["event"]) for row in answer["alerts"]] == [
        ("09:00:00", "private", "raised"),
        ("09:00:50", "queue", "raised"),
        ("09:01:50", "queue", "lapsed"),
        ("09:02:00", "private", "escalated"),
        ("09:02:30", "private", "taken_over"),
        ("09:03:00", "wait", "raised"),
        ("09:03:30", "private", "closed"),
        ("09:03:30", "wait", "lapsed"),
        ("09:04:10", "camera", "raised"),
    ]
    assert answer["silent"] == ["never"]
    first, escalated = answer["alerts"][0], answer["alerts"][3]
    assert first["text"] == "A customer of tier private is at q1."
    assert first["reason"] == "TIER_ARRIVED"
    assert escalated["severity"] == "URGENT"
    assert escalated["roles"] == ["adviser", "manager"]


def test_rules_alone_are_said_in_words(tmp_path: Path) -> None:
    code, answer = check(tmp_path, RULES)
    assert code == 0
    assert answer["rules"][0]["text"] == (
        "NOTICE when a customer of tier private is there; to adviser; not again within 15 min; "
        "unanswered for 2 min: URGENT and to manager"
    )
    assert [rule["kind"] for rule in answer["rules"]] == [
        "arrival", "queue_length", "long_wait", "camera", "watchlist"
    ]  # fmt: skip
    assert "alerts" not in answer


def test_people_can_read_it_too(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULES)
    (tmp_path / "events.jsonl").write_text(STORY)
    done = CliRunner().invoke(
        app,
        ["check", str(tmp_path / "rules.toml"), "--events", str(tmp_path / "events.jsonl")],
    )
    assert "valid: 5 rules" in done.stdout
    assert "6 people wait at q2. [QUEUE_LONG] to everybody" in done.stdout
    assert done.stdout.rstrip().endswith("told nothing: never")


def test_a_file_that_the_server_would_not_take_ends_with_2(tmp_path: Path) -> None:
    code, answer = check(tmp_path, RULES.replace("min_persons", "min_person"))
    assert code == 2
    assert answer["error"]["reason"] == "RULES_INVALID"
    assert "line 9, [[rule]] 2 (queue): min_persons: is missing" in answer["error"]["message"]


AT = '{"at": "2026-03-02T09:00:00Z", '
WRONG = [
    ("{", "line 1 of the events: it is not JSON"),
    ("[]", "expected an object"),
    ('{"event": "leave"}', "at has to be a time"),
    ('{"at": "2026-03-02T09:00:00", "event": "leave"}', "at has to be a time"),
    (AT + '"event": "leaves"}', "event has to be one of visit, leave"),
    (AT + '"event": "leave", "vist": "v"}', "vist is not known here; expected visit"),
    (AT + '"event": "visit", "visit": "v", "camera": "door"}', "camera has to be device/camera"),
    (AT + '"event": "camera", "camera": "a/b", "condition": "odd"}', "condition has to be one of"),
    (AT + '"event": "count", "camera": "a/b", "zone": "z", "persons": -1}', "a number of 0 or"),
    (AT + '"event": "act", "rule": "queue", "action": "close"}', "no alert of rule queue is open"),
    (AT + '"event": "visit", "visit": "v", "camera": "a/b", "watchlist": "w"}', "needs a subject"),
    (AT + '"event": "leave", "visit": "v"}\n'
     + AT.replace("09:", "08:") + '"event": "leave", "visit": "v"}', "line 2.*before the line"),
    (AT + '"event": "leave", "visit": "v"}\n'
     + AT.replace("02T", "09T") + '"event": "leave", "visit": "v"}', "more than a day"),
]  # fmt: skip


@pytest.mark.parametrize(("story", "what"), WRONG, ids=[what for _, what in WRONG])
def test_a_story_that_cannot_be_is_refused(story: str, what: str, tmp_path: Path) -> None:
    code, answer = check(tmp_path, RULES, story)
    assert code == 2
    assert answer["error"]["reason"] == "ARGUMENT_INVALID"
    assert re.search(what, answer["error"]["message"])


def test_a_time_zone_that_is_none_is_refused(tmp_path: Path) -> None:
    code, answer = check(tmp_path, RULES, STORY, "--time-zone", "Mars/Base")
    assert code == 2
    assert "no time zone" in answer["error"]["message"]
