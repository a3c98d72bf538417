"""Boxes in branches: devices, their codes, their cameras."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "device_authority",
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "devices",
        *_names(),
        sa.Column("branch", sa.String(length=63), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.Column("clock_offset_s", sa.Double(), nullable=True),
        sa.Column("agent_version", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "device"),
    )
    op.create_index("ix_devices_branch", "devices", ["tenant", "branch"], unique=False)
    op.create_table(
        "device_codes",
        *_names(),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("branch", sa.String(length=63), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("request_digest", sa.String(length=64), nullable=True),
        sa.Column("serial", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "device"),
    )
    op.create_index("ix_device_codes_hash", "device_codes", ["code_hash"], unique=True)
    _create_certificates()
    _create_cameras()


def _create_certificates() -> None:
    op.create_table(
        "device_certificates",
        *_names(),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "serial"),
        sa.ForeignKeyConstraint(["tenant", "device"], ["devices.tenant", "devices.device"]),
    )
    op.create_index(
        "ix_device_certificates_device",
        "device_certificates",
        ["tenant", "device", "issued_at"],
        unique=False,
    )


def _create_cameras() -> None:
    op.create_table(
        "cameras",
        *_names(),
        sa.Column("camera", sa.String(length=63), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("scene", sa.String(), nullable=False),
        sa.Column("scene_version", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("missing_count", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.String(), nullable=True),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "device", "camera"),
        sa.ForeignKeyConstraint(["tenant", "device"], ["devices.tenant", "devices.device"]),
    )


def _names() -> tuple[sa.Column[str], sa.Column[str]]:
    """Return what every one of these tables begins with."""
    return (
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
    )
