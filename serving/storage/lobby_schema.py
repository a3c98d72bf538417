"""The tables of lobbies: ids, times and counts; no name, no picture and no embedding."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.storage.schema import Base


class LobbyBranchRow(Base):
    """How far a branch has come.

    revision: grows with every transaction that changes the branch, so that what is held in memory
    can tell whether it is what was written. last_event: number of the newest event.
    forgotten_event: number of the newest event that is not kept any more, 0 for none.
    """

    __tablename__ = "lobby_branches"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    branch: Mapped[str] = mapped_column(String(63), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
    last_event: Mapped[int] = mapped_column(default=0)
    forgotten_event: Mapped[int] = mapped_column(default=0)


class LobbyVisitRow(Base):
    """A visit. tracks, place: JSON. is_open: it lasts and was not merged into another one."""

    __tablename__ = "lobby_visits"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    branch: Mapped[str] = mapped_column(String(63), primary_key=True)
    visit: Mapped[str] = mapped_column(String(63), primary_key=True)
    identity: Mapped[str] = mapped_column(String(16))
    gallery: Mapped[str | None] = mapped_column(String(63))
    subject: Mapped[str | None] = mapped_column(String(63))
    is_watchlisted: Mapped[bool]
    similarity: Mapped[float | None]
    reason: Mapped[str] = mapped_column(String(63))
    arrived_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    is_open: Mapped[bool]
    merged_into: Mapped[str | None] = mapped_column(String(63))
    device: Mapped[str] = mapped_column(String(63))
    camera: Mapped[str] = mapped_column(String(63))
    tracks: Mapped[str]
    place: Mapped[str | None]
    place_since: Mapped[datetime | None]
    face_at: Mapped[datetime | None]
    revision: Mapped[int]
    __table_args__ = (
        Index("ix_lobby_visits_open", "tenant", "branch", "is_open", "arrived_at"),
        Index("ix_lobby_visits_arrived", "tenant", "branch", "arrived_at"),
        Index("ix_lobby_visits_subject", "tenant", "gallery", "subject"),
    )


class LobbyAlertRow(Base):
    """An alert. roles: JSON.

    sealed_story: what it says and what was done, sealed by the tenant key: tiers and times of
    appointments are of the customer, and notes may hold anything.
    """

    __tablename__ = "lobby_alerts"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    branch: Mapped[str] = mapped_column(String(63), primary_key=True)
    alert: Mapped[str] = mapped_column(String(63), primary_key=True)
    rule: Mapped[str] = mapped_column(String(63))
    kind: Mapped[str] = mapped_column(String(16))
    severity: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    is_open: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(63))
    subject_key: Mapped[str]
    visit: Mapped[str | None] = mapped_column(String(63))
    device: Mapped[str | None] = mapped_column(String(63))
    camera: Mapped[str | None] = mapped_column(String(63))
    zone: Mapped[str] = mapped_column(String(63))
    roles: Mapped[str]
    raised_at: Mapped[datetime]
    escalate_at: Mapped[datetime | None]
    escalation_count: Mapped[int]
    assignee: Mapped[str] = mapped_column(String(63))
    sealed_story: Mapped[bytes]
    face_at: Mapped[datetime | None]
    revision: Mapped[int]
    __table_args__ = (
        Index("ix_lobby_alerts_open", "tenant", "branch", "is_open", "raised_at"),
        Index("ix_lobby_alerts_raised", "tenant", "branch", "raised_at"),
        Index("ix_lobby_alerts_visit", "tenant", "branch", "visit"),
    )


class LobbyEventRow(Base):
    """One event of a branch: that something changed, by its id. detail: JSON, of what has no row.

    What it shows is read when it is told, so that nothing personal waits here.
    """

    __tablename__ = "lobby_events"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    branch: Mapped[str] = mapped_column(String(63), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    ref: Mapped[str]
    detail: Mapped[str | None]
    __table_args__ = (Index("ix_lobby_events_at", "tenant", "branch", "at"),)


class LobbyFlowRow(Base):
    """Counts of one camera in one minute. counts: JSON, without identity."""

    __tablename__ = "lobby_flow"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    branch: Mapped[str] = mapped_column(String(63), primary_key=True)
    start_at: Mapped[datetime] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    camera: Mapped[str] = mapped_column(String(63), primary_key=True)
    counts: Mapped[str]


class LobbyCameraRow(Base):
    """What a camera was doing when it last told."""

    __tablename__ = "lobby_cameras"
    tenant: Mapped[str] = mapped_column(String(63), primary_key=True)
    branch: Mapped[str] = mapped_column(String(63), primary_key=True)
    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    camera: Mapped[str] = mapped_column(String(63), primary_key=True)
    condition: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(63))
    since: Mapped[datetime]
