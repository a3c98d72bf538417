"""Cases of interviews and who takes part."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CASE = (["tenant", "interview"], ["interviews.tenant", "interviews.interview"])
_PARTICIPANT = (
    ["tenant", "interview", "participant"],
    [
        "interview_participants.tenant",
        "interview_participants.interview",
        "interview_participants.participant",
    ],
)


def upgrade() -> None:
    """Create the tables."""
    _create_cases()
    _create_participants()
    _create_history()
    _create_tokens()


def _create_cases() -> None:
    op.create_table(
        "interviews",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("interview", sa.String(length=63), nullable=False),
        sa.Column("product", sa.String(length=63), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=63), nullable=False),
        sa.Column("transition_count", sa.BigInteger(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_profile", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("review_round", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("purges_at", sa.BigInteger(), nullable=True),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
        sa.PrimaryKeyConstraint("tenant", "interview"),
    )
    indexes = {
        "created_at": ["tenant", "created_at", "interview"],
        "state": ["tenant", "state", "created_at", "interview"],
        "expires_at": ["tenant", "closed_at", "expires_at"],
        "purges_at": ["tenant", "purges_at"],
    }
    for name, columns in indexes.items():
        op.create_index(f"ix_interviews_{name}", "interviews", columns, unique=False)


def _create_participants() -> None:
    op.create_table(
        "interview_participants",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("interview", sa.String(length=63), nullable=False),
        sa.Column("participant", sa.String(length=63), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("steps", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sealed_profile", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_findings", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_carry", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(*_CASE),
        sa.PrimaryKeyConstraint("tenant", "interview", "participant"),
    )


def _create_history() -> None:
    op.create_table(
        "interview_transitions",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("interview", sa.String(length=63), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("participant", sa.String(length=63), nullable=True),
        sa.Column("from_state", sa.String(length=16), nullable=False),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("move", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=63), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(*_CASE),
        sa.PrimaryKeyConstraint("tenant", "interview", "number"),
    )
    op.create_table(
        "interview_reviews",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("interview", sa.String(length=63), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.String(length=128), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(*_CASE),
        sa.PrimaryKeyConstraint("tenant", "interview", "number"),
    )


def _create_tokens() -> None:
    op.create_table(
        "attend_tokens",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("interview", sa.String(length=63), nullable=False),
        sa.Column("participant", sa.String(length=63), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("is_resuming", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(*_PARTICIPANT),
        sa.PrimaryKeyConstraint("tenant", "token_hash"),
    )
    op.create_index("ix_attend_tokens_hash", "attend_tokens", ["token_hash"], unique=True)
    op.create_index(
        "ix_attend_tokens_participant",
        "attend_tokens",
        ["tenant", "interview", "participant", "number"],
        unique=False,
    )
