"""The tables. Every table of tenant data leads with the tenant, and foreign keys repeat it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return microseconds since 1970; `moment` is aware."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the moment, aware, in UTC."""
    return _EPOCH + micros * _MICROSECOND


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, kept as whole microseconds since 1970, so that it sorts everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn a moment into microseconds."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Turn microseconds into a moment."""
        return None if value is None else from_micros(value)


# SQLite numbers rows by itself only in a column of exactly this type.
RowId = BigInteger().with_variant(Integer, "sqlite")
_AUTOINCREMENT = {"sqlite_autoincrement": True}  # Row ids are never used twice.


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {datetime: UtcTime, int: BigInteger}  # noqa: RUF012 -- SQLAlchemy's name


class ServiceKeyRow(Base):
    """Keys of the service itself, wrapped by the master key; no tenant data."""

    __tablename__ = "service_keys"
    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    wrapped_key: Mapped[bytes]


class TenantRow(Base):
    """A tenant and its key, wrapped by the master key."""

    __tablename__ = "tenants"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    wrapped_key: Mapped[bytes]
    created_at: Mapped[datetime]


class GalleryRow(Base):
    """A gallery; `removal_revision` is the revision of the last removal."""

    __tablename__ = "galleries"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    tenant: Mapped[str] = mapped_column(String(63))
    gallery: Mapped[str] = mapped_column(String(63))
    purpose: Mapped[str]
    legal_basis: Mapped[str] = mapped_column(String(32))
    retention_s: Mapped[float | None]
    duplicate_policy: Mapped[str] = mapped_column(String(16))
    model_id: Mapped[str]
    revision: Mapped[int] = mapped_column(default=0)
    removal_revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("tenant", "gallery"),
        UniqueConstraint("tenant", "id"),
        ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
        _AUTOINCREMENT,
    )


class SubjectRow(Base):
    """A subject: its data key wrapped by the tenant key, personal fields sealed by the data key."""

    __tablename__ = "subjects"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    tenant: Mapped[str] = mapped_column(String(63))
    gallery_id: Mapped[int]
    subject: Mapped[str] = mapped_column(String(63))
    wrapped_key: Mapped[bytes]
    sealed_profile: Mapped[bytes]
    consent_reference: Mapped[str | None]
    consent_given_at: Mapped[datetime | None]
    consent_keeps_crop: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    locked_until: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("gallery_id", "subject"),
        UniqueConstraint("tenant", "id"),
        ForeignKeyConstraint(["tenant", "gallery_id"], ["galleries.tenant", "galleries.id"]),
        Index("ix_subjects_expires_at", "tenant", "expires_at"),
        _AUTOINCREMENT,
    )


class TemplateRow(Base):
    """A template: a float16 vector and perhaps a crop, sealed by the subject's data key.

    picture_mac: keyed hash of the source picture under the tenant key.
    """

    __tablename__ = "templates"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    tenant: Mapped[str] = mapped_column(String(63))
    gallery_id: Mapped[int]
    subject_id: Mapped[int]
    template: Mapped[str] = mapped_column(String(63))
    model_id: Mapped[str]
    sealed_vector: Mapped[bytes]
    sealed_crop: Mapped[bytes | None]
    quality: Mapped[float]
    picture_mac: Mapped[bytes]
    created_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("subject_id", "model_id", "picture_mac"),
        ForeignKeyConstraint(["tenant", "gallery_id"], ["galleries.tenant", "galleries.id"]),
        ForeignKeyConstraint(["tenant", "subject_id"], ["subjects.tenant", "subjects.id"]),
        Index("ix_templates_gallery", "gallery_id", "id"),
        Index("ix_templates_picture", "gallery_id", "picture_mac"),
        _AUTOINCREMENT,
    )


