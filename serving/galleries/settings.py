"""Settings of the gallery service."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class GallerySettings(BaseModel):
    """Limits and rates of galleries; read once at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snapshot_dir: Path = Field(description="Folder of the encrypted index snapshots.")
    max_pictures: int = Field(
        default=16, ge=1, le=256, description="Pictures taken in one enrolment request."
    )
    max_templates: int = Field(
        default=64, ge=1, le=1024, description="Templates kept of one subject."
    )
    agreement_fmr: float = Field(
        default=1e-3, gt=0, lt=1, description="FMR at which pictures of one subject must match."
    )
    duplicate_fpir: float = Field(
        default=1e-3,
        gt=0,
        lt=1,
        description="FPIR at which another subject is a possible duplicate.",
    )
    max_top_k: int = Field(default=100, ge=1, le=1000, description="Most hits of one search.")
    max_page_size: int = Field(default=1000, ge=1, description="Most entries of one page.")
    max_loaded_galleries: int = Field(default=64, ge=1, description="Indexes kept in memory.")
    snapshot_every: int = Field(
        default=10_000,
        ge=1,
        description="Revisions after which the index snapshot is written again.",
    )
    max_failed_attempts: int = Field(
        default=5,
        ge=1,
        description="Failed face logins of one subject within the window, then a lock.",
    )
    max_inconclusive_attempts: int = Field(
        default=20, ge=1, description="Inconclusive face logins of one subject within the window."
    )
    attempt_window_s: float = Field(
        default=900.0, gt=0, description="Window of the attempt limits."
    )
    lockout_s: float = Field(
        default=900.0, gt=0, description="How long a locked subject stays locked."
    )
    request_memory_s: float = Field(
        default=86_400.0, gt=0, description="How long a request id is remembered."
    )
    import_memory_s: float = Field(
        default=604_800.0, gt=0, description="How long an import can be resumed or its report read."
    )
    max_report_entries: int = Field(
        default=1000, ge=0, description="Rejects and duplicates named in an import's report."
    )
