"""Faces of earlier cases."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "interview_faces",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("interview", sa.String(length=63), nullable=False),
        sa.Column("participant", sa.String(length=63), nullable=False),
        sa.Column("model_id", sa.String(length=127), nullable=False),
        sa.Column("sealed_template", sa.LargeBinary(), nullable=False),
        sa.Column("document_mac", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant", "interview", "participant"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_interview_faces_document", "interview_faces", ["tenant", "document_mac"])
