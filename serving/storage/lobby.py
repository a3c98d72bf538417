"""Lobby rows of one tenant: branches, visits and events."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, Update, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from serving.storage.lobby_schema import (
    LobbyBranchRow,
    LobbyCameraRow,
    LobbyEventRow,
    LobbyVisitRow,
)
from serving.storage.schema import Base

Values = Mapping[str, Any]
_KEY = "key_"  # Before names of the key, which a statement names beside the columns.


class LobbyRecords:
    """Visits, events and cameras of the branches of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def branches(self) -> list[str]:
        """Return the ids of all branches that have rows."""
        rows = self._session.scalars(
            select(LobbyBranchRow.branch).where(LobbyBranchRow.tenant == self._tenant)
        )
        return list(rows)

    def branch(self, branch: str) -> LobbyBranchRow | None:
        """Return how far a branch has come, None if nothing ever happened there."""
        return self._session.get(LobbyBranchRow, (self._tenant, branch))

    def open_branch(self, branch: str) -> LobbyBranchRow:
        """Return how far a branch has come, to be changed."""
        row = self.branch(branch)
        if row is None:
            row = LobbyBranchRow(
                tenant=self._tenant, branch=branch, revision=0, last_event=0, forgotten_event=0
            )
            self._session.add(row)
        return row

    def put_visit(self, branch: str, visit: str, values: Values) -> None:
        """Keep a visit, new or changed."""
        key = {"tenant": self._tenant, "branch": branch, "visit": visit}
        put_row(self._session, LobbyVisitRow, key, values)

    def visit(self, branch: str, visit: str) -> LobbyVisitRow | None:
        """Return a visit."""
        key = self._tenant, branch, visit
        return self._session.get(LobbyVisitRow, key, populate_existing=True)

    def visits(self, branch: str, ids: Collection[str]) -> dict[str, LobbyVisitRow]:
        """Return visits by id; those that are gone are left out."""
        rows = self._session.scalars(
            select(LobbyVisitRow).where(
                LobbyVisitRow.tenant == self._tenant,
                LobbyVisitRow.branch == branch,
                LobbyVisitRow.visit.in_(ids),
            )
        )
        return {row.visit: row for row in rows}

    def lasting_visits(self, branch: str, since: datetime) -> list[LobbyVisitRow]:
        """Return the visits that last or were seen since, oldest first."""
        rows = self._session.scalars(
            select(LobbyVisitRow)
            .where(
                LobbyVisitRow.tenant == self._tenant,
                LobbyVisitRow.branch == branch,
                LobbyVisitRow.is_open.is_(True) | (LobbyVisitRow.last_seen_at >= since),
            )
            .order_by(LobbyVisitRow.arrived_at)
        )
        return list(rows)

    def page_of_visits(
        self, branch: str, with_ended: bool, before: tuple[datetime, str] | None, limit: int
    ) -> list[LobbyVisitRow]:
        """Return visits, latest arrival first, behind `before`; merged ones are left out."""
        query = select(LobbyVisitRow).where(
            LobbyVisitRow.tenant == self._tenant,
            LobbyVisitRow.branch == branch,
            LobbyVisitRow.merged_into.is_(None),
        )
        if not with_ended:
            query = query.where(LobbyVisitRow.is_open.is_(True))
        if before is not None:
            query = query.where(tuple_(LobbyVisitRow.arrived_at, LobbyVisitRow.visit) < before)
        order = LobbyVisitRow.arrived_at.desc(), LobbyVisitRow.visit.desc()
        return list(self._session.scalars(query.order_by(*order).limit(limit)))

    def visits_of(self, gallery: str, subject: str | None, limit: int) -> list[LobbyVisitRow]:
        """Return visits of a subject, or of all subjects of a gallery."""
        query = select(LobbyVisitRow).where(
            LobbyVisitRow.tenant == self._tenant, LobbyVisitRow.gallery == gallery
        )
        if subject is not None:
            query = query.where(LobbyVisitRow.subject == subject)
        return list(self._session.scalars(query.limit(limit)))

    def forget_visits(self, branch: str, before: datetime) -> int:
        """Forget visits that ended earlier; return how many."""
        result = self._session.connection().execute(
            delete(LobbyVisitRow).where(
                LobbyVisitRow.tenant == self._tenant,
                LobbyVisitRow.branch == branch,
                LobbyVisitRow.is_open.is_(False),
                LobbyVisitRow.last_seen_at < before,
            )
        )
        return result.rowcount

    def add_events(self, branch: str, events: Iterable[Values]) -> None:
        """Keep events, which bring their numbers along."""
        rows = [{"tenant": self._tenant, "branch": branch, **event} for event in events]
        if rows:
            self._session.execute(insert(LobbyEventRow), rows)

    def events_after(self, branch: str, after: int, limit: int) -> list[LobbyEventRow]:
        """Return events in order, behind a number."""
        rows = self._session.scalars(
            select(LobbyEventRow)
            .where(
                LobbyEventRow.tenant == self._tenant,
                LobbyEventRow.branch == branch,
                LobbyEventRow.id > after,
            )
            .order_by(LobbyEventRow.id)
            .limit(limit)
        )
        return list(rows)

    def forget_events(self, branch: str, before: datetime, most: int) -> int:
        """Forget events that are older, and the oldest beyond `most`; return how many."""
        row = self.branch(branch)
        if row is None:
            return 0
        mine = LobbyEventRow.tenant == self._tenant, LobbyEventRow.branch == branch
        old = self._session.scalar(
            select(func.max(LobbyEventRow.id)).where(*mine, LobbyEventRow.at < before)
        )
        last_to_go = max(old or 0, row.last_event - most, row.forgotten_event)
        if last_to_go == row.forgotten_event:
            return 0
        row.forgotten_event = last_to_go
        result = self._session.connection().execute(
            delete(LobbyEventRow).where(*mine, LobbyEventRow.id <= last_to_go)
        )
        return result.rowcount

    def put_camera(self, branch: str, device: str, camera: str, values: Values) -> None:
        """Keep what a camera is doing."""
        key = {"tenant": self._tenant, "branch": branch, "device": device, "camera": camera}
        put_row(self._session, LobbyCameraRow, key, values)

    def cameras(self, branch: str) -> list[LobbyCameraRow]:
        """Return what the cameras of a branch were doing when they last told."""
        rows = self._session.scalars(
            select(LobbyCameraRow).where(
                LobbyCameraRow.tenant == self._tenant, LobbyCameraRow.branch == branch
            )
        )
        return list(rows)


def put_row(session: Session, table: type[Base], key: Values, values: Values) -> None:
    """Change the row of a key, or add it."""
    change, add = _statements(table, tuple(key), tuple(values))
    connection = session.connection()
    of_key = {f"{_KEY}{name}": value for name, value in key.items()}
    if not connection.execute(change, {**of_key, **values}).rowcount:
        connection.execute(add, {**key, **values})


@lru_cache(maxsize=32)
def _statements(
    table: type[Base], key: tuple[str, ...], values: tuple[str, ...]
) -> tuple[Update, Insert]:
    """Return what changes and what adds a row; made once, since making them takes its time."""
    where = [getattr(table, name) == bindparam(f"{_KEY}{name}") for name in key]
    change = update(table).where(*where).values({name: bindparam(name) for name in values})
    return change, insert(table).values({name: bindparam(name) for name in (*key, *values)})
