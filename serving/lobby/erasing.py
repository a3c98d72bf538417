"""Lobbies take part in erasures: who is erased was a stranger, and is shown as one."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from decision.outcome import Reason
from lobby.alert import Alert, AlertState
from lobby.identity import Identity, IdentityKind
from lobby.visit import Visit
from lobby.visits import ERASED
from serving.galleries.erasable import Erasure
from serving.lobby.customers import Customers
from serving.lobby.lobbies import Lobbies
from serving.lobby.photos import Photos
from serving.lobby.room import BranchRoom
from serving.lobby.rows import alert_of, visit_of, visit_values
from serving.lobby.turn import Turn
from serving.storage.records import TenantRecords

_BATCH = 500
_GONE = Identity(IdentityKind.STRANGER, reason=ERASED)
_REASON = Reason(ERASED, "The person was erased")


class LobbyEraser:
    """Takes subjects out of visits, alerts, pictures and what the directory said.

    The rows stay, of a stranger: how many came is no matter of theirs alone. forget_told: drops
    what waits to be told to pages of a tenant.
    """

    name = "lobby"

    def __init__(
        self,
        lobbies: Lobbies,
        customers: Customers,
        photos: Photos,
        forget_told: Callable[[str], None],
    ) -> None:
        self._lobbies = lobbies
        self._customers = customers
        self._photos = photos
        self._forget_told = forget_told

    def erase(self, erasure: Erasure) -> int:
        """Erase, and return how many things there were; doing it twice does no harm."""
        subjects = set() if erasure.subject is None else {erasure.subject}
        count = 0
        while (some := self._erase_some(erasure)).subjects:
            subjects |= some.subjects
            count += some.count
        count += self._photos.forget(erasure.tenant, erasure.gallery, erasure.subject)
        count += sum(self._customers.forget(erasure.tenant, subject) for subject in subjects)
        self._forget_told(erasure.tenant)
        return count

    def _erase_some(self, erasure: Erasure) -> "_Erased":
        """Erase a batch of visits and what belongs to them; records are taken in between."""
        with self._lobbies.database.write() as transaction:
            records = transaction.tenant(erasure.tenant)
            rows = records.lobby.visits_of(erasure.gallery, erasure.subject, _BATCH)
            # As values: what is written below goes past the rows that were read.
            by_branch: dict[str, list[Visit]] = {}
            for row in rows:
                by_branch.setdefault(row.branch, []).append(visit_of(row))
            count = 0
            for branch, visits in by_branch.items():
                room = self._lobbies.find(erasure.tenant, branch)
                if room is None:  # It is not in the plan any more.
                    count += _erase_rows(records, branch, visits)
                    count += records.alerts.remove_about(branch, [visit.id for visit in visits])
                    continue
                with self._lobbies.turn(transaction, room) as turn:
                    count += _erase_visits(turn, visits)
        return _Erased(frozenset(row.subject for row in rows if row.subject is not None), count)


@dataclass(frozen=True, slots=True)
class _Erased:
    """What a batch held; no subjects mean that nothing was left."""

    subjects: frozenset[str]
    count: int


def _erase_visits(turn: Turn, visits: list[Visit]) -> int:
    """Make strangers of visitors, in memory and in rows; say so of those who are there."""
    room: BranchRoom = turn.room
    held: dict[str, Visit] = {}
    for subject in {visit.identity.subject for visit in visits}:
        assert subject is not None
        held |= {change.visit.id: change.visit for change in room.visits.forget(subject)}
        room.rules.forget(subject)
    for visit in held.values():
        turn.show_visit(visit)
    turn.has_changed = True
    rest = [visit for visit in visits if visit.id not in held]
    count = len(held) + _erase_rows(turn.records, room.branch.id, rest)
    return count + _erase_alerts(turn, [*held, *(visit.id for visit in rest)])


def _erase_rows(records: TenantRecords, branch: str, visits: list[Visit]) -> int:
    for visit in visits:
        erased = replace(visit, identity=_GONE)
        records.lobby.put_visit(branch, visit.id, visit_values(erased, visit.revision + 1))
    return len(visits)


def _erase_alerts(turn: Turn, visits: list[str]) -> int:
    room = turn.room
    rows = turn.records.alerts.about(room.branch.id, visits)
    alerts = [_scrub(alert_of(room.branch, row, turn.key)) for row in rows]
    for alert in alerts:
        room.rules.replace(alert)
    turn.take_alerts(alerts)
    return len(alerts)


def _scrub(alert: Alert) -> Alert:
    """Return the alert without anything that was of the person."""
    return replace(
        alert,
        reason=_REASON,
        facts={},
        state=AlertState.CLOSED if alert.is_open else alert.state,
        escalate_at=None,
        steps=tuple(replace(step, note="") for step in alert.steps),
        face_at=None,
        revision=alert.revision + 1,
    )
