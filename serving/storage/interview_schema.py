"""The tables of interviews: cases, who takes part, what moved them, who reviewed, ways in."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.storage.schema import Base

_CASE = (["tenant", "interview"], ["interviews.tenant", "interviews.interview"])


class InterviewRow(Base):
    """A case: its data key wrapped by the tenant key, personal fields sealed by the data key.

    rules: JSON of the product as it was when the case was opened. reason: why a person has to
    decide. sealed_profile: the bank's own id, and what staff wrote.
    """

    __tablename__ = "interviews"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    interview: Mapped[str] = mapped_column(String(63), primary_key=True)
    product: Mapped[str] = mapped_column(String(63))
    rules: Mapped[str]
    policy_version: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(63))
    transition_count: Mapped[int] = mapped_column(default=0)
    wrapped_key: Mapped[bytes]
    sealed_profile: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    review_round: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    purges_at: Mapped[datetime | None]
    is_held: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
        Index("ix_interviews_created_at", "tenant", "created_at", "interview"),
        Index("ix_interviews_state", "tenant", "state", "created_at", "interview"),
        Index("ix_interviews_expires_at", "tenant", "closed_at", "expires_at"),
        Index("ix_interviews_purges_at", "tenant", "purges_at"),
    )


class ParticipantRow(Base):
    """One person of a case. number: from 1. steps: JSON list.

    sealed_findings, sealed_carry: what is known, and what an attendance goes on from.
    digest: keyed hash of what was written last, so that the same again changes nothing.
    """

    __tablename__ = "interview_participants"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    interview: Mapped[str] = mapped_column(String(63), primary_key=True)
    participant: Mapped[str] = mapped_column(String(63), primary_key=True)
    number: Mapped[int]
    role: Mapped[str] = mapped_column(String(32))
    steps: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    sealed_profile: Mapped[bytes]
    sealed_findings: Mapped[bytes]
    sealed_carry: Mapped[bytes]
    digest: Mapped[bytes]
    __table_args__ = (ForeignKeyConstraint(*_CASE),)


class TransitionRow(Base):
    """One move. participant: None for the case."""

    __tablename__ = "interview_transitions"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    interview: Mapped[str] = mapped_column(String(63), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    participant: Mapped[str | None] = mapped_column(String(63))
    from_state: Mapped[str] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    move: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(63))
    actor: Mapped[str] = mapped_column(String(128))
    moved_at: Mapped[datetime]
    __table_args__ = (ForeignKeyConstraint(*_CASE),)


class ReviewRow(Base):
    """What a reviewer decided. number: from 1, within the case. round: of reviews, from 1."""

    __tablename__ = "interview_reviews"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    interview: Mapped[str] = mapped_column(String(63), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round: Mapped[int]
    reviewer: Mapped[str] = mapped_column(String(128))
    approved: Mapped[bool]
    sealed_reason: Mapped[bytes]
    reviewed_at: Mapped[datetime]
    __table_args__ = (ForeignKeyConstraint(*_CASE),)


class AttendTokenRow(Base):
    """A token that opens an attendance; the token itself is not kept.

    number: counts a participant's tokens. is_resuming: whether it goes on after a break.
    """

    __tablename__ = "attend_tokens"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    interview: Mapped[str] = mapped_column(String(63))
    participant: Mapped[str] = mapped_column(String(63))
    number: Mapped[int]
    is_resuming: Mapped[bool]
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant", "interview", "participant"],
            [
                "interview_participants.tenant",
                "interview_participants.interview",
                "interview_participants.participant",
            ],
        ),
        Index("ix_attend_tokens_hash", "token_hash", unique=True),
        Index("ix_attend_tokens_participant", "tenant", "interview", "participant", "number"),
    )
