"""Alerts: raised with the visit, seen to once, told to those whom they are for."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from base.errors import (
    AlertMoveNotAllowedError,
    AlertNotFoundError,
    InvalidArgumentError,
    RequestIdReusedError,
)
from lobby.alert import Alert, AlertAction, AlertKind, AlertState
from serving.caller import Caller
from serving.lobby.views import AlertView
from tests.support.lobby import BRANCH, OPERATOR, STAFF, TENANT, LobbyWorld, customer
from vision.face_shot import FaceShot

Shots = Mapping[str, FaceShot]
TELLER = replace(STAFF, subject="tom", duties=frozenset({"teller"}))


@pytest.fixture
def vip(lobby: LobbyWorld, shots: Shots) -> Alert:
    """The alert of a customer of a tier who has just come in."""
    lobby.directory.customers["ann"] = customer("ann", lobby.now)
    lobby.see("t1", shots["ann"])
    return only(lobby)


def only(lobby: LobbyWorld, caller: Caller = STAFF) -> Alert:
    (view,) = lobby.lobby.list_alerts(caller, BRANCH).alerts
    return view.alert


def act(
    lobby: LobbyWorld,
    alert: Alert,
    action: AlertAction,
    request_id: str | None = None,
    caller: Caller = STAFF,
    **more: object,
) -> Alert:
    request_id = request_id or uuid.uuid4().hex
    done = lobby.lobby.update_alert(caller, BRANCH, alert.id, action, request_id, **more)  # type: ignore[arg-type]
    return done.alert


def test_a_customer_of_a_tier_raises_an_alert_with_the_visit(lobby: LobbyWorld, vip: Alert) -> None:
    (visit,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
    assert (vip.kind, vip.visit, vip.state) == (
        AlertKind.ARRIVAL,
        visit.visit.id,
        AlertState.RAISED,
    )
    assert vip.reason.code == "TIER_ARRIVED"
    kinds = [
        type(event.payload).__name__ for event in lobby.lobby.events_after(TENANT, BRANCH, 0, 9)
    ]
    assert kinds == ["VisitView", "AlertView"]


def test_the_first_word_of_an_alert_tells_when_the_face_was_there(
    lobby: LobbyWorld, vip: Alert
) -> None:
    def face_times() -> list[object]:
        events = lobby.lobby.events_after(TENANT, BRANCH, last, 9)
        return [event.face_at for event in events if isinstance(event.payload, AlertView)]

    last = 0
    assert face_times() == [lobby.now]
    last = lobby.lobby.last_event_id(TENANT, BRANCH)
    act(lobby, vip, AlertAction.ACKNOWLEDGE)
    assert face_times() == [None]


def test_the_same_request_again_changes_nothing(lobby: LobbyWorld, vip: Alert) -> None:
    once = act(lobby, vip, AlertAction.ACKNOWLEDGE, "r1")
    last = lobby.lobby.last_event_id(TENANT, BRANCH)
    again = act(lobby, vip, AlertAction.ACKNOWLEDGE, "r1")
    assert again == once
    assert lobby.lobby.last_event_id(TENANT, BRANCH) == last
    with pytest.raises(RequestIdReusedError):
        act(lobby, vip, AlertAction.CLOSE, "r1")


def test_a_second_acknowledgement_is_told_that_it_comes_too_late(
    lobby: LobbyWorld, vip: Alert
) -> None:
    act(lobby, vip, AlertAction.ACKNOWLEDGE)
    with pytest.raises(AlertMoveNotAllowedError):
        act(lobby, vip, AlertAction.ACKNOWLEDGE, caller=OPERATOR)
    assert only(lobby).assignee == "anna"


def test_what_was_done_offline_counts_from_when_it_was_done(lobby: LobbyWorld, vip: Alert) -> None:
    lobby.world.clock.advance(60)
    done_at = lobby.now - timedelta(seconds=20)
    done = act(lobby, vip, AlertAction.ACKNOWLEDGE, acted_at=done_at)
    assert done.steps[-1].at == done_at
    with pytest.raises(InvalidArgumentError):
        act(lobby, vip, AlertAction.CLOSE, acted_at=lobby.now + timedelta(hours=1))


def test_notes_are_sealed_on_disk_and_read_by_staff(lobby: LobbyWorld, vip: Alert) -> None:
    act(lobby, vip, AlertAction.NOTE, note="Prefers the quiet room")
    assert only(lobby).steps[-1].note == "Prefers the quiet room"
    assert b"quiet room" not in lobby.world.everything_on_disk()


def test_nothing_that_the_directory_said_reaches_the_disk(lobby: LobbyWorld, vip: Alert) -> None:
    known = lobby.directory.customers["ann"]
    assert vip.facts["tier"] in vip.reason.text
    disk = lobby.world.everything_on_disk()
    assert b"TIER_ARRIVED" in disk
    for text in (known.display_name, known.relationship_manager, "Mortgage", vip.reason.text):
        assert text.encode() not in disk


def test_an_alert_for_managers_is_not_there_for_tellers(lobby: LobbyWorld, shots: Shots) -> None:
    lobby.see("t1", shots["wolf"])
    alert = only(lobby)
    assert (alert.kind, alert.roles) == (AlertKind.WATCHLIST, ("manager",))
    assert lobby.lobby.list_alerts(TELLER, BRANCH).alerts == ()
    with pytest.raises(AlertNotFoundError):
        act(lobby, alert, AlertAction.ACKNOWLEDGE, caller=TELLER)
    told = lobby.lobby.events_after(TENANT, BRANCH, 0, 9)
    assert [event.roles for event in told if isinstance(event.payload, AlertView)] == [("manager",)]


def test_what_staff_do_is_in_the_audit_log(lobby: LobbyWorld, vip: Alert) -> None:
    act(lobby, vip, AlertAction.TAKE_OVER)
    events = [line.event for line in lobby.world.audit.lines(TENANT)]
    (done,) = [event for event in events if event.action == "alert.take-over"]
    assert done.actor == "anna"
    assert done.resource == f"tenants/{TENANT}/branches/{BRANCH}/alerts/{vip.id}"
    assert lobby.world.audit.verify().is_intact


def test_an_alert_that_was_done_with_is_listed_on_request(lobby: LobbyWorld, vip: Alert) -> None:
    act(lobby, vip, AlertAction.CLOSE)
    assert lobby.lobby.list_alerts(STAFF, BRANCH).alerts == ()
    page = lobby.lobby.list_alerts(STAFF, BRANCH, with_closed=True)
    assert [view.alert.id for view in page.alerts] == [vip.id]


def test_a_late_sighting_raises_no_alert(lobby: LobbyWorld, shots: Shots) -> None:
    lobby.directory.customers["ann"] = customer("ann", lobby.now)
    lobby.see("t1", shots["ann"], is_late=True)
    assert lobby.lobby.list_alerts(STAFF, BRANCH).alerts == ()


def test_a_hand_over_to_a_name_that_nobody_can_have_is_refused(
    lobby: LobbyWorld, vip: Alert
) -> None:
    with pytest.raises(InvalidArgumentError, match="sign-in name"):
        act(lobby, vip, AlertAction.HAND_OVER, assignee="Ms Wu")
    handed = act(lobby, vip, AlertAction.HAND_OVER, assignee=" Tom ")
    assert handed.assignee == "tom"
    assert only(lobby, TELLER).id == vip.id
