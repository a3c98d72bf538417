"""The service of boxes: what gRPC servicers, HTTP handlers and the command line call."""

from dataclasses import replace

from prometheus_client import CollectorRegistry

from base.clock import Clock
from lobby.seen import CameraRef
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.crypto.keyring import Keyring
from serving.edge.authority import DeviceAuthority
from serving.edge.branches import BranchBook
from serving.edge.camera_book import CameraBook
from serving.edge.cameras import CameraView
from serving.edge.counts import EdgeCounts
from serving.edge.devices import Device, revoked
from serving.edge.hub import CameraHub
from serving.edge.intake import RecordIntake
from serving.edge.names import DeviceName
from serving.edge.registry import DeviceRegistry
from serving.edge.scenes import SceneView
from serving.edge.settings import EdgeSettings
from serving.edge.sink import EdgeSink
from serving.storage.database import Database


class EdgeService:
    """Boxes and cameras of one deployment; every method sees the caller's tenant alone.

    registry, books, intake: blocking and safe to share between threads. hub: see there.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        audit: AuditLog,
        clock: Clock,
        branches: BranchBook,
        sink: EdgeSink,
        settings: EdgeSettings,
    ) -> None:
        self.settings = settings
        self.sink = sink
        self.authority = DeviceAuthority(database, keyring, clock)
        self.registry = DeviceRegistry(
            database, self.authority, audit, clock, branches, settings.certificate_life
        )
        self.hub = CameraHub(clock, settings)
        self.books = CameraBook(database, self.registry, self.hub, audit, clock)
        self.intake = RecordIntake(database, sink, settings.late_after_s)
        self.counts = EdgeCounts(self.hub)

    def devices(self, caller: Caller, branch: str | None = None) -> list[Device]:
        """Return the boxes that the caller may see. Raises BranchNotFoundError."""
        return [self._seen(device) for device in self.registry.devices(caller, branch)]

    def _seen(self, device: Device) -> Device:
        """Return a box with what its open streams tell, which is written down at their end."""
        for link in self.hub.links_of(device.name):
            offset_s = link.box_clock.offset_s
            device = replace(
                device,
                last_seen_at=max(link.last_seen_at, device.last_seen_at or link.last_seen_at),
                clock_offset_s=device.clock_offset_s if offset_s is None else offset_s,
            )
        return device

    def revoke(self, caller: Caller, name: DeviceName) -> Device:
        """Take a box's rights away, and end its streams at once. Raises DeviceNotFoundError."""
        device = self.registry.revoke(caller, name)
        self.hub.end_device(name, revoked(name))
        return device

    def cameras(self, caller: Caller, branch: str | None = None) -> list[CameraView]:
        """Return the cameras that the caller may see. Raises BranchNotFoundError."""
        return self.books.views(caller, branch)

    def scene_of(self, tenant: str, camera: CameraRef) -> SceneView:
        """Return a camera's scene; an empty one for a camera that is not known."""
        return self.books.scene_of(tenant, camera)

    def watch(self, registry: CollectorRegistry) -> None:
        """Export what boxes send."""
        registry.register(self.counts)

    def sweep(self) -> None:
        """Forget what has expired; call it now and then."""
        self.registry.sweep()
