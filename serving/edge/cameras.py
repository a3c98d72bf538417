"""Cameras as the server knows them."""

import json
from dataclasses import dataclass
from datetime import datetime

from lobby.flow import CameraCondition
from serving.edge.names import CameraName
from serving.edge.scenes import SceneView
from serving.edge.types import EdgeCamera


@dataclass(frozen=True, slots=True)
class CameraReport:
    """What a camera last said of itself; times are the server's. size_wh: None before a frame."""

    condition: CameraCondition
    since: datetime
    reason: str = ""
    text: str = ""
    size_wh: tuple[int, int] | None = None

    def to_text(self) -> str:
        """Return it as JSON, as it is kept."""
        return json.dumps(
            {
                "condition": self.condition.value,
                "since": self.since.isoformat(),
                "reason": self.reason,
                "text": self.text,
                "size_wh": self.size_wh,
            }
        )

    @classmethod
    def from_text(cls, text: str) -> "CameraReport":
        """Read what `to_text` wrote."""
        kept = json.loads(text)
        size = kept["size_wh"]
        return cls(
            CameraCondition(kept["condition"]),
            datetime.fromisoformat(kept["since"]),
            kept["reason"],
            kept["text"],
            None if size is None else (size[0], size[1]),
        )


@dataclass(frozen=True, slots=True)
class BoxHealth:
    """How a box says it is; as `EdgeHealth` of the contract. cpu_cores: 1 is one core."""

    source_fps: float
    analysed_fps: float
    dropped_frame_count: int
    spooled_count: int
    spooled_bytes: int
    dropped_record_count: int
    cpu_cores: float
    memory_bytes: int
    free_disk_bytes: int
    uptime_s: float
    scene_version: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class CameraView:
    """A camera and how it is. missing_count: records that were missing between two that came."""

    name: CameraName
    branch: str
    display_name: str
    scene: SceneView
    report: CameraReport | None
    health: BoxHealth | None
    is_connected: bool
    last_sequence: int
    missing_count: int
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenedCamera:
    """What a stream begins with."""

    camera: EdgeCamera
    last_sequence: int
    scene: SceneView
