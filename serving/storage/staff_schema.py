"""The tables of staff: accounts with hashed passwords, and who is signed in."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.storage.schema import Base


class StaffRow(Base):
    """An account. roles, duties: JSON lists. disabled_at: None for one that may sign in."""

    __tablename__ = "staff"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    password_hash: Mapped[str]
    roles: Mapped[str]
    branch: Mapped[str | None] = mapped_column(String(63))
    duties: Mapped[str]
    created_at: Mapped[datetime]
    password_set_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class StaffSessionRow(Base):
    """A sign-in. digest: SHA-256 of the secret in the cookie, hex."""

    __tablename__ = "staff_sessions"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(63))
    started_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "name"], ["staff.tenant", "staff.name"]),
        Index("ix_staff_sessions_name", "tenant", "name", "started_at"),
    )
