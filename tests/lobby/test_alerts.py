"""What may be done with an alert in which state: every pair of state and action."""

from dataclasses import replace
from datetime import datetime

import pytest

from base.errors import AlertMoveNotAllowedError, InvalidArgumentError
from lobby.alert import Alert, AlertAction, AlertKind, AlertState, Severity
from lobby.alerts import MAX_NOTE, MAX_STEPS, apply, end
from lobby.texts import alert_reason
from tests.lobby.made import at

FACTS = {"tier": "private", "place": "Hall"}
# Rows: raised, acknowledged, taken over, handed over, closed, lapsed. A dash is not allowed.
TABLE = {
    AlertAction.ACKNOWLEDGE: "acknowledged - - acknowledged - -",
    AlertAction.TAKE_OVER: "taken_over taken_over taken_over taken_over - -",
    AlertAction.HAND_OVER: "handed_over handed_over handed_over handed_over - -",
    AlertAction.NOTE: "raised acknowledged taken_over handed_over closed lapsed",
    AlertAction.CLOSE: "closed closed closed closed - -",
}
PAIRS = [
    pytest.param(state, action, after, id=f"{state.value}-{action.value}")
    for action, row in TABLE.items()
    for state, after in zip(AlertState, row.split(), strict=True)
]


def alert(state: AlertState = AlertState.RAISED, escalate_at: datetime | None = None) -> Alert:
    return Alert(
        "alert-1",
        "private",
        AlertKind.ARRIVAL,
        Severity.NOTICE,
        alert_reason("TIER_ARRIVED", FACTS),
        FACTS,
        "visit-1",
        at(0),
        "visit-1",
        state=state,
        escalate_at=escalate_at,
    )


@pytest.mark.parametrize(("state", "action", "after"), PAIRS)
def test_every_pair_of_state_and_action(state: AlertState, action: AlertAction, after: str) -> None:
    def act() -> Alert:
        return apply(alert(state), action, "chen", at(5), note="seen", assignee="advisers")

    if after == "-":
        with pytest.raises(AlertMoveNotAllowedError, match=state.value):
            act()
        return
    changed = act()
    assert changed.state is AlertState(after)
    assert changed.revision == 2
    assert (changed.steps[-1].actor, changed.steps[-1].at) == ("chen", at(5))


@pytest.mark.parametrize("state", AlertState)
def test_what_is_over_lapses_if_nobody_answered_and_is_closed_if_somebody_did(
    state: AlertState,
) -> None:
    after = {
        AlertState.RAISED: AlertState.LAPSED,
        AlertState.HANDED_OVER: AlertState.LAPSED,
        AlertState.ACKNOWLEDGED: AlertState.CLOSED,
        AlertState.TAKEN_OVER: AlertState.CLOSED,
    }.get(state, state)
    assert end(alert(state), at(9)).state is after


def test_who_acts_has_the_alert_and_a_hand_over_gives_it_away() -> None:
    first = apply(alert(), AlertAction.ACKNOWLEDGE, "chen", at(1))
    assert first.assignee == "chen"
    second = apply(first, AlertAction.HAND_OVER, "chen", at(2), assignee="wu")
    assert (second.assignee, second.steps[-1].assignee) == ("wu", "wu")
    third = apply(second, AlertAction.NOTE, "wu", at(3), note="on my way")
    assert third.assignee == "wu"
    assert third.steps[-1].note == "on my way"
    assert "on my way" not in repr(third)


def test_an_answer_stops_the_escalation_and_a_note_does_not() -> None:
    waiting = alert(escalate_at=at(60))
    assert apply(waiting, AlertAction.ACKNOWLEDGE, "chen", at(1)).escalate_at is None
    assert apply(waiting, AlertAction.NOTE, "chen", at(1), note="hm").escalate_at == at(60)


def test_a_hand_over_that_nobody_answers_is_escalated() -> None:
    handed = apply(
        alert(), AlertAction.HAND_OVER, "chen", at(10), assignee="wu", escalate_after_s=60
    )
    assert handed.escalate_at == at(70)
    escalated = replace(alert(), escalation_count=1)
    again = apply(escalated, AlertAction.HAND_OVER, "chen", at(10), "", "wu", escalate_after_s=60)
    assert again.escalate_at is None


def test_what_was_done_offline_keeps_its_time() -> None:
    online = apply(alert(), AlertAction.TAKE_OVER, "chen", at(50))
    late = apply(online, AlertAction.NOTE, "wu", at(20), note="was at the door")
    assert [step.at for step in late.steps] == [at(50), at(20)]


@pytest.mark.parametrize(
    ("action", "note", "field"),
    [(AlertAction.NOTE, " ", "note"), (AlertAction.HAND_OVER, "", "assignee"),
     (AlertAction.CLOSE, "x" * (MAX_NOTE + 1), "note")],
    ids=["empty note", "nobody to hand to", "long note"],
)  # fmt: skip
def test_what_is_missing_or_too_long_is_refused(action: AlertAction, note: str, field: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        apply(alert(), action, "chen", at(1), note=note)
    assert caught.value.metadata["field"] == field


def test_steps_are_bounded() -> None:
    changed = alert()
    for number in range(MAX_STEPS + 20):
        changed = apply(changed, AlertAction.NOTE, "chen", at(number), note=str(number))
    assert len(changed.steps) == MAX_STEPS
    assert changed.steps[-1].note == str(MAX_STEPS + 19)


@pytest.mark.parametrize(
    "action", [AlertAction.TAKE_OVER, AlertAction.HAND_OVER, AlertAction.CLOSE]
)
def test_what_was_done_without_a_network_undoes_no_newer_word(action: AlertAction) -> None:
    raised = apply(alert(), AlertAction.NOTE, "sam", at(1), note="looks lost")
    taken = apply(raised, AlertAction.TAKE_OVER, "mei", at(9))
    taken = apply(taken, AlertAction.NOTE, "mei", at(10), note="at my desk")
    with pytest.raises(AlertMoveNotAllowedError, match="somebody else"):
        apply(taken, action, "chen", at(5), assignee="advisers")


def test_a_note_or_ones_own_newer_word_keeps_no_late_action_away() -> None:
    noted = apply(alert(), AlertAction.NOTE, "mei", at(8), note="looks lost")
    taken = apply(noted, AlertAction.TAKE_OVER, "chen", at(9))
    assert apply(taken, AlertAction.CLOSE, "chen", at(5)).state is AlertState.CLOSED
    late = apply(taken, AlertAction.NOTE, "mei", at(5), note="by the door")
    assert late.state is AlertState.TAKEN_OVER
