"""What a stream asks of its camera, and what it is told for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vision.scene import CameraScene


@dataclass(frozen=True, slots=True)
class FrameOrder:
    """Full frames that the server wants. fps: 0 for a single one. length_s: 0 ends the order.

    max_side_px: 0 for the camera's own size.
    """

    request: str
    fps: float
    length_s: float
    max_side_px: int


@dataclass(frozen=True, slots=True, repr=False)
class OrderedFrame:
    """One frame of an order. number: from 1. picture: JPEG, masks applied."""

    request: str
    number: int
    picture: bytes
    captured_at: datetime

    def __repr__(self) -> str:
        return f"OrderedFrame({self.request} {self.number}, picture=<hidden>)"


@dataclass(frozen=True, slots=True)
class Health:
    """How the box and one of its cameras are; as `EdgeHealth` of the contract."""

    source_fps: float = 0.0
    analysed_fps: float = 0.0
    dropped_frame_count: int = 0
    spooled_count: int = 0
    spooled_bytes: int = 0
    dropped_record_count: int = 0
    cpu_cores: float = 0.0
    memory_bytes: int = 0
    free_disk_bytes: int = 0
    uptime_s: float = 0.0
    scene_version: int = 0
    trouble: str = ""


class CameraPort(Protocol):
    """One camera, as its stream knows it. Everything is called on the event loop."""

    @property
    def name(self) -> str:
        """Id of the camera."""
        ...

    @property
    def display_name(self) -> str:
        """Name for people, empty for none."""
        ...

    @property
    def scene_version(self) -> int:
        """Version of the scene in use, 0 for one that the server did not give."""
        ...

    def health(self) -> Health:
        """Say how everything is."""
        ...

    async def take_scene(self, scene: CameraScene, text: str) -> None:
        """Look by another scene from now on, and after a restart. text: the same, to be kept."""
        ...

    def take_order(self, order: FrameOrder) -> None:
        """Begin, lengthen or end an order."""
        ...

    def forget_orders(self) -> None:
        """End every order: nobody is there to take frames."""
        ...
