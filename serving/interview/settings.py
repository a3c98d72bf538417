"""What can be set about interviews."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings

from serving.streams.types import StreamLimits

DAY_S = 86_400.0
MIB = 1024 * 1024
MAX_CHUNKS_PER_S = 120.0  # Pictures at twice the usual rate, and sound in pieces of 20 ms.


class InterviewSettings(BaseModel):
    """Bounds of attendances and recordings; read once at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_recording_bytes: int = Field(default=1024 * MIB, ge=MIB, description="Of a participant.")
    max_attendance_s: float = Field(default=1800.0, gt=0, description="Of one attendance.")
    max_frame_pixels: int = Field(default=4_200_000, ge=10_000, description="Of a camera picture.")
    max_document_pixels: int = Field(
        default=25_000_000, ge=10_000, description="Of a picture of a document."
    )


class InterviewFields(BaseSettings):
    """Settings of the server that concern interviews."""

    interview_policy_file: Path | None = Field(
        None, description="TOML file of products and what each needs; None for a built-in example."
    )
    interview_authority_dir: Path | None = Field(
        None,
        description="Folder of an authority's photographs, by document number.",
    )
    max_open_interviews: int = Field(
        10_000, ge=1, le=1_000_000, description="Cases of one tenant that are not closed."
    )
    max_attendances: int = Field(
        default_factory=lambda: 2 * (os.cpu_count() or 1),
        ge=1,
        le=1000,
        description="Attendances at once, interrupted ones included.",
    )
    interview_recording_mib: int = Field(
        1024, ge=1, le=65_536, description="Longest recording of one participant, in MiB."
    )
    interview_limit_s: float = Field(
        1800.0, gt=0, le=14_400, description="Length of one attendance, interruptions included."
    )
    interview_resume_s: float = Field(
        120.0, ge=0, le=3600, description="Time to come back before an attendance is set aside."
    )
    interview_silence_s: float = Field(
        20.0, gt=0, le=600, description="Silence after which a participant's client has gone."
    )

    interview_max_chunk_bytes: int = Field(
        8 * MIB,
        ge=1024,
        le=64 * MIB,
        description="Longest chunk of an attendance; pictures of documents are the longest.",
    )

    def attend_limits(self, max_fps: float, heartbeat_s: float) -> StreamLimits:
        """Bounds of one attendance's stream."""
        return StreamLimits(
            max_chunk_bytes=self.interview_max_chunk_bytes,
            max_chunks_per_s=MAX_CHUNKS_PER_S,
            max_fps=max_fps,
            session_s=self.interview_limit_s,
            resume_s=self.interview_resume_s,
            silence_s=self.interview_silence_s,
            heartbeat_s=heartbeat_s,
        )

    @property
    def interview(self) -> InterviewSettings:
        """Bounds of attendances and recordings."""
        return InterviewSettings(
            max_recording_bytes=self.interview_recording_mib * MIB,
            max_attendance_s=self.interview_limit_s,
        )
