"""What is known of cameras: opened by streams, changed by operators, asked by everybody."""

import threading
from dataclasses import replace
from datetime import datetime

from base.clock import Clock
from base.errors import (
    CameraNotFoundError,
    CameraOfflineError,
    InvalidArgumentError,
    SceneChangedError,
)
from lobby.seen import CameraRef
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.edge.cameras import CameraReport, CameraView, OpenedCamera
from serving.edge.devices import MAX_NAME, check_tenant, check_text
from serving.edge.hub import CameraHub
from serving.edge.names import CameraName
from serving.edge.registry import DeviceRegistry
from serving.edge.scene_wire import scene_of_text, scene_text
from serving.edge.scenes import SceneView
from serving.edge.types import EdgeCamera
from serving.permissions import check_branch
from serving.storage.database import Database, Transaction
from serving.storage.edge_schema import CameraRow, DeviceRow

MAX_CAMERAS_A_DEVICE = 32


class CameraBook:
    """Cameras of boxes. Blocking, safe to share between threads and processes."""

    def __init__(
        self,
        database: Database,
        registry: DeviceRegistry,
        hub: CameraHub,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._database = database
        self._registry = registry
        self._hub = hub
        self._audit = audit
        self._clock = clock
        self._scenes: dict[tuple[str, CameraRef], SceneView] = {}
        self._lock = threading.Lock()

    def check(self, name: CameraName, serial: str | None) -> EdgeCamera:
        """Return a camera whose box may connect; it may be new. serial: as in the registry.

        Raises DeviceNotFoundError and DeviceRevokedError.
        """
        with self._database.read() as transaction:
            device = self._registry.check(transaction, name.parent, serial)
            return EdgeCamera(name.tenant, device.branch, name.ref)

    def open(
        self, name: CameraName, serial: str | None, agent_version: str, display_name: str
    ) -> OpenedCamera:
        """Return what a stream begins with; a camera that was never heard of is kept from now on.

        display_name: what the box calls it, until an operator gives it a name. Raises as `check`,
        and InvalidArgumentError.
        """
        check_text(display_name, "hello.display_name", MAX_NAME)
        with self._database.write() as transaction:
            device = self._registry.check(transaction, name.parent, serial)
            device.last_seen_at = self._clock.now()
            device.agent_version = agent_version or device.agent_version
            row = self._row(transaction, name)
            if display_name and not row.is_named:
                row.display_name = display_name
            camera = EdgeCamera(name.tenant, device.branch, name.ref)
            scene = scene_of_text(row.scene)
            opened = OpenedCamera(camera, row.last_sequence, scene)
        self._remember(name, scene)
        return opened

    def _row(self, transaction: Transaction, name: CameraName) -> CameraRow:
        cameras = transaction.tenant(name.tenant).cameras
        row = cameras.find(name.device, name.camera)
        if row is None:
            if cameras.count_of(name.device) >= MAX_CAMERAS_A_DEVICE:
                raise InvalidArgumentError(
                    f"a device has at most {MAX_CAMERAS_A_DEVICE} cameras", field="hello.camera"
                )
            row = _new_row(name)
            cameras.add(row)
        return row

    def note_link(self, camera: EdgeCamera, seen_at: datetime, offset_s: float | None) -> None:
        """Keep when a box was last heard, and how far its clock is ahead."""
        with self._database.write() as transaction:
            device = transaction.tenant(camera.tenant).devices.find(camera.ref.device)
            if device is not None:
                _note_seen(device, seen_at, offset_s)

    def views(self, caller: Caller, branch: str | None = None) -> list[CameraView]:
        """Return the cameras that the caller may see, by device and id.

        Raises BranchNotFoundError.
        """
        if branch is not None:
            check_branch(caller, caller.tenant, branch)
        with self._database.read() as transaction:
            rows = transaction.tenant(caller.tenant).cameras.all(branch or caller.branch)
            return [self._view(row, where) for row, where in rows]

    def find(self, caller: Caller, name: CameraName) -> CameraView:
        """Return one camera. Raises CameraNotFoundError and RoleNotAllowedError."""
        check_tenant(caller, name.tenant)
        with self._database.read() as transaction:
            row, branch = self._of(transaction, name)
            check_branch(caller, name.tenant, branch)
            return self._view(row, branch)

    def update(
        self,
        caller: Caller,
        name: CameraName,
        scene: SceneView | None = None,
        display_name: str | None = None,
    ) -> CameraView:
        """Change a camera's scene or name; its box applies a new scene at once, or when it is back.

        scene: its version is the one that it replaces. The same change again changes nothing.
        Raises SceneChangedError, CameraNotFoundError, RoleNotAllowedError, InvalidArgumentError.
        """
        check_tenant(caller, name.tenant)
        with self._database.write() as transaction:
            row, branch = self._of(transaction, name)
            check_branch(caller, name.tenant, branch)
            pushed = None if scene is None else self._change(transaction, caller, row, scene)
            if display_name is not None:
                check_text(display_name, "display_name", MAX_NAME, is_needed=True)
                row.display_name, row.is_named = display_name, True
                self._record(transaction, caller, name, "camera.name", {})
            view = self._view(row, branch)
        if pushed is not None:
            self._remember(name, pushed)
            self._hub.push_scene(name.tenant, name.ref, pushed)
        return view

    def _change(
        self, transaction: Transaction, caller: Caller, row: CameraRow, scene: SceneView
    ) -> SceneView | None:
        """Keep a new scene and return it with its version; None if it is there already."""
        version = row.scene_version
        newer = replace(scene, scene=replace(scene.scene, version=scene.scene.version + 1))
        text = scene_text(newer)
        if newer.scene.version == version and text == row.scene:
            return None
        if scene.scene.version != version:
            raise SceneChangedError(
                f"the scene is at version {version} and the change was made to version "
                f"{scene.scene.version}; look at it again",
                version=version,
            )
        row.scene, row.scene_version = text, newer.scene.version
        details: Details = {
            "version": newer.scene.version,
            "zones": len(newer.scene.zones),
            "lines": len(newer.scene.lines),
            "masks": len(newer.scene.masks),
        }
        name = CameraName(row.tenant, row.device, row.camera)
        self._record(transaction, caller, name, "camera.scene", details)
        # As it will be read again, so that what is pushed is what is kept.
        return scene_of_text(text)

    def scene_of(self, tenant: str, camera: CameraRef) -> SceneView:
        """Return a camera's scene; an empty one for a camera that is not known."""
        with self._lock:
            known = self._scenes.get((tenant, camera))
        if known is not None:
            return known
        with self._database.read() as transaction:
            row = transaction.tenant(tenant).cameras.find(camera.device, camera.camera)
            if row is None:
                return SceneView()
            scene = scene_of_text(row.scene)
        self._remember(CameraName(tenant, camera.device, camera.camera), scene)
        return scene

    def note_look(self, caller: Caller, name: CameraName) -> None:
        """Record that somebody looks through a camera; before they do.

        Raises CameraOfflineError, CameraNotFoundError and RoleNotAllowedError.
        """
        if not self.find(caller, name).is_connected:
            raise CameraOfflineError(f"the stream of {name.ref} is not open; is its box running?")
        self._audit.append(caller.subject, name.tenant, "camera.frame", str(name))

    def _of(self, transaction: Transaction, name: CameraName) -> tuple[CameraRow, str]:
        records = transaction.tenant(name.tenant)
        row = records.cameras.find(name.device, name.camera)
        device = records.devices.find(name.device)
        if row is None or device is None:
            raise CameraNotFoundError(f"there is no camera {name}")
        return row, device.branch

    def _view(self, row: CameraRow, branch: str) -> CameraView:
        name = CameraName(row.tenant, row.device, row.camera)
        link = self._hub.links.get((name.tenant, name.ref))
        return CameraView(
            name=name,
            branch=branch,
            display_name=row.display_name,
            scene=scene_of_text(row.scene),
            report=None if row.report is None else CameraReport.from_text(row.report),
            health=None if link is None else link.health,
            is_connected=link is not None,
            last_sequence=row.last_sequence,
            missing_count=row.missing_count,
            last_seen_at=row.last_seen_at if link is None else link.last_seen_at,
        )

    def _remember(self, name: CameraName, scene: SceneView) -> None:
        with self._lock:
            self._scenes[name.tenant, name.ref] = scene

    def _record(
        self,
        transaction: Transaction,
        caller: Caller,
        name: CameraName,
        action: str,
        details: Details,
    ) -> None:
        event = AuditEvent(caller.subject, name.tenant, action, str(name), Outcome.OK, details)
        self._audit.record(transaction, event)


def _new_row(name: CameraName) -> CameraRow:
    return CameraRow(
        tenant=name.tenant,
        device=name.device,
        camera=name.camera,
        display_name=name.camera,
        is_named=False,
        scene=scene_text(SceneView()),
        scene_version=0,
        last_sequence=0,
        missing_count=0,
        report=None,
        last_seen_at=None,
    )


def _note_seen(device: DeviceRow, seen_at: datetime, offset_s: float | None) -> None:
    device.last_seen_at = max(seen_at, device.last_seen_at or seen_at)
    if offset_s is not None:
        device.clock_offset_s = offset_s
