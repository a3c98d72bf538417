"""What cameras and zones of a branch are called, by what the boxes were told."""

import threading
from collections.abc import Callable

from base.clock import Clock
from lobby.branch import Branch
from lobby.seen import CameraRef
from lobby.visit import ZonePlace
from serving.edge.scenes import SceneView
from vision.scene import ZoneKind

SceneOf = Callable[[str, CameraRef], SceneView]
NameOf = Callable[[str, CameraRef], str]
_NAME_MEMORY_S = 30.0
_MAX_NAMES = 1024


class ScenePlaces:
    """The zones of a branch's cameras as their scenes have them now; safe to share.

    scene_of: quick. name_of: the camera's name for people, empty for none; remembered for a while.
    """

    def __init__(self, branch: Branch, scene_of: SceneOf, name_of: NameOf, clock: Clock) -> None:
        self._tenant = branch.tenant
        self._scene_of = scene_of
        self._name_of = name_of
        self._clock = clock
        self._lock = threading.Lock()
        self._names: dict[CameraRef, tuple[str, float]] = {}

    def zone_kind(self, place: ZonePlace) -> ZoneKind | None:
        """Return what people do there, None for a zone that is not known."""
        zones = self._scene_of(self._tenant, place.camera).scene.zones
        return next((zone.kind for zone in zones if zone.id == place.zone), None)

    def zone_name(self, place: ZonePlace) -> str:
        """Return the zone's name for people, its id if it has none."""
        return self._scene_of(self._tenant, place.camera).name_of(place.zone)

    def camera_name(self, camera: CameraRef) -> str:
        """Return the camera's name for people, its id if it has none."""
        now_s = self._clock.monotonic()
        with self._lock:
            name, until_s = self._names.get(camera, ("", now_s))
        if until_s <= now_s:
            name = self._name_of(self._tenant, camera)
            with self._lock:
                if len(self._names) >= _MAX_NAMES:
                    self._names.clear()
                self._names[camera] = name, now_s + _NAME_MEMORY_S
        return name or str(camera)