class RevisionRow(Base):
    """One step of a gallery's index: a template came or went."""

    __tablename__ = "revisions"
    tenant: Mapped[str] = mapped_column(String(63))
    gallery_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_removal: Mapped[bool]
    template_id: Mapped[int]
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "gallery_id"], ["galleries.tenant", "galleries.id"]),
    )


class RequestRow(Base):
    """A request id and what was answered; both forgotten when its subject is erased."""

    __tablename__ = "requests"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    resource: Mapped[str]
    digest: Mapped[bytes | None]
    answer: Mapped[str | None]
    created_at: Mapped[datetime]
    __table_args__ = (Index("ix_requests_resource", "tenant", "resource"),)


class ImportRow(Base):
    """An import: where it stands, so that it can go on after a break."""

    __tablename__ = "imports"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    import_id: Mapped[str] = mapped_column(String(63), primary_key=True)
    gallery_id: Mapped[int]
    sequence: Mapped[int] = mapped_column(default=0)
    subject_count: Mapped[int] = mapped_column(default=0)
    enrolled_count: Mapped[int] = mapped_column(default=0)
    duplicate_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    is_finished: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "gallery_id"], ["galleries.tenant", "galleries.id"]),
    )


class ImportEntryRow(Base):
    """An item of an import that its report names; the file name is sealed by the tenant key."""

    __tablename__ = "import_entries"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    import_id: Mapped[str] = mapped_column(String(63), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    gallery_id: Mapped[int]
    subject: Mapped[str] = mapped_column(String(63))
    is_duplicate: Mapped[bool]
    other_subject: Mapped[str | None] = mapped_column(String(63))
    reasons: Mapped[str]
    sealed_filename: Mapped[bytes]
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "import_id"], ["imports.tenant", "imports.import_id"]),
        Index("ix_import_entries_subject", "gallery_id", "subject"),
    )


class AttemptRow(Base):
    """One face login; written as `open` before the comparison, so that none is uncounted."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    tenant: Mapped[str] = mapped_column(String(63))
    subject_id: Mapped[int]
    started_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16))
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "subject_id"], ["subjects.tenant", "subjects.id"]),
        Index("ix_attempts_subject", "subject_id", "started_at"),
        _AUTOINCREMENT,
    )


class ErasureRow(Base):
    """An erasure that is committed in the database and not yet confirmed by every store."""

    __tablename__ = "erasures"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    receipt_id: Mapped[str] = mapped_column(String(63), primary_key=True)
    resource: Mapped[str]
    gallery_id: Mapped[int]
    actor: Mapped[str]
    erased_rows: Mapped[int]
    template_count: Mapped[int]
    started_at: Mapped[datetime]


class LivenessRow(Base):
    """A liveness session, written when it opens; ids and numbers, nothing of the face itself.

    person: the caller's pseudonym of whoever is tested. reasons, challenges: JSON.
    """

    __tablename__ = "liveness_sessions"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    session: Mapped[str] = mapped_column(String(63), primary_key=True)
    caller: Mapped[str] = mapped_column(String(63))
    person: Mapped[str | None] = mapped_column(String(63))
    request_id: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    challenge_count: Mapped[int]
    is_accessible: Mapped[bool]
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[str]
    challenges: Mapped[str]
    frame_count: Mapped[int] = mapped_column(default=0)
    resumed_count: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        Index("ix_liveness_sessions_person", "tenant", "person", "started_at"),
        Index("ix_liveness_sessions_caller", "tenant", "caller", "started_at"),
    )


class AuditRow(Base):
    """One line of the audit log; triggers refuse to change or remove it."""

    __tablename__ = "audit"
    writer: Mapped[str] = mapped_column(String(63), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    time: Mapped[datetime]
    actor: Mapped[str]
    tenant: Mapped[str] = mapped_column(String(63))
    action: Mapped[str]
    resource: Mapped[str]
    outcome: Mapped[str] = mapped_column(String(16))
    details: Mapped[str]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (Index("ix_audit_tenant", "tenant", "time"),)
