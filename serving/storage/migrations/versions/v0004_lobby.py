"""Visits, alerts, events and counts of lobbies."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create(
        "lobby_branches", (), _whole("revision"), _whole("last_event"), _whole("forgotten_event")
    )
    _create_visits()
    _create_alerts()
    _create_events()
    _create(
        "lobby_flow",
        ("start_at", "device", "camera"),
        _whole("start_at"),
        *_camera(),
        _text("counts"),
    )
    _create(
        "lobby_cameras",
        ("device", "camera"),
        *_camera(),
        _text("condition", 16),
        _text("reason", 63),
        _whole("since"),
    )


def _create_visits() -> None:
    _create(
        "lobby_visits",
        ("visit",),
        _text("visit", 63),
        _text("identity", 16),
        _text("gallery", 63, nullable=True),
        _text("subject", 63, nullable=True),
        sa.Column("is_watchlisted", sa.Boolean(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=True),
        _text("reason", 63),
        _whole("arrived_at"),
        _whole("last_seen_at"),
        _whole("ended_at", nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        _text("merged_into", 63, nullable=True),
        *_camera(),
        _text("tracks"),
        _text("place", nullable=True),
        _whole("place_since", nullable=True),
        _whole("face_at", nullable=True),
        _whole("revision"),
    )
    _index("lobby_visits", "open", "tenant", "branch", "is_open", "arrived_at")
    _index("lobby_visits", "arrived", "tenant", "branch", "arrived_at")
    _index("lobby_visits", "subject", "tenant", "gallery", "subject")


def _create_alerts() -> None:
    _create(
        "lobby_alerts",
        ("alert",),
        _text("alert", 63),
        _text("rule", 63),
        _text("kind", 16),
        _whole("severity"),
        _text("state", 16),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        _text("reason", 63),
        _text("subject_key"),
        _text("visit", 63, nullable=True),
        *_camera(nullable=True),
        _text("zone", 63),
        _text("roles"),
        _whole("raised_at"),
        _whole("escalate_at", nullable=True),
        _whole("escalation_count"),
        _text("assignee", 63),
        sa.Column("sealed_story", sa.LargeBinary(), nullable=False),
        _whole("face_at", nullable=True),
        _whole("revision"),
    )
    _index("lobby_alerts", "open", "tenant", "branch", "is_open", "raised_at")
    _index("lobby_alerts", "raised", "tenant", "branch", "raised_at")
    _index("lobby_alerts", "visit", "tenant", "branch", "visit")


def _create_events() -> None:
    _create(
        "lobby_events",
        ("id",),
        _whole("id"),
        _whole("at"),
        _text("kind", 16),
        _text("ref"),
        _text("detail", nullable=True),
    )
    _index("lobby_events", "at", "tenant", "branch", "at")


def _create(table: str, own_key: tuple[str, ...], *columns: sa.Column[object]) -> None:
    """Create a table whose key begins with tenant and branch."""
    op.create_table(
        table,
        _text("tenant", 63),
        _text("branch", 63),
        *columns,
        sa.PrimaryKeyConstraint("tenant", "branch", *own_key),
    )


def _index(table: str, name: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{name}", table, list(columns), unique=False)


def _text(name: str, length: int | None = None, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _whole(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _camera(nullable: bool = False) -> tuple[sa.Column[object], sa.Column[object]]:
    return _text("device", 63, nullable), _text("camera", 63, nullable)
