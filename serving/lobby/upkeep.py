"""What comes of time alone: visits that end, waits that grow long, what is too old to be kept."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from base.errors import SmartBranchError, StorageFailedError
from decision.outcome import Reason
from lobby.customer import Customer
from lobby.flow_minutes import FlowMinute
from lobby.rules.watch import RuleWatch
from serving.lobby.customers import Key
from serving.lobby.lobbies import Lobbies
from serving.lobby.room import NOT_LOADED, BranchRoom
from serving.lobby.rows import minute_of, minute_text
from serving.lobby.settings import LobbySettings
from serving.lobby.showing import customer_subject
from serving.lobby.turn import CustomerOf, Turn
from serving.lobby.views import Trouble
from serving.storage.records import TenantRecords

_log = logging.getLogger(__name__)
# Minutes that are older become quarters of an hour, of which hours are made just as well.
FINE_FOR = timedelta(days=2)
_MINUTES_A_SWEEP = 500
RULES_INVALID = "RULES_INVALID"
DIRECTORY_DOWN = "DIRECTORY_DOWN"
_BAD_RULES = Trouble(RULES_INVALID, "The alert rules cannot be read; the ones before stay in force")
_NO_DIRECTORY = Trouble(
    DIRECTORY_DOWN, "The customer directory cannot be asked; customers show without their data"
)


class Upkeep:
    """The lobby's clockwork; blocking, for one thread at a time."""

    def __init__(
        self,
        lobbies: Lobbies,
        watch: RuleWatch,
        customer_of: CustomerOf,
        settings: LobbySettings,
    ) -> None:
        self._lobbies = lobbies
        self._watch = watch
        self._customer_of = customer_of
        self._settings = settings
        self._told_problem: Reason | None = None

    def tick(self) -> None:
        """Go through the branches where something may be due; one that fails keeps no other."""
        self._tell_rules()
        for room in self._lobbies.rooms:
            if not room.is_quiet():
                self._each(room, self._tick)

    def _each(self, room: BranchRoom, do: Callable[[Turn], None]) -> None:
        try:
            database = self._lobbies.database
            with database.write() as transaction, self._lobbies.turn(transaction, room) as turn:
                do(turn)
        except StorageFailedError:
            raise  # It concerns every branch alike.
        except SmartBranchError as error:
            _log.error("upkeep of %s failed: %s", room.branch.name, error.reason)
        except Exception:
            _log.exception("upkeep of %s failed", room.branch.name)

    def _tick(self, turn: Turn) -> None:
        room = turn.room
        if room.owes_cameras:
            room.owes_cameras = False
            for state in room.cameras.states():
                turn.take_alerts(room.rules.on_camera(state, turn.now))
        turn.take_visits(room.visits.tick(turn.now))
        visits = room.visits.open_visits()
        turn.take_alerts(room.rules.tick(turn.now, visits, self._customer_of))

    def _tell_rules(self) -> None:
        """Tell staff that the rules cannot be read, and once they can be again."""
        if self._watch.path is None:
            return
        self._watch.refresh()
        problem, told = self._watch.problem, self._told_problem
        if problem == told:
            return
        self._told_problem = problem
        if problem is not None:
            self.say(_BAD_RULES)
        else:
            self.say(Trouble(RULES_INVALID, "The alert rules are read again", is_over=True))

    def say(self, trouble: Trouble) -> None:
        """Tell the staff of every branch."""
        for room in self._lobbies.rooms:
            self._each(room, lambda turn: turn.say_trouble(trouble))

    def say_directory(self, is_up: bool) -> None:
        """Tell staff that the directory is down, or back."""
        if is_up:
            text = "The customer directory answers again"
            self.say(Trouble(DIRECTORY_DOWN, text, is_over=True))
        else:
            self.say(_NO_DIRECTORY)

    def troubles(self, is_directory_up: bool) -> tuple[Trouble, ...]:
        """Return what staff were told of and is not over."""
        troubles = [] if self._told_problem is None else [_BAD_RULES]
        return tuple(troubles if is_directory_up else [*troubles, _NO_DIRECTORY])

    def fill_in(self, key: Key, customer: Customer) -> None:
        """Show open visits whose customer the directory told only now."""
        tenant, subject = key

        def fill(turn: Turn) -> None:
            for visit in turn.room.visits.open_visits():
                name = customer_subject(visit)
                if name is not None and name.subject == subject:
                    turn.show_visit(visit)
                    alerts = turn.room.rules.on_customer(visit, customer, turn.now)
                    turn.take_alerts(alerts)

        for room in self._lobbies.rooms:
            if room.branch.tenant == tenant and room.revision != NOT_LOADED:
                self._each(room, fill)

    def sweep(self) -> None:
        """Forget what is too old, branches that are not in the plan any more included."""
        now, kept = self._lobbies.clock.now(), self._settings
        with self._lobbies.database.read() as transaction:
            branches = [
                (tenant, branch)
                for tenant in transaction.tenants_of_lobbies()
                for branch in transaction.tenant(tenant).lobby.branches()
            ]
        for tenant, branch in branches:
            with self._lobbies.database.write() as transaction:
                records = transaction.tenant(tenant)
                records.lobby.forget_visits(branch, now - timedelta(seconds=kept.visit_memory_s))
                records.alerts.forget_before(branch, now - timedelta(seconds=kept.alert_memory_s))
                records.flow.forget_before(branch, now - timedelta(seconds=kept.flow_memory_s))
                coarsen(records, branch, now - FINE_FOR)
                event_age = timedelta(seconds=kept.event_memory_s)
                records.lobby.forget_events(branch, now - event_age, kept.max_events)


def coarsen(records: TenantRecords, branch: str, before: datetime) -> int:
    """Add old minutes to the quarters of an hour that they lie in; return how many."""
    rows = records.flow.fine_before(branch, before, _MINUTES_A_SWEEP)
    sums: dict[tuple[datetime, str, str], FlowMinute] = {}
    for row in rows:
        start_at = row.start_at.replace(minute=row.start_at.minute // 15 * 15, second=0)
        place = start_at, row.device, row.camera
        known = sums.get(place) or _kept(records, branch, *place)
        minute = replace(minute_of(row.counts), start_at=start_at)
        sums[place] = minute if known is None else known.plus(minute)
    for (start_at, device, camera), minute in sums.items():
        records.flow.put(branch, start_at, device, camera, minute_text(minute))
    records.flow.remove(rows)
    return len(rows)


def _kept(
    records: TenantRecords, branch: str, start_at: datetime, device: str, camera: str
) -> FlowMinute | None:
    counts = records.flow.find(branch, start_at, device, camera)
    return None if counts is None else minute_of(counts)
