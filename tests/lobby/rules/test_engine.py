"""What happens in a branch meets the rules: told once, to whom it concerns, and ended when over."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from lobby.alert import Alert, AlertAction, AlertKind, AlertState, Severity
from lobby.alerts import apply
from lobby.branch import Branch
from lobby.customer import Appointment, Customer
from lobby.flow import CameraCondition, CameraNews
from lobby.flow_book import FlowNow, ZoneNow
from lobby.identity import Identity
from lobby.places import PlaceTable
from lobby.rules.engine import RuleEngine
from lobby.rules.reading import parse_rules
from lobby.seen import TrackRef
from lobby.visit import Visit, VisitChange, VisitStep, ZonePlace
from tests.lobby.made import CUSTOMERS, DOOR, HALL, STRANGER, UNSURE, WANTED, at, known, numbered
from vision.scene import ZoneKind

QUEUE, ATM = ZonePlace(DOOR, "q1"), ZonePlace(HALL, "atm")
PLACES = PlaceTable(
    {QUEUE: ZoneKind.QUEUE, ATM: ZoneKind.MACHINE}, {QUEUE: "Counter 2"}, {DOOR: "Main door"}
)
BRANCH = Branch("bank", "main", "Main", ZoneInfo("Asia/Shanghai"), (CUSTOMERS,), (WANTED,))
PRIVATE = Customer("li", "Ms Li", tier="private")

ARRIVAL = 'kind = "arrival"\ntiers = ["private"]'
APPOINTMENT = 'kind = "appointment"\nwithin_minutes = 30'
WATCHLIST = 'kind = "watchlist"\nseverity = "urgent"'
WAIT = 'kind = "long_wait"\nafter_minutes = 10'
DWELL = 'kind = "long_dwell"\nafter_minutes = 5'
LENGTH = 'kind = "queue_length"\nmin_persons = 5\nfor_seconds = 20'
CROWD = 'kind = "crowd"\nmin_persons = 3\nzone_kinds = ["machine"]'
CAMERA = 'kind = "camera"\nfor_seconds = 30'


def engine(*rules: str) -> RuleEngine:
    text = "\n".join(f'[[rule]]\nid = "rule-{n}"\n{one}' for n, one in enumerate(rules, 1))
    book = parse_rules(text)
    return RuleEngine(BRANCH, PLACES, lambda: book, numbered("alert"))


def visit(
    identity: Identity,
    last: float = 0,
    place: ZonePlace | None = None,
    since: float | None = None,
    name: str = "visit-1",
) -> Visit:
    return Visit(
        name, identity, at(0), at(last), DOOR, (TrackRef(DOOR, "1"),), place,
        None if since is None else at(since), face_at=at(0),
    )  # fmt: skip


def told(one: Visit, step: VisitStep = VisitStep.SEEN, is_late: bool = False) -> VisitChange:
    return VisitChange(step, one, is_late)


def flow(when: float, place: ZonePlace, persons: int, longest: float | None = None) -> FlowNow:
    kind = PLACES.kinds[place]
    return FlowNow((ZoneNow(place, kind, persons, at(when), longest),), 0, 0, at(when))


def only(alerts: tuple[Alert, ...]) -> Alert:
    (alert,) = alerts
    return alert


def nobody(_: Visit) -> Customer | None:
    return None


def test_a_customer_of_a_tier_is_told_of_once_a_visit() -> None:
    rules = engine(ARRIVAL + '\nroles = ["adviser"]')
    alert = only(rules.on_visit(told(visit(known("li"))), PRIVATE, at(1)))
    assert (alert.kind, alert.severity) == (AlertKind.ARRIVAL, Severity.NOTICE)
    assert (alert.rule, alert.visit, alert.roles) == ("rule-1", "visit-1", ("adviser",))
    assert alert.reason.code == "TIER_ARRIVED"
    assert alert.reason.text == "A customer of tier private is at Main door."
    assert alert.facts == {"tier": "private", "place": "Main door"}
    assert alert.face_at == at(0)
    assert "Li" not in repr(alert)
    closed = apply(alert, AlertAction.CLOSE, "chen", at(2))
    rules.replace(closed)
    for minute in range(1, 120):
        assert rules.on_visit(told(visit(known("li"), 60 * minute)), PRIVATE, at(60 * minute)) == ()


def test_who_comes_back_within_the_cooldown_is_not_told_of_again_even_later() -> None:
    """The second visit was quiet at first and told when the cooldown ran out, as an arrival."""
    rules = engine(ARRIVAL)
    first = visit(known("li"))
    rules.on_visit(told(first), PRIVATE, at(0))
    rules.on_visit(told(replace(first, ended_at=at(0)), VisitStep.ENDED), PRIVATE, at(90))
    second = visit(known("li"), name="visit-2")
    assert rules.on_visit(told(second), PRIVATE, at(600)) == ()
    assert rules.on_visit(told(second), PRIVATE, at(1200)) == ()
    third = visit(known("li"), name="visit-3")
    assert only(rules.on_visit(told(third), PRIVATE, at(1300))).visit == "visit-3"


@pytest.mark.parametrize(
    ("identity", "customer"),
    [(STRANGER, None), (UNSURE, PRIVATE), (known("li"), None), (known("x", True), PRIVATE),
     (known("li"), replace(PRIVATE, tier="basic"))],
    ids=["stranger", "unsure", "directory silent", "on a watchlist", "another tier"],
)  # fmt: skip
def test_nobody_else_is_told_of_as_an_arrival(
    identity: Identity, customer: Customer | None
) -> None:
    assert engine(ARRIVAL).on_visit(told(visit(identity)), customer, at(0)) == ()


def test_late_news_raise_nothing_and_the_first_live_one_does() -> None:
    rules = engine(ARRIVAL)
    assert rules.on_visit(told(visit(known("li")), is_late=True), PRIVATE, at(0)) == ()
    assert rules.on_visit(told(visit(known("li"), 60)), PRIVATE, at(60))


def test_a_directory_that_answers_late_is_in_time_for_the_alert() -> None:
    rules = engine(ARRIVAL)
    assert rules.on_visit(told(visit(known("li"))), None, at(0)) == ()
    assert only(rules.on_customer(visit(known("li")), PRIVATE, at(9))).facts["tier"] == "private"


def test_every_customer_may_be_meant_whether_the_directory_answers_or_not() -> None:
    rules = engine(ARRIVAL.replace('"private"', '"*"'))
    alert = only(rules.on_visit(told(visit(known("li"))), None, at(0)))
    assert alert.reason.code == "CUSTOMER_ARRIVED"


@pytest.mark.parametrize(
    ("minutes", "is_told"), [(-31, False), (-29, True), (29, True), (31, False)]
)
def test_an_appointment_is_told_of_within_its_window(minutes: int, is_told: bool) -> None:
    start = at(0) + timedelta(minutes=minutes)
    customer = replace(PRIVATE, appointments=(Appointment(start, "Mortgage"),))
    alerts = engine(APPOINTMENT).on_visit(told(visit(known("li"))), customer, at(0))
    assert bool(alerts) is is_told
    if alerts:
        local = start.astimezone(ZoneInfo("Asia/Shanghai"))
        assert alerts[0].facts["time"] == f"{local:%H:%M}"
        assert "Mortgage" not in repr(alerts[0])


def test_who_is_early_is_told_of_when_the_window_opens() -> None:
    customer = replace(PRIVATE, appointments=(Appointment(at(3600), "Mortgage"),))
    rules = engine(APPOINTMENT)
    assert rules.on_visit(told(visit(known("li"))), customer, at(0)) == ()
    assert rules.on_visit(told(visit(known("li"), 1900)), customer, at(1900))


def test_a_watchlist_alert_never_lapses_silently() -> None:
    rules = engine(WATCHLIST)
    there = visit(known("x", is_watchlisted=True))
    alert = only(rules.on_visit(told(there), None, at(0)))
    assert (alert.severity, alert.facts["watchlist"]) == (Severity.URGENT, "wanted")
    gone = replace(there, ended_at=at(0))
    assert rules.on_visit(told(gone, VisitStep.ENDED), None, at(300)) == ()
    assert rules.open_alerts() == (alert,)


def test_a_rule_may_be_about_some_watchlists() -> None:
    rules = engine(WATCHLIST + '\nwatchlists = ["another"]')
    assert rules.on_visit(told(visit(known("x", True))), None, at(0)) == ()


def test_an_arrival_that_nobody_answered_lapses_with_the_visit() -> None:
    rules = engine(ARRIVAL)
    there = visit(known("li"))
    rules.on_visit(told(there), PRIVATE, at(0))
    gone = told(replace(there, ended_at=at(0)), VisitStep.ENDED)
    alert = only(rules.on_visit(gone, PRIVATE, at(90)))
    assert alert.state is AlertState.LAPSED
    assert rules.open_alerts() == ()


def test_somebody_who_waits_for_long_is_told_of_and_done_with_when_they_go() -> None:
    rules = engine(WAIT)
    short = visit(STRANGER, 599, QUEUE, since=0)
    assert rules.tick(at(700), [short], nobody) == ()
    alert = only(rules.tick(at(700), [replace(short, last_seen_at=at(600))], nobody))
    assert alert.reason.text == "A visitor has waited for 10 minutes at Counter 2."
    assert (alert.visit, alert.zone, alert.face_at) == ("visit-1", "q1", None)
    assert rules.tick(at(701), [replace(short, last_seen_at=at(701))], nobody) == ()
    served = replace(short, place=None, place_since=None)
    ended = only(rules.on_visit(told(served, VisitStep.MOVED), None, at(720)))
    assert ended.state is AlertState.LAPSED


def test_a_wait_of_a_tier_asks_the_directory() -> None:
    rules = engine(WAIT + '\ntiers = ["private"]')
    waiting = visit(known("li"), 900, QUEUE, since=0)
    assert rules.tick(at(900), [waiting], nobody) == ()
    assert rules.tick(at(901), [waiting], lambda _: PRIVATE)


def test_waiting_elsewhere_is_no_waiting() -> None:
    assert engine(WAIT).tick(at(900), [visit(STRANGER, 900, ATM, since=0)], nobody) == ()
    assert engine(DWELL).tick(at(900), [visit(STRANGER, 900, ATM, since=0)], nobody)


def test_a_wait_without_a_face_is_told_of_by_the_count() -> None:
    rules = engine(WAIT)
    assert rules.on_flow(flow(0, QUEUE, 2, longest=599), [], at(0)) == ()
    alert = only(rules.on_flow(flow(2, QUEUE, 2, longest=601), [], at(2)))
    assert (alert.reason.code, alert.visit) == ("QUEUE_WAIT_LONG", None)
    assert alert.subject_key == "box-1/door/q1"
    ended = only(rules.on_flow(flow(4, QUEUE, 1, longest=60), [], at(4)))
    assert ended.state is AlertState.LAPSED


def test_a_wait_that_a_visit_explains_is_not_told_of_twice() -> None:
    """The box counts from the first frame and a visit from the first face, some seconds later."""
    waiting = visit(known("li"), 600, QUEUE, since=10)
    assert engine(WAIT).on_flow(flow(2, QUEUE, 1, longest=601), [waiting], at(602)) == ()


def test_a_queue_has_to_be_long_for_a_while_and_short_for_a_while() -> None:
    rules = engine(LENGTH)

    def count(when: float, persons: int) -> tuple[Alert, ...]:
        return rules.on_flow(flow(when, QUEUE, persons), [], at(when))

    assert count(0, 6) == ()
    assert count(19, 6) == ()
    alert = only(count(20, 7))
    assert (alert.reason.text, alert.zone) == ("7 people wait at Counter 2.", "q1")
    assert count(30, 4) == ()
    assert count(40, 5) == ()
    assert count(50, 4) == ()
    assert count(69, 4) == ()
    assert only(count(70, 4)).state is AlertState.LAPSED


def test_a_queue_that_was_short_in_between_begins_anew() -> None:
    rules = engine(LENGTH)
    for when, persons in [(0, 6), (10, 4), (12, 6), (31, 6)]:
        assert rules.on_flow(flow(when, QUEUE, persons), [], at(when)) == ()
    assert rules.on_flow(flow(32, QUEUE, 6), [], at(32))


def test_a_count_that_is_missing_ends_nothing_and_proves_nothing() -> None:
    rules = engine(LENGTH)
    nothing = FlowNow((), 0, 0, None)
    rules.on_flow(flow(0, QUEUE, 6), [], at(0))
    assert rules.on_flow(nothing, [], at(10)) == ()
    assert rules.on_flow(flow(20, QUEUE, 6), [], at(20)) == ()
    alert = only(rules.on_flow(flow(40, QUEUE, 6), [], at(40)))
    assert rules.on_flow(nothing, [], at(400)) == ()
    assert rules.open_alerts() == (alert,)


def test_a_crowd_is_told_of_where_the_rule_says() -> None:
    rules = engine(CROWD)
    assert rules.on_flow(flow(0, QUEUE, 9), [], at(0)) == ()
    assert only(rules.on_flow(flow(2, ATM, 3), [], at(2))).reason.code == "ZONE_CROWDED"


def news(condition: CameraCondition, when: float, is_late: bool = False) -> CameraNews:
    return CameraNews(DOOR, condition, at(when), is_late=is_late)


@pytest.mark.parametrize("condition", list(CameraCondition)[1:])
def test_a_camera_that_stays_away_is_told_of_and_done_with_when_it_is_back(
    condition: CameraCondition,
) -> None:
    rules = engine(CAMERA)
    assert rules.on_camera(news(condition, 0), at(1)) == ()
    assert rules.tick(at(29), [], nobody) == ()
    alert = only(rules.tick(at(30), [], nobody))
    assert alert.reason.code == f"CAMERA_{condition.value}"
    assert (alert.camera, alert.facts) == (DOOR, {"camera": "Main door"})
    back = only(rules.on_camera(news(CameraCondition.UP, 50), at(50)))
    assert back.state is AlertState.LAPSED


def test_a_camera_that_blinks_is_not_told_of() -> None:
    rules = engine(CAMERA)
    rules.on_camera(news(CameraCondition.DOWN, 0), at(0))
    rules.on_camera(news(CameraCondition.UP, 20), at(20))
    assert rules.tick(at(100), [], nobody) == ()


def test_what_was_late_about_a_camera_counts_from_now() -> None:
    """A replay tells of every fall in order; only the last word is how it is."""
    rules = engine(CAMERA.replace("30", "0"))
    assert rules.on_camera(news(CameraCondition.DOWN, 0, is_late=True), at(500)) == ()
    assert rules.on_camera(news(CameraCondition.UP, 90, is_late=True), at(500)) == ()
    assert rules.tick(at(501), [], nobody) == ()
    rules.on_camera(news(CameraCondition.DOWN, 120, is_late=True), at(501))
    assert rules.tick(at(502), [], nobody)


ESCALATED = ARRIVAL + (
    '\nroles = ["adviser"]\nescalate_after_minutes = 5\nescalate_to = ["manager"]'
)


def test_what_nobody_answers_is_escalated_once() -> None:
    rules = engine(ESCALATED)
    first = only(rules.on_visit(told(visit(known("li"))), PRIVATE, at(0)))
    assert first.escalate_at == at(300)
    assert rules.tick(at(299), [], nobody) == ()
    alert = only(rules.tick(at(300), [], nobody))
    assert (alert.severity, alert.roles) == (Severity.URGENT, ("adviser", "manager"))
    assert (alert.escalation_count, alert.escalate_at) == (1, None)
    assert (alert.id, alert.revision) == (first.id, first.revision + 1)
    assert rules.tick(at(900), [], nobody) == ()


@pytest.mark.parametrize("action", [AlertAction.ACKNOWLEDGE, AlertAction.TAKE_OVER])
def test_what_was_answered_is_not_escalated(action: AlertAction) -> None:
    rules = engine(ESCALATED)
    alert = only(rules.on_visit(told(visit(known("li"))), PRIVATE, at(0)))
    rules.replace(apply(alert, action, "chen", at(60)))
    assert rules.tick(at(900), [], nobody) == ()


def test_an_older_value_does_not_undo_what_staff_did() -> None:
    rules = engine(ESCALATED)
    alert = only(rules.on_visit(told(visit(known("li"))), PRIVATE, at(0)))
    rules.replace(apply(alert, AlertAction.ACKNOWLEDGE, "chen", at(60)))
    rules.replace(alert)
    assert rules.open_alerts()[0].state is AlertState.ACKNOWLEDGED


def test_alerts_of_a_merged_visit_are_about_the_one_that_stays() -> None:
    rules = engine(WAIT)
    waiting = visit(STRANGER, 700, QUEUE, since=0)
    alert = only(rules.tick(at(700), [waiting], nobody))
    merged = replace(waiting, merged_into="visit-2", ended_at=at(700))
    moved = only(rules.on_visit(told(merged, VisitStep.MERGED), None, at(710)))
    assert (moved.id, moved.visit, moved.subject_key) == (alert.id, "visit-2", "visit-2")
    winner = visit(known("li"), 720, QUEUE, since=0, name="visit-2")
    assert rules.tick(at(720), [winner], nobody) == ()


def test_a_restart_tells_nothing_again_and_forgets_nothing() -> None:
    before = engine(ESCALATED, WAIT)
    there = visit(known("li"), 700, QUEUE, since=0)
    alerts = before.on_visit(told(there), PRIVATE, at(0))
    alerts += before.tick(at(200), [there], nobody)
    assert len(alerts) == 2
    after = engine(ESCALATED, WAIT)
    after.restore(alerts, [there])
    assert after.open_alerts() == before.open_alerts()
    assert after.on_visit(told(there), PRIVATE, at(210)) == ()
    again = visit(known("li"), name="visit-9")
    assert after.on_visit(told(again), PRIVATE, at(220)) == ()
    assert only(after.tick(at(300), [there], nobody)).escalation_count == 1


def test_who_was_erased_is_not_remembered_by_the_cooldown() -> None:
    rules = engine(ARRIVAL)
    subject = CUSTOMERS.subject("li")
    rules.on_visit(told(visit(known("li"))), PRIVATE, at(0))
    rules.forget(subject)
    assert not [key for key in rules._register._told_at if str(subject) in key[1]]


@pytest.mark.parametrize(
    ("scope", "is_told"),
    [('branches = ["other"]', False), ('branches = ["main"]', True),
     ('cameras = ["box-1/hall"]', False), ('hours = ["09:00-12:00"]', False),
     ('hours = ["17:00-18:00"]', True), ('weekdays = ["tue"]', False), ("enabled = false", False)],
)  # fmt: skip
def test_a_rule_holds_where_and_when_it_says(scope: str, is_told: bool) -> None:
    """It is Monday, 17:00 in Shanghai."""
    alerts = engine(f"{ARRIVAL}\n{scope}").on_visit(told(visit(known("li"))), PRIVATE, at(0))
    assert bool(alerts) is is_told


def test_rules_that_were_taken_away_end_what_they_said_of_places() -> None:
    books = [parse_rules(f'[[rule]]\nid = "one"\n{CAMERA}'), parse_rules("")]
    rules = RuleEngine(BRANCH, PLACES, lambda: books[0], numbered("alert"))
    rules.on_camera(news(CameraCondition.DOWN, 0), at(60))
    assert len(rules.open_alerts()) == 1
    books.pop(0)
    assert only(rules.tick(at(61), [], nobody)).state is AlertState.LAPSED


def test_open_alerts_are_bounded_and_the_least_urgent_go_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lobby.rules.register.MAX_OPEN", 3)
    rules = engine(WATCHLIST, ARRIVAL.replace('"private"', '"*"'))
    watched = only(rules.on_visit(told(visit(known("x", True), name="w")), None, at(0)))
    for number in range(6):
        one = visit(known(f"c{number}"), name=f"v{number}")
        alerts = rules.on_visit(told(one), None, at(number))
    assert alerts[-1].state is AlertState.LAPSED
    assert len(rules.open_alerts()) == 3
    assert watched in rules.open_alerts()
