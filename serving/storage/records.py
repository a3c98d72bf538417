"""Records of one tenant: the only way to tenant data, and it asks for the tenant first."""

from datetime import datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.ids import check_id
from serving.storage.attempts import AttemptRecords
from serving.storage.edge import CameraRecords, DeviceRecords
from serving.storage.erasures import ErasureRecords
from serving.storage.evidence import EvidenceRecords
from serving.storage.galleries import GalleryRecords
from serving.storage.imports import ImportRecords
from serving.storage.interviews import InterviewRecords
from serving.storage.liveness import LivenessRecords
from serving.storage.lobby import LobbyRecords
from serving.storage.lobby_alerts import AlertRecords, FlowRecords
from serving.storage.past_faces import InterviewFaceRecords
from serving.storage.requests import RequestRecords
from serving.storage.schema import ServiceKeyRow, TenantRow
from serving.storage.staff import StaffRecords
from serving.storage.subjects import SubjectRecords
from serving.storage.templates import TemplateRecords


class TenantRecords:
    """Everything of one tenant within one transaction; every query below names the tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self.tenant = check_id(tenant, "tenant")
        self._session = session

    def wrapped_key(self) -> bytes | None:
        """Return the tenant's wrapped key, None if the tenant has no data yet."""
        return self._session.scalar(
            select(TenantRow.wrapped_key).where(TenantRow.tenant == self.tenant)
        )

    def set_wrapped_key(self, wrapped_key: bytes, now: datetime) -> None:
        """Keep the tenant's key, for a new tenant or wrapped anew."""
        row = self._session.scalar(select(TenantRow).where(TenantRow.tenant == self.tenant))
        if row is None:
            self._session.add(
                TenantRow(tenant=self.tenant, wrapped_key=wrapped_key, created_at=now)
            )
        else:
            row.wrapped_key = wrapped_key
        self._session.flush()

    @cached_property
    def galleries(self) -> GalleryRecords:
        """Galleries."""
        return GalleryRecords(self._session, self.tenant)

    @cached_property
    def subjects(self) -> SubjectRecords:
        """Subjects."""
        return SubjectRecords(self._session, self.tenant)

    @cached_property
    def templates(self) -> TemplateRecords:
        """Templates and the revision log."""
        return TemplateRecords(self._session, self.tenant)

    @cached_property
    def requests(self) -> RequestRecords:
        """Request ids."""
        return RequestRecords(self._session, self.tenant)

    @cached_property
    def imports(self) -> ImportRecords:
        """Imports."""
        return ImportRecords(self._session, self.tenant)

    @cached_property
    def attempts(self) -> AttemptRecords:
        """Face logins."""
        return AttemptRecords(self._session, self.tenant)

    @cached_property
    def liveness(self) -> LivenessRecords:
        """Liveness sessions."""
        return LivenessRecords(self._session, self.tenant)

    @cached_property
    def interviews(self) -> InterviewRecords:
        """Cases of interviews."""
        return InterviewRecords(self._session, self.tenant)

    @cached_property
    def devices(self) -> DeviceRecords:
        """Boxes in branches."""
        return DeviceRecords(self._session, self.tenant)

    @cached_property
    def cameras(self) -> CameraRecords:
        """Cameras of boxes."""
        return CameraRecords(self._session, self.tenant)

    @cached_property
    def lobby(self) -> LobbyRecords:
        """Visits, events and cameras of branches."""
        return LobbyRecords(self._session, self.tenant)

    @cached_property
    def alerts(self) -> AlertRecords:
        """Alerts of branches."""
        return AlertRecords(self._session, self.tenant)

    @cached_property
    def flow(self) -> FlowRecords:
        """Counts of branches."""
        return FlowRecords(self._session, self.tenant)

    @cached_property
    def staff(self) -> StaffRecords:
        """Accounts and sign-ins of staff."""
        return StaffRecords(self._session, self.tenant)

    @cached_property
    def interview_faces(self) -> InterviewFaceRecords:
        """Faces seen in interviews."""
        return InterviewFaceRecords(self._session, self.tenant)

    @cached_property
    def evidence(self) -> EvidenceRecords:
        """Signing keys of evidence, heads of recordings, erasures of cases."""
        return EvidenceRecords(self._session, self.tenant)

    @cached_property
    def erasures(self) -> ErasureRecords:
        """Erasures that are not confirmed yet."""
        return ErasureRecords(self._session, self.tenant)


class ServiceKeys:
    """Keys of the service itself, wrapped by the master key."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> bytes | None:
        """Return a wrapped key."""
        return self._session.scalar(
            select(ServiceKeyRow.wrapped_key).where(ServiceKeyRow.name == name)
        )

    def set(self, name: str, wrapped_key: bytes) -> None:
        """Keep a wrapped key."""
        self._session.merge(ServiceKeyRow(name=name, wrapped_key=wrapped_key))
        self._session.flush()

    def names(self) -> list[str]:
        """Return the names of all keys."""
        return list(self._session.scalars(select(ServiceKeyRow.name)))
