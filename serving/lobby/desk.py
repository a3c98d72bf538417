"""What staff do with alerts: each request counts once, and is in the audit log."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from base.errors import AlertNotFoundError, InvalidArgumentError
from base.ids import ID_RULE, is_id
from lobby.alert import AlertAction
from lobby.alerts import MAX_NOTE, apply
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.galleries.repeats import Repeat
from serving.galleries.texts import check_text
from serving.galleries.vault import Vaults
from serving.lobby.lobbies import Lobbies
from serving.lobby.room import BranchRoom
from serving.lobby.rows import alert_of
from serving.lobby.views import AlertView
from serving.storage.records import TenantRecords

_MAX_REQUEST_ID = 64
_CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class AlertUpdate:
    """What staff do. acted_at: when it was done, None for now."""

    action: AlertAction
    request_id: str
    note: str = ""
    assignee: str = ""
    acted_at: datetime | None = None


class AlertDesk:
    """Takes what staff do with alerts; blocking, safe to share between threads."""

    def __init__(self, lobbies: Lobbies, vaults: Vaults, audit: AuditLog) -> None:
        self._lobbies = lobbies
        self._vaults = vaults
        self._audit = audit

    def update(
        self, caller: Caller, room: BranchRoom, alert_id: str, update: AlertUpdate
    ) -> AlertView:
        """Do it, or return what came of it if it was done already."""
        name = f"{room.branch.name}/alerts/{alert_id}"
        # As for a sign-in, what keyboards add does not matter.
        update = replace(update, assignee=update.assignee.strip().lower())
        _check(update)
        repeat = Repeat(update.request_id, "alert.update", name, _parts(caller, update))
        lobbies = self._lobbies
        with lobbies.database.write() as transaction, lobbies.turn(transaction, room) as turn:
            vault = self._vaults.open(turn.records)
            before = self._find(caller, room, turn.records, alert_id)
            if repeat.answer(turn.records, vault) is not None:
                return before
            rule = room.rules_now.find(before.alert.rule)
            escalation = None if rule is None else rule.escalation
            after = apply(
                before.alert,
                update.action,
                caller.subject,
                self._time(update, before.alert.raised_at),
                update.note,
                update.assignee,
                None if escalation is None else escalation.after_s,
            )
            room.rules.replace(after)
            turn.take_alerts([after])
            repeat.remember(turn.records, vault, {"alert": alert_id}, turn.now)
            details: Details = {"state": after.state.value, "revision": after.revision}
            action = f"alert.{update.action.value.replace('_', '-')}"
            event = AuditEvent(
                caller.subject, room.branch.tenant, action, name, Outcome.OK, details
            )
            self._audit.record(transaction, event)
            return AlertView(room.branch, after)

    def _find(
        self, caller: Caller, room: BranchRoom, records: TenantRecords, alert_id: str
    ) -> AlertView:
        row = records.alerts.find(room.branch.id, alert_id)
        if row is not None:
            alert = alert_of(room.branch, row, self._lobbies.key_of(records))
            if caller.is_meant(alert.audience):
                return AlertView(room.branch, alert)
        raise AlertNotFoundError(f"there is no alert {room.branch.name}/alerts/{alert_id}")

    def _time(self, update: AlertUpdate, raised_at: datetime) -> datetime:
        """Return when it was done, at the earliest when the alert was raised."""
        now = self._lobbies.clock.now()
        if update.acted_at is None:
            return now
        if update.acted_at > now + _CLOCK_TOLERANCE:
            raise InvalidArgumentError(
                "the action lies in the future; set the clock of the tablet", field="action_time"
            )
        return max(raised_at, min(update.acted_at, now))


def _check(update: AlertUpdate) -> None:
    check_text(update.request_id, "request_id", least=1, most=_MAX_REQUEST_ID)
    if update.assignee and not is_id(update.assignee):
        # A hand-over to a name that nobody can have would call nobody.
        raise InvalidArgumentError(
            f"the assignee is a duty or a sign-in name: {ID_RULE}", field="assignee"
        )
    # Notes may have several lines.
    for line in update.note.splitlines():
        check_text(line, "note", least=0, most=MAX_NOTE)


def _parts(caller: Caller, update: AlertUpdate) -> list[bytes]:
    acted = "" if update.acted_at is None else update.acted_at.isoformat()
    texts = (caller.subject, update.action.value, update.note, update.assignee, acted)
    return [text.encode() for text in texts]
