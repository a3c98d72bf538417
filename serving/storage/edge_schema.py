"""The tables of boxes in branches; one authority signs for all tenants."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.storage.schema import Base


class DeviceAuthorityRow(Base):
    """The authority of device certificates; its key is sealed by a key of the service."""

    __tablename__ = "device_authority"
    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    certificate: Mapped[bytes]
    sealed_key: Mapped[bytes]


class DeviceRow(Base):
    """A box that has registered. clock_offset_s: how far its clock was ahead when last measured."""

    __tablename__ = "devices"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    branch: Mapped[str] = mapped_column(String(63))
    display_name: Mapped[str]
    registered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    clock_offset_s: Mapped[float | None]
    agent_version: Mapped[str] = mapped_column(String(64), default="")
    __table_args__ = (Index("ix_devices_branch", "tenant", "branch"),)


class DeviceCodeRow(Base):
    """The newest code of a device; the code itself is not kept.

    request_digest, serial: of the registration that used it.
    """

    __tablename__ = "device_codes"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    branch: Mapped[str] = mapped_column(String(63))
    display_name: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    request_digest: Mapped[str | None] = mapped_column(String(64))
    serial: Mapped[str | None] = mapped_column(String(40))
    __table_args__ = (Index("ix_device_codes_hash", "code_hash", unique=True),)


class DeviceCertificateRow(Base):
    """A certificate of a device's present registration. serial: hexadecimal."""

    __tablename__ = "device_certificates"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    serial: Mapped[str] = mapped_column(String(40), primary_key=True)
    device: Mapped[str] = mapped_column(String(63))
    certificate: Mapped[bytes]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "device"], ["devices.tenant", "devices.device"]),
        Index("ix_device_certificates_device", "tenant", "device", "issued_at"),
    )


class CameraRow(Base):
    """A camera of a device and how far its records have come.

    is_named: whether an operator gave the name. scene, report: JSON of the contract's messages.
    """

    __tablename__ = "cameras"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    camera: Mapped[str] = mapped_column(String(63), primary_key=True)
    display_name: Mapped[str]
    is_named: Mapped[bool] = mapped_column(default=False)
    scene: Mapped[str]
    scene_version: Mapped[int] = mapped_column(default=0)
    last_sequence: Mapped[int] = mapped_column(default=0)
    missing_count: Mapped[int] = mapped_column(default=0)
    report: Mapped[str | None]
    last_seen_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "device"], ["devices.tenant", "devices.device"]),
    )
