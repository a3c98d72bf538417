"""Attempts are counted from their beginning, records kept for a time, and faults forgiven."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.errors import TooManyAttemptsError
from liveness.events import VerdictEvent
from liveness.outcome import LivenessOutcome
from liveness.plan import SessionPlan
from serving.caller import Caller, Role
from serving.liveness.books import LOST, VOID, SessionBooks, Ticket
from serving.liveness.settings import LivenessSettings
from serving.telemetry.decisions import DecisionCounts
from tests.support.galleries import ManualClock
from tests.support.liveness import LivenessHouse, result_of

APP = Caller("bank-a", "app", frozenset({Role.INTERVIEW_APP}))
LIMITS = LivenessSettings(
    max_spoof_attempts=2, max_inconclusive_attempts=3, caller_factor=2, memory_s=10_000.0
)
LIVE, SPOOF, UNSURE = LivenessOutcome.LIVE, LivenessOutcome.SPOOF, LivenessOutcome.INCONCLUSIVE


class Desk:
    """The books with a clock that a test moves."""

    def __init__(self, house: LivenessHouse, clock: ManualClock) -> None:
        self.house = house
        self.clock = clock
        self.books = SessionBooks(house.database, house.audit, clock, LIMITS, DecisionCounts())

    def open(self, person: str | None = "c-1", caller: Caller = APP) -> Ticket:
        self.clock.advance(1)
        return self.books.open(caller, person, "req-1", "ab", SessionPlan())

    def run(self, outcome: LivenessOutcome, person: str | None = "c-1", void: bool = False) -> None:
        verdict = VerdictEvent(result_of(outcome, "A_REASON"), (), 9)
        self.books.close(self.open(person), verdict, void, 0)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = ManualClock()
    house = LivenessHouse(tmp_path, clock)
    yield Desk(house, clock)
    house.close()


def test_a_person_is_locked_out_after_spoofs_until_the_window_is_over(desk: Desk) -> None:
    desk.run(SPOOF)
    desk.run(SPOOF)
    with pytest.raises(TooManyAttemptsError) as caught:
        desk.open()
    # The first of the two leaves the window 900 s after its beginning, 2 s ago.
    assert caught.value.metadata["retry_after_s"] == "898"
    desk.open("c-2")
    desk.clock.advance(898)
    desk.open()


def test_a_refusal_is_in_the_audit_log(desk: Desk) -> None:
    desk.run(SPOOF)
    desk.run(SPOOF)
    with pytest.raises(TooManyAttemptsError):
        desk.open()
    last = list(desk.house.audit.lines("bank-a"))[-1].event
    assert (last.outcome.value, last.details["reason"]) == ("refused", "TOO_MANY_ATTEMPTS")


def test_sessions_without_an_answer_have_a_limit_of_their_own(desk: Desk) -> None:
    for _ in range(3):
        desk.run(UNSURE)
    with pytest.raises(TooManyAttemptsError):
        desk.open()


def test_a_session_under_way_counts_so_that_many_at_once_evade_nothing(desk: Desk) -> None:
    desk.open()
    desk.open()
    with pytest.raises(TooManyAttemptsError) as caught:
        desk.open()
    assert int(caught.value.metadata["retry_after_s"]) <= 10


def test_a_pass_forgives_what_came_before(desk: Desk) -> None:
    desk.run(SPOOF)
    desk.run(LIVE)
    desk.run(SPOOF)
    desk.open()


def test_what_we_ended_ourselves_does_not_count(desk: Desk) -> None:
    for _ in range(5):
        desk.run(UNSURE, void=True)
        desk.books.void(desk.open(), "INFERENCE_FAILED")
    desk.open()
    assert {row.outcome for row in desk.house.rows("bank-a")} == {VOID, "OPEN"}


def test_an_attack_that_was_seen_before_we_ended_it_counts(desk: Desk) -> None:
    desk.run(SPOOF, void=True)
    assert desk.house.rows("bank-a")[0].outcome == "SPOOF"


def test_without_a_person_the_caller_is_counted_and_bears_more(desk: Desk) -> None:
    for _ in range(3):
        desk.run(SPOOF, None)
    desk.run(LIVE, None)
    desk.run(SPOOF, None)
    with pytest.raises(TooManyAttemptsError):
        desk.open(None)
    desk.open("c-1")
    desk.open(None, Caller("bank-a", "other-app", APP.roles))


@pytest.mark.parametrize(
    ("person", "limit", "outcome", "is_void"),
    [("c-1", 2, UNSURE, True), (None, 4, LIVE, False)],
    ids=["ended by us", "passes of other people"],
)
def test_what_does_not_count_hides_nothing_that_does(
    desk: Desk, person: str | None, limit: int, outcome: LivenessOutcome, is_void: bool
) -> None:
    """Only the newest sessions were looked at, and those pushed the attacks out of sight."""
    for _ in range(limit - 1):
        desk.run(SPOOF, person)
    for _ in range(12):
        desk.run(outcome, person, is_void)
    desk.run(SPOOF, person)
    with pytest.raises(TooManyAttemptsError):
        desk.open(person)


def test_tenants_do_not_count_each_other(desk: Desk) -> None:
    desk.run(SPOOF)
    desk.run(SPOOF)
    desk.open("c-1", Caller("bank-b", "app", APP.roles))


def test_a_session_is_closed_once(desk: Desk) -> None:
    ticket = desk.open()
    desk.books.void(ticket, "FAULT")
    desk.books.close(ticket, VerdictEvent(result_of(LIVE, "LATE"), (), 1), False, 0)
    (row,) = desk.house.rows("bank-a")
    assert (row.outcome, json.loads(row.reasons)) == (VOID, ["FAULT"])
    assert len(list(desk.house.audit.lines("bank-a"))) == 1


def test_a_crash_leaves_no_session_open_and_gives_nobody_a_free_one(desk: Desk) -> None:
    desk.open()
    desk.clock.advance(LIMITS.session_s)
    desk.books.sweep()
    assert desk.house.rows("bank-a")[0].outcome == "OPEN"
    desk.clock.advance(61)
    desk.books.sweep()
    (row,) = desk.house.rows("bank-a")
    assert (row.outcome, json.loads(row.reasons)) == ("INCONCLUSIVE", [LOST])
    assert row.ended_at == desk.clock.now()


def test_records_are_kept_for_a_time_and_no_longer(desk: Desk) -> None:
    desk.run(LIVE)
    desk.clock.advance(LIMITS.memory_s - 10)
    desk.books.sweep()
    assert len(desk.house.rows("bank-a")) == 1
    desk.clock.advance(20)
    desk.books.sweep()
    assert desk.house.rows("bank-a") == []


def test_the_audit_log_holds_ids_and_numbers_alone(desk: Desk) -> None:
    desk.run(LIVE)
    (line,) = desk.house.audit.lines("bank-a")
    assert line.event.resource.startswith("tenants/bank-a/livenessSessions/ls-")
    assert dict(line.event.details) == {
        "decision": "LIVE",
        "live_score": 0.7,
        "max_apcer": 0.05,
        "max_bpcer": 0.05,
        "models": "toy-passive",
        "reason": "A_REASON",
        "frames": 9,
        "person": "c-1",
        "request_id": "req-1",
    }
