"""Alert rows and counts of one tenant's branches."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, delete, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from serving.storage.lobby import put_row
from serving.storage.lobby_schema import LobbyAlertRow, LobbyFlowRow

Values = Mapping[str, Any]
QUARTER_S = 900  # Every time zone is off by whole quarters of an hour.


class AlertRecords:
    """Alerts of the branches of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def put(self, branch: str, alert: str, values: Values) -> None:
        """Keep an alert, new or changed."""
        key = {"tenant": self._tenant, "branch": branch, "alert": alert}
        put_row(self._session, LobbyAlertRow, key, values)

    def find(self, branch: str, alert: str) -> LobbyAlertRow | None:
        """Return an alert."""
        key = self._tenant, branch, alert
        return self._session.get(LobbyAlertRow, key, populate_existing=True)

    def by_ids(self, branch: str, ids: Collection[str]) -> dict[str, LobbyAlertRow]:
        """Return alerts by id; those that are gone are left out."""
        rows = self._session.scalars(
            select(LobbyAlertRow).where(
                LobbyAlertRow.tenant == self._tenant,
                LobbyAlertRow.branch == branch,
                LobbyAlertRow.alert.in_(ids),
            )
        )
        return {row.alert: row for row in rows}

    def about(self, branch: str, visits: Collection[str]) -> list[LobbyAlertRow]:
        """Return the alerts about some visits."""
        rows = self._session.scalars(
            select(LobbyAlertRow).where(
                LobbyAlertRow.tenant == self._tenant,
                LobbyAlertRow.branch == branch,
                LobbyAlertRow.visit.in_(visits),
            )
        )
        return list(rows)

    def remove_about(self, branch: str, visits: Collection[str]) -> int:
        """Remove the alerts about some visits; return how many."""
        result = self._session.connection().execute(
            delete(LobbyAlertRow).where(
                LobbyAlertRow.tenant == self._tenant,
                LobbyAlertRow.branch == branch,
                LobbyAlertRow.visit.in_(visits),
            )
        )
        return result.rowcount

    def open_or_since(self, branch: str, moment: datetime, limit: int) -> list[LobbyAlertRow]:
        """Return alerts that are open or were raised since, latest first."""
        rows = self._session.scalars(
            select(LobbyAlertRow)
            .where(
                LobbyAlertRow.tenant == self._tenant,
                LobbyAlertRow.branch == branch,
                LobbyAlertRow.is_open.is_(True) | (LobbyAlertRow.raised_at >= moment),
            )
            .order_by(LobbyAlertRow.raised_at.desc())
            .limit(limit)
        )
        return list(rows)

    def page(
        self, branch: str, with_closed: bool, before: tuple[datetime, str] | None, limit: int
    ) -> list[LobbyAlertRow]:
        """Return alerts, latest first, behind `before`."""
        query = select(LobbyAlertRow).where(
            LobbyAlertRow.tenant == self._tenant, LobbyAlertRow.branch == branch
        )
        if not with_closed:
            query = query.where(LobbyAlertRow.is_open.is_(True))
        if before is not None:
            query = query.where(tuple_(LobbyAlertRow.raised_at, LobbyAlertRow.alert) < before)
        order = LobbyAlertRow.raised_at.desc(), LobbyAlertRow.alert.desc()
        return list(self._session.scalars(query.order_by(*order).limit(limit)))

    def forget_before(self, branch: str, moment: datetime) -> int:
        """Forget alerts that are done and were raised earlier; return how many."""
        result = self._session.connection().execute(
            delete(LobbyAlertRow).where(
                LobbyAlertRow.tenant == self._tenant,
                LobbyAlertRow.branch == branch,
                LobbyAlertRow.is_open.is_(False),
                LobbyAlertRow.raised_at < moment,
            )
        )
        return result.rowcount


class FlowRecords:
    """Counts of the branches of one tenant, minute by minute."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def put(self, branch: str, start_at: datetime, device: str, camera: str, counts: str) -> None:
        """Keep the counts of one camera in one minute."""
        key = {
            **{"tenant": self._tenant, "branch": branch, "start_at": start_at},
            **{"device": device, "camera": camera},
        }
        put_row(self._session, LobbyFlowRow, key, {"counts": counts})

    def find(self, branch: str, start_at: datetime, device: str, camera: str) -> str | None:
        """Return the counts of one camera in one minute."""
        return self._session.scalar(
            select(LobbyFlowRow.counts).where(
                LobbyFlowRow.tenant == self._tenant,
                LobbyFlowRow.branch == branch,
                LobbyFlowRow.start_at == start_at,
                LobbyFlowRow.device == device,
                LobbyFlowRow.camera == camera,
            )
        )

    def between(self, branch: str, start_at: datetime, end_at: datetime) -> list[LobbyFlowRow]:
        """Return the counts of a span of time, oldest first."""
        rows = self._session.scalars(
            select(LobbyFlowRow)
            .where(
                LobbyFlowRow.tenant == self._tenant,
                LobbyFlowRow.branch == branch,
                LobbyFlowRow.start_at >= start_at,
                LobbyFlowRow.start_at < end_at,
            )
            .order_by(LobbyFlowRow.start_at, LobbyFlowRow.device, LobbyFlowRow.camera)
        )
        return list(rows)

    def fine_before(self, branch: str, moment: datetime, limit: int) -> list[LobbyFlowRow]:
        """Return older minutes that do not begin a quarter of an hour, oldest first."""
        micros = type_coerce(LobbyFlowRow.start_at, BigInteger)
        rows = self._session.scalars(
            select(LobbyFlowRow)
            .where(
                LobbyFlowRow.tenant == self._tenant,
                LobbyFlowRow.branch == branch,
                LobbyFlowRow.start_at < moment,
                micros % (QUARTER_S * 1_000_000) != 0,
            )
            .order_by(LobbyFlowRow.start_at)
            .limit(limit)
        )
        return list(rows)

    def remove(self, rows: Collection[LobbyFlowRow]) -> None:
        """Remove minutes."""
        for row in rows:
            self._session.delete(row)
        self._session.flush()

    def forget_before(self, branch: str, moment: datetime) -> int:
        """Forget older counts; return how many minutes."""
        result = self._session.connection().execute(
            delete(LobbyFlowRow).where(
                LobbyFlowRow.tenant == self._tenant,
                LobbyFlowRow.branch == branch,
                LobbyFlowRow.start_at < moment,
            )
        )
        return result.rowcount
