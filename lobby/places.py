"""What cameras and zones are called, and what people do there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lobby.seen import CameraRef
from lobby.visit import ZonePlace
from vision.scene import ZoneKind


class Places(Protocol):
    """Knows the cameras of a branch. Quick; asked for every change."""

    def zone_kind(self, place: ZonePlace) -> ZoneKind | None:
        """Return what people do there, None for a zone that is not known."""
        ...

    def zone_name(self, place: ZonePlace) -> str:
        """Return the zone's name for people, its id if it has none."""
        ...

    def camera_name(self, camera: CameraRef) -> str:
        """Return the camera's name for people, its id if it has none."""
        ...


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """Places that are written down; what is not there is called by its id."""

    kinds: Mapping[ZonePlace, ZoneKind] = field(default_factory=dict)
    zone_names: Mapping[ZonePlace, str] = field(default_factory=dict)
    camera_names: Mapping[CameraRef, str] = field(default_factory=dict)

    def zone_kind(self, place: ZonePlace) -> ZoneKind | None:
        """Return what people do there, None for a zone that is not known."""
        return self.kinds.get(place)

    def zone_name(self, place: ZonePlace) -> str:
        """Return the zone's name for people, its id if it has none."""
        return self.zone_names.get(place, place.zone)

    def camera_name(self, camera: CameraRef) -> str:
        """Return the camera's name for people, its id if it has none."""
        return self.camera_names.get(camera, str(camera))
