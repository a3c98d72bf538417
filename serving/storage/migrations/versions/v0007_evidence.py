"""Signing keys of evidence, heads of recordings, and erasures of cases."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "evidence_keys",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("suite", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "suite"),
    )
    op.create_table(
        "recording_heads",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("interview", sa.String(length=63), nullable=False),
        sa.Column("participant", sa.String(length=63), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "interview", "participant"),
    )
    op.create_table(
        "interview_erasures",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("interview", sa.String(length=63), nullable=False),
        sa.Column("receipt_id", sa.String(length=63), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("erased_rows", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("stores", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "interview"),
    )
    op.create_index(
        "ix_interview_erasures_confirmed_at", "interview_erasures", ["tenant", "confirmed_at"]
    )
