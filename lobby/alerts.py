"""What may be done with an alert in which state, and what comes of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from base.errors import AlertMoveNotAllowedError, InvalidArgumentError
from lobby.alert import Alert, AlertAction, AlertState, AlertStep

MAX_NOTE = 500
MAX_STEPS = 50

_ACKNOWLEDGE, _TAKE, _HAND, _NOTE, _CLOSE = AlertAction
_RAISED, _ACKNOWLEDGED, _TAKEN, _HANDED, _CLOSED, _LAPSED = AlertState

# State after an action of staff; what is not here is not allowed. Notes may be written to what is
# over, too: the end of a story is often known only then.
MOVES: Final[Mapping[AlertState, Mapping[AlertAction, AlertState]]] = {
    _RAISED: {
        _ACKNOWLEDGE: _ACKNOWLEDGED,
        _TAKE: _TAKEN,
        _HAND: _HANDED,
        _NOTE: _RAISED,
        _CLOSE: _CLOSED,
    },
    _ACKNOWLEDGED: {_TAKE: _TAKEN, _HAND: _HANDED, _NOTE: _ACKNOWLEDGED, _CLOSE: _CLOSED},
    _TAKEN: {_TAKE: _TAKEN, _HAND: _HANDED, _NOTE: _TAKEN, _CLOSE: _CLOSED},
    _HANDED: {
        _ACKNOWLEDGE: _ACKNOWLEDGED,
        _TAKE: _TAKEN,
        _HAND: _HANDED,
        _NOTE: _HANDED,
        _CLOSE: _CLOSED,
    },
    _CLOSED: {_NOTE: _CLOSED},
    _LAPSED: {_NOTE: _LAPSED},
}
# State once the cause is over, with nobody doing anything.
WHEN_OVER: Final[Mapping[AlertState, AlertState]] = {
    _RAISED: _LAPSED,
    _HANDED: _LAPSED,
    _ACKNOWLEDGED: _CLOSED,
    _TAKEN: _CLOSED,
}
# Nobody has said yet that they see to it.
UNANSWERED: Final = frozenset({_RAISED, _HANDED})


def apply(
    alert: Alert,
    action: AlertAction,
    actor: str,
    at: datetime,
    note: str = "",
    assignee: str = "",
    escalate_after_s: float | None = None,
) -> Alert:
    """Return the alert after what staff did with it.

    at: when it was done, which may be before the newest step where a tablet was offline; what a
    colleague did after that stands.
    assignee: for a hand-over. escalate_after_s: the rule's, by which a hand-over that nobody
    answers is escalated.
    Raises AlertMoveNotAllowedError, and InvalidArgumentError for a missing note or assignee.
    """
    state = MOVES[alert.state].get(action)
    if state is None:
        raise AlertMoveNotAllowedError(
            f"an alert that is {alert.state.value} cannot be changed by {action.value}; look at "
            "its present state",
            state=alert.state.value,
            action=action.value,
        )
    if action is not _NOTE and _is_answered_since(alert, actor, at):
        raise AlertMoveNotAllowedError(
            "somebody else has seen to the alert since then; look at its present state",
            state=alert.state.value,
            action=action.value,
        )
    _check(action, note, assignee)
    step = AlertStep(at, state, actor, note, assignee if action is _HAND else "")
    return replace(
        alert,
        state=state,
        assignee=_assignee(alert, action, actor, assignee),
        escalate_at=_escalate_at(alert, action, at, escalate_after_s),
        steps=(*alert.steps, step)[-MAX_STEPS:],
        revision=alert.revision + 1,
    )


def end(alert: Alert, at: datetime) -> Alert:
    """Return the alert after its cause is over; itself if that changes nothing."""
    state = WHEN_OVER.get(alert.state)
    if state is None:
        return alert
    return replace(
        alert,
        state=state,
        escalate_at=None,
        steps=(*alert.steps, AlertStep(at, state))[-MAX_STEPS:],
        revision=alert.revision + 1,
    )


def _is_answered_since(alert: Alert, actor: str, at: datetime) -> bool:
    """Return whether somebody else did more than write a note after `at`."""
    return any(
        step.at > at
        and step.actor not in {"", actor}
        and (step.state is not before.state or not step.note)
        for before, step in pairwise(alert.steps)
    )


def _check(action: AlertAction, note: str, assignee: str) -> None:
    if len(note) > MAX_NOTE:
        raise InvalidArgumentError(
            f"the note has {len(note)} characters; at most {MAX_NOTE} are taken", field="note"
        )
    if action is _NOTE and not note.strip():
        raise InvalidArgumentError("an empty note says nothing; write something", field="note")
    if action is _HAND and not assignee:
        raise InvalidArgumentError(
            "a hand-over needs a role or a colleague's name", field="assignee"
        )


def _assignee(alert: Alert, action: AlertAction, actor: str, assignee: str) -> str:
    if action in {_ACKNOWLEDGE, _TAKE}:
        return actor
    return assignee if action is _HAND else alert.assignee


def _escalate_at(
    alert: Alert, action: AlertAction, at: datetime, after_s: float | None
) -> datetime | None:
    if action is _NOTE:
        return alert.escalate_at
    if action is _HAND and after_s is not None and alert.escalation_count == 0:
        return at + timedelta(seconds=after_s)
    return None
