"""What there is in a branch, read from rows: pages, events and counts."""

from datetime import datetime, timedelta

from base.errors import InvalidArgumentError
from lobby.flow_minutes import heat_of, hours_of
from lobby.visit import Visit
from serving.caller import Caller
from serving.galleries.pages import check_page_size, make_token, read_token
from serving.galleries.vault import Vaults
from serving.lobby.lobbies import Lobbies
from serving.lobby.room import NOT_LOADED, BranchRoom, day_start
from serving.lobby.rows import minutes_of, visit_of
from serving.lobby.showing import Showing
from serving.lobby.views import (
    AlertPage,
    CameraView,
    FlowReport,
    FlowView,
    LobbyEvent,
    VisitPage,
)
from serving.storage.records import TenantRecords
from serving.storage.schema import from_micros, to_micros

MAX_PAGE_SIZE = 200
MAX_FLOW_SPAN = timedelta(days=31)
# A list may wait for the directory longer than an event: nobody waits at the door for it.
_DIRECTORY_WAIT_S = 1.0

Place = tuple[datetime, str]


class Listing:
    """Reads branches; blocking, safe to share between threads."""

    def __init__(self, lobbies: Lobbies, vaults: Vaults, showing: Showing) -> None:
        self._lobbies = lobbies
        self._vaults = vaults
        self._showing = showing

    def visit(self, room: BranchRoom, visit_id: str) -> Visit | None:
        """Return a visit."""
        with self._lobbies.database.read() as transaction:
            records = transaction.tenant(room.branch.tenant)
            row = records.lobby.visit(room.branch.id, visit_id)
            return None if row is None else visit_of(row)

    def visits(
        self, room: BranchRoom, with_ended: bool, page_size: int, page_token: str
    ) -> VisitPage:
        """Return a page of visits."""
        size, branch = check_page_size(page_size, MAX_PAGE_SIZE), room.branch.id
        listing = f"{room.branch.name}/visits"
        with self._lobbies.database.read() as transaction:
            records = transaction.tenant(room.branch.tenant)
            last_id = _last_event(records, branch)
            before = self._place(records, listing, page_token)
            rows = records.lobby.page_of_visits(branch, with_ended, before, size + 1)
            more = rows[size:] and (rows[size - 1].arrived_at, rows[size - 1].visit)
            token = self._token(records, listing, more) if more else ""
        views = self._showing.visits(room, rows[:size], _DIRECTORY_WAIT_S)
        return VisitPage(views, token, last_id)

    def alerts(
        self,
        room: BranchRoom,
        caller: Caller,
        with_closed: bool,
        page_size: int,
        page_token: str,
    ) -> AlertPage:
        """Return a page of the alerts that are for a caller."""
        size, branch = check_page_size(page_size, MAX_PAGE_SIZE), room.branch.id
        listing = f"{room.branch.name}/alerts"
        with self._lobbies.database.read() as transaction:
            records = transaction.tenant(room.branch.tenant)
            last_id = _last_event(records, branch)
            before = self._place(records, listing, page_token)
            rows = records.alerts.page(branch, with_closed, before, size + 1)
            more = rows[size:] and (rows[size - 1].raised_at, rows[size - 1].alert)
            token = self._token(records, listing, more) if more else ""
            key = self._lobbies.key_of(records)
            views = [self._showing.alert(room, row, key) for row in rows[:size]]
        mine = tuple(view for view in views if caller.is_meant(view.alert.audience))
        return AlertPage(mine, token, last_id)

    def events(self, room: BranchRoom, after_id: int, limit: int) -> tuple[LobbyEvent, ...]:
        """Return events behind a number, each thing once."""
        with self._lobbies.database.read() as transaction:
            records = transaction.tenant(room.branch.tenant)
            rows = records.lobby.events_after(room.branch.id, after_id, limit)
            return self._showing.events(room, records, rows)

    def last_event_id(self, room: BranchRoom) -> int:
        """Return the number of the newest event."""
        with self._lobbies.database.read() as transaction:
            return _last_event(transaction.tenant(room.branch.tenant), room.branch.id)

    def keeps_after(self, room: BranchRoom, event_id: int) -> bool:
        """Return whether every event behind a number is still kept."""
        with self._lobbies.database.read() as transaction:
            records = transaction.tenant(room.branch.tenant)
            row = records.lobby.branch(room.branch.id)
            return row is None or event_id >= row.forgotten_event

    def cameras(self, room: BranchRoom) -> tuple[CameraView, ...]:
        """Return how each camera is, by camera."""
        self._wake(room)
        with room.lock:
            states = room.cameras.states()
        return tuple(
            CameraView(
                camera=state.camera,
                name=room.places.camera_name(state.camera),
                condition=state.condition,
                since=state.since,
                reason=state.reason,
            )
            for state in states
        )

    def flow_now(self, room: BranchRoom) -> FlowView:
        """Return the counts of now."""
        self._wake(room)
        return FlowView(room.branch, room.flow_now(self._lobbies.clock.now()), room.places)

    def flow(
        self,
        room: BranchRoom,
        start_at: datetime | None,
        end_at: datetime | None,
        with_heat: bool,
    ) -> FlowReport:
        """Return counts of now and of a time; of today if none is given."""
        now = self._lobbies.clock.now()
        end_at = end_at or now
        start_at = start_at or min(day_start(room.branch, now), end_at)
        if not timedelta(0) <= end_at - start_at <= MAX_FLOW_SPAN:
            raise InvalidArgumentError(
                f"counts are given for at most {MAX_FLOW_SPAN.days} days, in their order",
                field="start_time",
            )
        with self._lobbies.database.read() as transaction:
            records = transaction.tenant(room.branch.tenant)
            rows = records.flow.between(room.branch.id, start_at, end_at)
            minutes = minutes_of(rows)
        hours = hours_of(minutes, room.branch.time_zone)
        heat = heat_of(minutes) if with_heat else ()
        return FlowReport(self.flow_now(room), hours, heat)

    def _wake(self, room: BranchRoom) -> None:
        """Let the counts of today be read where nothing came since the server started."""
        if room.revision == NOT_LOADED:
            with self._lobbies.database.write() as transaction:
                with self._lobbies.turn(transaction, room):
                    pass

    def _place(self, records: TenantRecords, listing: str, token: str) -> Place | None:
        """Return what the page before ended with. Raises InvalidArgumentError."""
        if not token:
            return None
        micros, _, name = read_token(self._vaults.open(records), listing, token).partition(":")
        return from_micros(int(micros)), name

    def _token(self, records: TenantRecords, listing: str, place: Place) -> str:
        text = f"{to_micros(place[0])}:{place[1]}"
        return make_token(self._vaults.open(records), listing, text)


def _last_event(records: TenantRecords, branch: str) -> int:
    row = records.lobby.branch(branch)
    return 0 if row is None else row.last_event
