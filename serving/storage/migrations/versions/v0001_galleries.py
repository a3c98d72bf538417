"""The first tables: tenants, galleries, subjects, templates, imports, attempts, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NO_CHANGE = (
    "CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit {when}"
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
)
# INSERT OR REPLACE deletes without firing the trigger on deletion.
_TAKEN = "WHEN EXISTS (SELECT 1 FROM audit WHERE writer = NEW.writer AND sequence = NEW.sequence) "


def upgrade() -> None:
    """Create everything."""
    _create_service_keys()
    _create_tenants()
    _create_galleries()
    _create_subjects()
    _create_templates()
    _create_revisions()
    _create_requests()
    _create_imports()
    _create_import_entries()
    _create_attempts()
    _create_erasures()
    _create_audit()
    for verb, when in (("update", ""), ("delete", ""), ("insert", _TAKEN)):
        op.execute(_NO_CHANGE.format(verb=verb, when=when))


def _create_service_keys() -> None:
    op.create_table(
        "service_keys",
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )


def _create_galleries() -> None:
    op.create_table(
        "galleries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("gallery", sa.String(length=63), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(length=32), nullable=False),
        sa.Column("retention_s", sa.Double(), nullable=True),
        sa.Column("duplicate_policy", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("removal_revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"],
            ["tenants.tenant"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant", "gallery"),
        sa.UniqueConstraint("tenant", "id"),
        sqlite_autoincrement=True,
    )


def _create_subjects() -> None:
    op.create_table(
        "subjects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("gallery_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=63), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_profile", sa.LargeBinary(), nullable=False),
        sa.Column("consent_reference", sa.String(), nullable=True),
        sa.Column("consent_given_at", sa.BigInteger(), nullable=True),
        sa.Column("consent_keeps_crop", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "gallery_id"],
            ["galleries.tenant", "galleries.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("gallery_id", "subject"),
        sa.UniqueConstraint("tenant", "id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subjects_expires_at", "subjects", ["tenant", "expires_at"], unique=False)


def _create_templates() -> None:
    op.create_table(
        "templates",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("gallery_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.String(length=63), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("sealed_vector", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_crop", sa.LargeBinary(), nullable=True),
        sa.Column("quality", sa.Double(), nullable=False),
        sa.Column("picture_mac", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "gallery_id"],
            ["galleries.tenant", "galleries.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "subject_id"],
            ["subjects.tenant", "subjects.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject_id", "model_id", "picture_mac"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_templates_gallery", "templates", ["gallery_id", "id"], unique=False)
    op.create_index(
        "ix_templates_picture", "templates", ["gallery_id", "picture_mac"], unique=False
    )


def _create_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("gallery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_removal", sa.Boolean(), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "gallery_id"],
            ["galleries.tenant", "galleries.id"],
        ),
        sa.PrimaryKeyConstraint("gallery_id", "seq"),
    )


def _create_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("request_id", sa.String(length=128), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "request_id"),
    )
    op.create_index("ix_requests_resource", "requests", ["tenant", "resource"], unique=False)


def _create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("import_id", sa.String(length=63), nullable=False),
        sa.Column("gallery_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("subject_count", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_count", sa.BigInteger(), nullable=False),
        sa.Column("duplicate_count", sa.BigInteger(), nullable=False),
        sa.Column("rejected_count", sa.BigInteger(), nullable=False),
        sa.Column("is_finished", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "gallery_id"],
            ["galleries.tenant", "galleries.id"],
        ),
        sa.PrimaryKeyConstraint("tenant", "import_id"),
    )


def _create_import_entries() -> None:
    op.create_table(
        "import_entries",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("import_id", sa.String(length=63), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gallery_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=63), nullable=False),
        sa.Column("is_duplicate", sa.Boolean(), nullable=False),
        sa.Column("other_subject", sa.String(length=63), nullable=True),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("sealed_filename", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "import_id"],
            ["imports.tenant", "imports.import_id"],
        ),
        sa.PrimaryKeyConstraint("tenant", "import_id", "sequence"),
    )
    op.create_index(
        "ix_import_entries_subject", "import_entries", ["gallery_id", "subject"], unique=False
    )


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "subject_id"],
            ["subjects.tenant", "subjects.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_subject", "attempts", ["subject_id", "started_at"], unique=False)


def _create_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("receipt_id", sa.String(length=63), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("gallery_id", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("erased_rows", sa.BigInteger(), nullable=False),
        sa.Column("template_count", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "receipt_id"),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("writer", sa.String(length=63), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("writer", "sequence"),
    )
    op.create_index("ix_audit_tenant", "audit", ["tenant", "time"], unique=False)
