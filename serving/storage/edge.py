"""Devices and cameras of one tenant."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from serving.storage.edge_schema import (
    CameraRow,
    DeviceAuthorityRow,
    DeviceCertificateRow,
    DeviceCodeRow,
    DeviceRow,
)

_AT = (
    (CameraRow.tenant == bindparam("of_tenant"))
    & (CameraRow.device == bindparam("of_device"))
    & (CameraRow.camera == bindparam("of_camera"))
)
# Built once: every record of a camera asks, and building a statement costs more than running it.
_PLACE = (
    select(CameraRow.last_sequence, DeviceRow.revoked_at)
    .join(
        DeviceRow, (DeviceRow.tenant == CameraRow.tenant) & (DeviceRow.device == CameraRow.device)
    )
    .where(_AT)
)
_NOTE = (
    update(CameraRow)
    .where(_AT, CameraRow.last_sequence < bindparam("sequence"))
    .values(
        last_sequence=bindparam("sequence"),
        missing_count=CameraRow.missing_count + bindparam("missing"),
        last_seen_at=bindparam("seen_at"),
    )
)


class DeviceRecords:
    """Devices of one tenant, their codes and certificates."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def find(self, device: str) -> DeviceRow | None:
        """Return a device."""
        return self._session.get(DeviceRow, (self._tenant, device))

    def all(self, branch: str | None = None) -> list[DeviceRow]:
        """Return every device, or every one of a branch, by id."""
        query = select(DeviceRow).where(DeviceRow.tenant == self._tenant)
        if branch is not None:
            query = query.where(DeviceRow.branch == branch)
        return list(self._session.scalars(query.order_by(DeviceRow.device)))

    def put(self, row: DeviceRow | DeviceCodeRow | DeviceCertificateRow) -> None:
        """Keep a row, in place of an earlier one of the same name."""
        assert row.tenant == self._tenant
        self._session.merge(row)
        self._session.flush()

    def count(self) -> int:
        """Return how many devices and codes there are."""
        return sum(
            self._session.scalar(
                select(func.count()).select_from(table).where(table.tenant == self._tenant)
            )
            or 0
            for table in (DeviceRow, DeviceCodeRow)
        )

    def code(self, code_hash: str) -> DeviceCodeRow | None:
        """Return a code by its hash."""
        return self._session.scalar(
            select(DeviceCodeRow).where(
                DeviceCodeRow.tenant == self._tenant, DeviceCodeRow.code_hash == code_hash
            )
        )

    def forget_codes_before(self, moment: datetime) -> int:
        """Forget codes that expired earlier."""
        result = self._session.connection().execute(
            delete(DeviceCodeRow).where(
                DeviceCodeRow.tenant == self._tenant, DeviceCodeRow.expires_at < moment
            )
        )
        return result.rowcount

    def certificate(self, serial: str) -> DeviceCertificateRow | None:
        """Return a certificate."""
        return self._session.get(DeviceCertificateRow, (self._tenant, serial))

    def certificates(self, device: str) -> Sequence[DeviceCertificateRow]:
        """Return the certificates of a device, newest first."""
        return self._session.scalars(
            select(DeviceCertificateRow)
            .where(
                DeviceCertificateRow.tenant == self._tenant,
                DeviceCertificateRow.device == device,
            )
            .order_by(DeviceCertificateRow.issued_at.desc())
        ).all()

    def forget_certificates(self, rows: Sequence[DeviceCertificateRow]) -> None:
        """Forget certificates: they are good for nothing from now on."""
        for row in rows:
            self._session.delete(row)
        self._session.flush()


class CameraRecords:
    """Cameras of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def find(self, device: str, camera: str) -> CameraRow | None:
        """Return a camera."""
        return self._session.get(CameraRow, (self._tenant, device, camera))

    def all(self, branch: str | None = None) -> list[tuple[CameraRow, str]]:
        """Return cameras with their branches, by device and id; those of revoked devices not."""
        query = (
            select(CameraRow, DeviceRow.branch)
            .join(
                DeviceRow,
                (DeviceRow.tenant == CameraRow.tenant) & (DeviceRow.device == CameraRow.device),
            )
            .where(CameraRow.tenant == self._tenant, DeviceRow.revoked_at.is_(None))
            .order_by(CameraRow.device, CameraRow.camera)
        )
        if branch is not None:
            query = query.where(DeviceRow.branch == branch)
        return [(row, where) for row, where in self._session.execute(query)]

    def count_of(self, device: str) -> int:
        """Return how many cameras a device has."""
        query = select(func.count()).where(
            CameraRow.tenant == self._tenant, CameraRow.device == device
        )
        return self._session.scalar(query) or 0

    def add(self, row: CameraRow) -> None:
        """Keep a new camera."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def begin_anew(self, device: str) -> None:
        """Let a device that registered anew number its records from 1 again."""
        self._session.execute(
            update(CameraRow)
            .where(CameraRow.tenant == self._tenant, CameraRow.device == device)
            .values(last_sequence=0, missing_count=0)
        )

    def place(self, device: str, camera: str) -> tuple[int, datetime | None] | None:
        """Return the last number of a camera, and when its device was revoked."""
        found = self._session.execute(_PLACE, self._at(device, camera)).first()
        return None if found is None else (found.last_sequence, found.revoked_at)

    def note(
        self, device: str, camera: str, sequence: int, missing_count: int, now: datetime
    ) -> bool:
        """Note the number of a record; False if it, or a later one, was noted before."""
        values = {"sequence": sequence, "missing": missing_count, "seen_at": now}
        result = self._session.connection().execute(_NOTE, {**self._at(device, camera), **values})
        return result.rowcount > 0

    def set_report(self, device: str, camera: str, report: str) -> None:
        """Keep what a camera last said of itself."""
        self._session.execute(
            update(CameraRow)
            .where(
                CameraRow.tenant == self._tenant,
                CameraRow.device == device,
                CameraRow.camera == camera,
            )
            .values(report=report)
        )

    def _at(self, device: str, camera: str) -> dict[str, str]:
        return {"of_tenant": self._tenant, "of_device": device, "of_camera": camera}


class Authorities:
    """Who signs the certificates of boxes; no tenant data."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, name: str) -> DeviceAuthorityRow | None:
        """Return an authority."""
        return self._session.get(DeviceAuthorityRow, name)

    def add(self, row: DeviceAuthorityRow) -> None:
        """Keep an authority."""
        self._session.add(row)
        self._session.flush()


def tenants_of_devices(session: Session) -> list[str]:
    """Return the tenants with devices or codes."""
    devices = session.scalars(select(DeviceRow.tenant).distinct())
    codes = session.scalars(select(DeviceCodeRow.tenant).distinct())
    return sorted({*devices, *codes})


def tenant_of_code(session: Session, code_hash: str) -> str | None:
    """Return the tenant of a code."""
    return session.scalar(select(DeviceCodeRow.tenant).where(DeviceCodeRow.code_hash == code_hash))
