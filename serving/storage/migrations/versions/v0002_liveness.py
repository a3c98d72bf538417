"""Liveness sessions: what was asked, how it ended, and what attempts are counted by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "liveness_sessions",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("session", sa.String(length=63), nullable=False),
        sa.Column("caller", sa.String(length=63), nullable=False),
        sa.Column("person", sa.String(length=63), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("challenge_count", sa.BigInteger(), nullable=False),
        sa.Column("is_accessible", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("challenges", sa.String(), nullable=False),
        sa.Column("frame_count", sa.BigInteger(), nullable=False),
        sa.Column("resumed_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "session"),
    )
    for column in ("person", "caller"):
        op.create_index(
            f"ix_liveness_sessions_{column}",
            "liveness_sessions",
            ["tenant", column, "started_at"],
            unique=False,
        )
