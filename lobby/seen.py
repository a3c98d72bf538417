"""What a camera told of one person, as the lobby takes it."""

from dataclasses import dataclass
from datetime import datetime

from lobby.identity import Identity
from vision.embedding import Embedding


@dataclass(frozen=True, slots=True)
class CameraRef:
    """A camera of a branch: `{device}/{camera}`."""

    device: str
    camera: str

    def __str__(self) -> str:
        return f"{self.device}/{self.camera}"


@dataclass(frozen=True, slots=True)
class TrackRef:
    """A person followed by one camera; never used for another person by the box."""

    camera: CameraRef
    track: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One sighting. Times are the server's.

    zones: ids where the person is, of this camera. face_at: first frame with a usable face.
    identity, embedding: of the face that came with it, None if none did or it was too poor.
    is_final: the camera has lost the person. is_late: told long after it happened; records change
    and nobody is alerted.
    """

    track: TrackRef
    first_seen_at: datetime
    last_seen_at: datetime
    zones: tuple[str, ...] = ()
    face_at: datetime | None = None
    identity: Identity | None = None
    embedding: Embedding | None = None
    is_final: bool = False
    is_late: bool = False

    def __post_init__(self) -> None:
        if self.last_seen_at < self.first_seen_at:
            raise ValueError("nobody is last seen before being first seen")
