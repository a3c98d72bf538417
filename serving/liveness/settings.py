"""Settings of the liveness service."""

from pydantic import BaseModel, ConfigDict, Field


class LivenessSettings(BaseModel):
    """Limits of sessions and attempts; read once at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session_s: float = Field(default=300.0, gt=0, description="Length of a session, at most.")
    max_frame_pixels: int = Field(
        default=4_200_000, ge=10_000, description="Largest picture of a session."
    )
    max_spoof_attempts: int = Field(
        default=5, ge=1, description="Sessions of one person within the window that end in SPOOF."
    )
    max_inconclusive_attempts: int = Field(
        default=20, ge=1, description="The same for those that end without an answer."
    )
    caller_factor: int = Field(
        default=10,
        ge=1,
        description="Times as many where no person is named, since many come through one caller.",
    )
    attempt_window_s: float = Field(
        default=900.0, gt=0, description="Window of both limits, and so the length of a lock."
    )
    memory_s: float = Field(
        default=7_776_000.0, gt=0, description="How long a session's record is kept."
    )
