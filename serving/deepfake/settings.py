"""Settings of the check for forgery."""

from pydantic import BaseModel, ConfigDict, Field

from media.containers import ClipLimits
from media.pictures import PictureLimits


class DeepfakeSettings(BaseModel):
    """Limits of clips; read once at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_clip_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1024, description="Longest clip, as a file or as its chunks."
    )
    max_clip_s: float = Field(default=120.0, gt=0, description="Length of a clip, as it plays.")
    max_frames: int = Field(default=7_200, ge=1, description="Pictures of a clip.")
    max_frame_pixels: int = Field(
        default=9_000_000, ge=10_000, description="Largest picture of a clip."
    )
    max_chunk_bytes: int = Field(
        default=2 * 1024 * 1024, ge=1024, description="Longest chunk of a clip."
    )
    open_s: float = Field(
        default=120.0, gt=0, description="Time to begin a signed clip that was opened."
    )

    @property
    def clip_limits(self) -> ClipLimits:
        """Bounds of a clip that is a file."""
        return ClipLimits(
            max_bytes=self.max_clip_bytes,
            max_duration_s=self.max_clip_s,
            max_pixels=self.max_frame_pixels,
            max_frames=self.max_frames,
        )

    @property
    def frame_limits(self) -> PictureLimits:
        """Bounds of a picture that is a chunk."""
        return PictureLimits(max_bytes=self.max_chunk_bytes, max_pixels=self.max_frame_pixels)
