"""The scenes that the server gave, kept for a start without a link."""

from pathlib import Path

from structlog.typing import FilteringBoundLogger

from base.errors import SmartBranchError
from branch_edge import wire
from branch_edge.private_files import write_private
from vision.scene import CameraScene


class SceneFolder:
    """One file for each camera. Blocking."""

    def __init__(self, folder: Path, log: FilteringBoundLogger) -> None:
        self._folder = folder
        self._log = log

    def read(self, camera: str) -> CameraScene | None:
        """Return what was kept, None if there is nothing that can be read."""
        path = self._path(camera)
        try:
            return wire.scene_from_text(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, SmartBranchError) as error:
            self._log.warning("kept scene not readable", camera=camera, error=str(error))
            return None

    def keep(self, camera: str, text: str) -> None:
        """Keep a scene; one that cannot be written is in use all the same, until a restart."""
        try:
            write_private(self._path(camera), text)
        except SmartBranchError as error:
            self._log.warning("scene not kept", camera=camera, error=error.message)

    def _path(self, camera: str) -> Path:
        return self._folder / f"{camera}.json"
