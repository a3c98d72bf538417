"""A camera's scene as an administrator writes it in TOML."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from base.errors import SmartBranchError
from vision.scene import CameraScene, CountingLine, Zone, ZoneKind

Share = Annotated[float, Field(ge=0, le=1)]
Corner = tuple[Share, Share]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ZoneTable(_Table):
    """One zone. polygon: corners as shares of the picture's width and height."""

    id: str
    kind: Literal["area", "entrance", "queue", "counter", "machine"] = "area"
    polygon: tuple[Corner, ...]


class LineTable(_Table):
    """One line that is counted over; who crosses from its left to its right comes in."""

    id: str
    start: Corner
    end: Corner


class MaskTable(_Table):
    """One part of the picture that nobody may see."""

    polygon: tuple[Corner, ...]


class SceneTable(_Table):
    """A scene: `[[zone]]`, `[[line]]` and `[[mask]]`; absent numbers are those of `CameraScene`."""

    zone: tuple[ZoneTable, ...] = ()
    line: tuple[LineTable, ...] = ()
    mask: tuple[MaskTable, ...] = ()
    target_fps: float | None = None
    min_face_px: int | None = None
    detect_width_px: int | None = None
    wants_faces: bool = True
    wants_flow: bool = True

    @model_validator(mode="after")
    def _check(self) -> Self:
        try:
            self.scene()
        except SmartBranchError as error:
            raise ValueError(error.message) from None
        return self

    def scene(self) -> CameraScene:
        """Return the scene, of version 0: every one of the server's is newer."""
        usual = CameraScene()
        return CameraScene(
            zones=tuple(Zone(one.id, ZoneKind(one.kind), one.polygon) for one in self.zone),
            lines=tuple(CountingLine(one.id, one.start, one.end) for one in self.line),
            masks=tuple(one.polygon for one in self.mask),
            target_fps=usual.target_fps if self.target_fps is None else self.target_fps,
            min_face_px=usual.min_face_px if self.min_face_px is None else self.min_face_px,
            detect_width_px=self.detect_width_px,
            wants_faces=self.wants_faces,
            wants_flow=self.wants_flow,
        )
