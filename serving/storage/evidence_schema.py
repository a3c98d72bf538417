"""The tables of evidence: who signs, how far recordings were, what was erased."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.storage.schema import Base


class EvidenceKeyRow(Base):
    """The key that signs a tenant's evidence. public_key: PEM."""

    __tablename__ = "evidence_keys"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    suite: Mapped[str] = mapped_column(String(32), primary_key=True)
    public_key: Mapped[bytes]
    sealed_key: Mapped[bytes]
    created_at: Mapped[datetime]


class RecordingHeadRow(Base):
    """How far a recording was when a part of it was finished; the files may not go back."""

    __tablename__ = "recording_heads"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    interview: Mapped[str] = mapped_column(String(63), primary_key=True)
    participant: Mapped[str] = mapped_column(String(63), primary_key=True)
    count: Mapped[int]
    last_sequence: Mapped[int]
    segment: Mapped[int]
    end: Mapped[int]
    byte_count: Mapped[int]
    chain: Mapped[str] = mapped_column(String(64))
    noted_at: Mapped[datetime]


class InterviewErasureRow(Base):
    """A case that was erased: the database has done so, other stores confirm.

    sealed_reason: why, under the tenant's key. stores: JSON of what each store held, None until
    all have confirmed.
    """

    __tablename__ = "interview_erasures"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    interview: Mapped[str] = mapped_column(String(63), primary_key=True)
    receipt_id: Mapped[str] = mapped_column(String(63))
    actor: Mapped[str] = mapped_column(String(128))
    sealed_reason: Mapped[bytes]
    erased_rows: Mapped[int]
    started_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    stores: Mapped[str | None]
    __table_args__ = (Index("ix_interview_erasures_confirmed_at", "tenant", "confirmed_at"),)
