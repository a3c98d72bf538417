"""The branches of the plan: their rooms, entered by write transactions, and who is told."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from base.clock import Clock
from lobby.branch import Branch
from lobby.customer import Customer
from lobby.places import Places
from lobby.plan import LobbyPlan
from lobby.rules.rule import RuleBook
from lobby.visit import Visit
from lobby.visit_limits import StrangerMatch
from serving.caller import Caller
from serving.crypto.key import Key
from serving.galleries.vault import Vaults
from serving.lobby.room import BranchRoom
from serving.lobby.turn import Turn
from serving.permissions import branch_not_found, check_branch
from serving.storage.database import Database, Transaction
from serving.storage.records import TenantRecords

_log = logging.getLogger(__name__)

Notify = Callable[[str, str], None]
PlacesOf = Callable[[Branch], Places]
CustomerOf = Callable[[Visit], Customer | None]
OnEnded = Callable[[Branch, list[Visit]], None]


@dataclass(frozen=True, slots=True)
class RoomParts:
    """What every room is made of. customer_of: what is known of a visitor at once."""

    plan: LobbyPlan
    rules: Callable[[], RuleBook]
    strangers: StrangerMatch | None
    places_of: PlacesOf
    customer_of: CustomerOf = field(repr=False)
    on_ended: OnEnded = field(repr=False)


class Lobbies:
    """The rooms of every branch; safe to share between threads.

    Who changes a branch holds the database's write lock first and the room's second.
    """

    def __init__(self, database: Database, vaults: Vaults, clock: Clock, parts: RoomParts) -> None:
        self.database = database
        self.clock = clock
        self._vaults = vaults
        self._parts = parts
        self._notify: Notify = lambda tenant, branch: None
        plan = parts.plan
        self._rooms = {
            (branch.tenant, branch.id): BranchRoom(
                branch, parts.places_of(branch), parts.rules, plan.visits, parts.strangers
            )
            for branch in plan.branches
        }

    @property
    def rooms(self) -> tuple[BranchRoom, ...]:
        """Every room."""
        return tuple(self._rooms.values())

    def set_notifier(self, notify: Notify) -> None:
        """Let `notify(tenant, branch)` be called when there is something new."""
        self._notify = notify

    def find(self, tenant: str, branch: str) -> BranchRoom | None:
        """Return the room of a branch, None if there is none."""
        return self._rooms.get((tenant, branch))

    def get(self, tenant: str, branch: str) -> BranchRoom:
        """Return the room of a branch. Raises BranchNotFoundError."""
        room = self.find(tenant, branch)
        if room is None:
            raise branch_not_found(tenant, branch)
        return room

    def of_caller(self, caller: Caller, branch: str) -> BranchRoom:
        """Return the room of a branch that the caller may see. Raises BranchNotFoundError."""
        check_branch(caller, caller.tenant, branch)
        return self.get(caller.tenant, branch)

    def key_of(self, records: TenantRecords) -> Callable[[], Key]:
        """Return what opens the tenant's key, once it is needed."""
        opened: list[Key] = []

        def open_key() -> Key:
            if not opened:
                opened.append(self._vaults.open(records).key)
            return opened[0]

        return open_key

    @contextmanager
    def turn(self, transaction: Transaction, room: BranchRoom) -> Iterator[Turn]:
        """Change a branch within a write transaction.

        Memory is made again from rows if it is not what they say: at the start, and after a
        transaction that failed.
        """
        records, now = transaction.tenant(room.branch.tenant), self.clock.now()
        key = self.key_of(records)
        row = records.lobby.open_branch(room.branch.id)
        if not row.revision:
            key()  # A tenant's key is made by its first write, for readers could not.
        with room.lock:
            if row.revision != room.revision:
                room.load(records, key, row.revision, now)
            turn = Turn(room, records, row, key, self._parts.customer_of, now)
            try:
                yield turn
                turn.finish()
            except BaseException:
                room.doubt()
                raise
        if turn.ended:
            self._parts.on_ended(room.branch, turn.ended)
        if turn.has_news:
            tenant, branch = room.branch.tenant, room.branch.id
            transaction.on_commit(lambda: self._tell(tenant, branch))

    def _tell(self, tenant: str, branch: str) -> None:
        try:
            self._notify(tenant, branch)
        except Exception:
            # What was committed stays so, whoever could not be told.
            _log.exception("nobody could be told of news in branch %s", branch)
