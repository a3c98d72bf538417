"""What a fixed camera looks at: zones, counting lines and what nobody may see."""

from dataclasses import dataclass
from enum import Enum

from base.ids import check_id

Point = tuple[float, float]
MIN_CORNERS, MAX_CORNERS = 3, 32
MAX_SHAPES = 32


class ZoneKind(Enum):
    """What people do in a zone."""

    AREA = "area"
    ENTRANCE = "entrance"
    QUEUE = "queue"
    COUNTER = "counter"  # Whoever stands here is being served.
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the floor. polygon: corners as shares of the picture's width and height.

    A person is where the middle of the lower edge of its box is.
    """

    id: str
    kind: ZoneKind
    polygon: tuple[Point, ...]

    def __post_init__(self) -> None:
        check_id(self.id, "zone")
        check_polygon(self.polygon, f"zone {self.id}")


@dataclass(frozen=True, slots=True)
class CountingLine:
    """A line over which people come in and go out.

    start, end: shares of the picture's width and height. Seen from `start` towards `end`, who
    crosses from the left side to the right one comes in.
    """

    id: str
    start: Point
    end: Point

    def __post_init__(self) -> None:
        check_id(self.id, "line")
        check_points((self.start, self.end), f"line {self.id}")
        if self.start == self.end:
            raise ValueError(f"line {self.id} has no length")


@dataclass(frozen=True, slots=True)
class CameraScene:
    """How one camera's pictures are looked at; version grows with every change.

    masks: polygons that are blacked before anything else looks. target_fps: pictures a second
    that are analysed. min_face_px: shortest side of a face that is told. detect_width_px: width
    at which faces are looked for; None for the smallest at which `min_face_px` is still found.
    """

    version: int = 0
    zones: tuple[Zone, ...] = ()
    lines: tuple[CountingLine, ...] = ()
    masks: tuple[tuple[Point, ...], ...] = ()
    target_fps: float = 5.0
    min_face_px: int = 48
    detect_width_px: int | None = None
    wants_faces: bool = True
    wants_flow: bool = True

    def __post_init__(self) -> None:
        for what, shapes in (("zones", self.zones), ("lines", self.lines), ("masks", self.masks)):
            if len(shapes) > MAX_SHAPES:
                raise ValueError(f"at most {MAX_SHAPES} {what} are taken, got {len(shapes)}")
        ids = [zone.id for zone in self.zones] + [line.id for line in self.lines]
        if len(ids) != len(set(ids)):
            raise ValueError("zones and lines of a camera need ids of their own")
        for number, mask in enumerate(self.masks, 1):
            check_polygon(mask, f"mask {number}")
        if not 0.2 <= self.target_fps <= 30:
            raise ValueError(f"target_fps must be 0.2 to 30, got {self.target_fps:g}")
        if not 16 <= self.min_face_px <= 1000:
            raise ValueError(f"min_face_px must be 16 to 1000, got {self.min_face_px}")
        if self.detect_width_px is not None and not 160 <= self.detect_width_px <= 3840:
            raise ValueError(f"detect_width_px must be 160 to 3840, got {self.detect_width_px}")


def check_polygon(corners: tuple[Point, ...], what: str) -> None:
    """Raise ValueError for a polygon that is none."""
    if not MIN_CORNERS <= len(corners) <= MAX_CORNERS:
        raise ValueError(
            f"{what} has {len(corners)} corners; expected {MIN_CORNERS} to {MAX_CORNERS}"
        )
    check_points(corners, what)


def check_points(points: tuple[Point, ...], what: str) -> None:
    """Raise ValueError for a point outside the picture."""
    for x, y in points:
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise ValueError(f"{what} reaches outside the picture; expected shares from 0 to 1")
