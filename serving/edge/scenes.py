"""A camera's scene with the names that people read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vision.scene import CameraScene, ZoneKind


@dataclass(frozen=True, slots=True)
class SceneView:
    """How a camera's pictures are looked at. zone_names: for people, by zone id; may lack some."""

    scene: CameraScene = field(default_factory=CameraScene)
    zone_names: Mapping[str, str] = field(default_factory=dict)

    def kind_of(self, zone: str) -> ZoneKind:
        """Return what people do in a zone; AREA for one that is not there any more."""
        return next((one.kind for one in self.scene.zones if one.id == zone), ZoneKind.AREA)

    def name_of(self, zone: str) -> str:
        """Return what people call a zone."""
        return self.zone_names.get(zone) or zone
