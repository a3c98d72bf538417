"""Rows as staff see them: with what the directory knows, and what zones are called."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from base.ids import SubjectName
from lobby.flow import CameraCondition
from lobby.seen import CameraRef
from lobby.visit import Visit
from serving.lobby.customers import Customers, Lookup
from serving.lobby.lobbies import Lobbies
from serving.lobby.photos import Photos
from serving.lobby.room import BranchRoom
from serving.lobby.rows import OpenKey, alert_of, visit_of
from serving.lobby.turn import ALERT, CAMERA, FIRST, TROUBLE, VISIT
from serving.lobby.views import AlertView, CameraView, LobbyEvent, Payload, Trouble, VisitView
from serving.storage.lobby_schema import LobbyAlertRow, LobbyEventRow, LobbyVisitRow
from serving.storage.records import TenantRecords

_UNKNOWN = Lookup()


def customer_subject(visit: Visit) -> SubjectName | None:
    """Return whom the directory may be asked for: a customer, and nobody of a watchlist."""
    return None if visit.identity.is_watchlisted else visit.identity.subject


class Showing:
    """Makes views of rows; safe to share between threads."""

    def __init__(self, lobbies: Lobbies, customers: Customers, photos: Photos) -> None:
        self._lobbies = lobbies
        self._customers = customers
        self._photos = photos

    def visits(
        self, room: BranchRoom, rows: Iterable[LobbyVisitRow], wait_s: float = 0.0
    ) -> tuple[VisitView, ...]:
        """Return visits; wait_s: time to wait for the directory, for all together."""
        visits = [visit_of(row) for row in rows]
        subjects = [one for visit in visits if (one := customer_subject(visit)) is not None]
        found = self._customers.find_all(subjects, wait_s)
        return tuple(self._visit(room, visit, found) for visit in visits)

    def _visit(
        self, room: BranchRoom, visit: Visit, found: Mapping[SubjectName, Lookup]
    ) -> VisitView:
        subject = customer_subject(visit)
        lookup = _UNKNOWN if subject is None else found[subject]
        return VisitView(
            branch=room.branch,
            visit=visit,
            customer=lookup.customer,
            reason=visit.identity.reason if subject is None else lookup.reason,
            zone_name="" if visit.place is None else room.places.zone_name(visit.place),
            has_photo=self._photos.get(room.branch, visit.id, visit.identity.subject) is not None,
        )

    def alert(self, room: BranchRoom, row: LobbyAlertRow, key: OpenKey) -> AlertView:
        """Return an alert."""
        return AlertView(room.branch, alert_of(room.branch, row, key))

    def events(
        self, room: BranchRoom, records: TenantRecords, rows: list[LobbyEventRow]
    ) -> tuple[LobbyEvent, ...]:
        """Return events with the newest state of each thing, each thing once."""
        firsts = {(row.kind, row.ref) for row in rows if row.detail and _detail(row).get(FIRST)}
        newest = {(row.kind, row.ref): row for row in rows}
        payloads = self._payloads(room, records, newest)
        told = []
        for thing, row in sorted(newest.items(), key=lambda one: one[1].id):
            payload = payloads.get(thing)
            if payload is not None:
                face_at = _face_at(payload) if thing in firsts else None
                told.append(LobbyEvent(row.id, row.at, payload, face_at))
        return tuple(told)

    def _payloads(
        self,
        room: BranchRoom,
        records: TenantRecords,
        newest: Mapping[tuple[str, str], LobbyEventRow],
    ) -> dict[tuple[str, str], Payload]:
        branch = room.branch.id
        visits = [ref for kind, ref in newest if kind == VISIT]
        alerts = [ref for kind, ref in newest if kind == ALERT]
        key: OpenKey = self._lobbies.key_of(records)
        payloads: dict[tuple[str, str], Payload] = {}
        if visits:
            rows = records.lobby.visits(branch, visits).values()
            for visit in self.visits(room, rows):
                payloads[VISIT, visit.visit.id] = visit
        if alerts:
            for row in records.alerts.by_ids(branch, alerts).values():
                payloads[ALERT, row.alert] = self.alert(room, row, key)
        for (kind, ref), row_ in newest.items():
            if kind == CAMERA:
                payloads[kind, ref] = _camera(room, row_)
            elif kind == TROUBLE:
                payloads[kind, ref] = _trouble(row_)
        return payloads


def _detail(row: LobbyEventRow) -> dict[str, object]:
    detail: dict[str, object] = json.loads(row.detail or "{}")
    return detail


def _camera(room: BranchRoom, row: LobbyEventRow) -> CameraView:
    detail = json.loads(row.detail or "{}")
    device, camera = row.ref.split("/")
    ref = CameraRef(device, camera)
    return CameraView(
        camera=ref,
        name=room.places.camera_name(ref),
        condition=CameraCondition(detail["condition"]),
        since=datetime.fromisoformat(detail["since"]),
        reason=detail["reason"],
    )


def _trouble(row: LobbyEventRow) -> Trouble:
    detail = json.loads(row.detail or "{}")
    return Trouble(row.ref, detail["text"], detail["is_over"])


def _face_at(payload: Payload) -> datetime | None:
    if isinstance(payload, VisitView):
        return payload.visit.face_at
    return payload.alert.face_at if isinstance(payload, AlertView) else None
