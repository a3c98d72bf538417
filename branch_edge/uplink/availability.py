"""One log line when the link goes, and one when it is back."""

from structlog.typing import FilteringBoundLogger

from base.errors import CameraTakenOverError, SmartBranchError

# What is told of the box, and not of each of its cameras.
_BOX = ""


class LinkWatch:
    """Follows the streams of a box; each reason to refuse one is told once, until one is open."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._open: set[str] = set()
        self._is_up: bool | None = None
        self._told: set[tuple[str, str]] = set()

    @property
    def is_up(self) -> bool:
        """Whether any stream is open."""
        return bool(self._open)

    def opened(self, camera: str) -> None:
        """Note that a camera's stream is open."""
        self._open.add(camera)
        self._told = {told for told in self._told if told[0] not in (camera, _BOX)}
        if not self._is_up:
            self._log.warning("link back" if self._is_up is False else "link up", camera=camera)
        self._is_up = True

    def closed(self, camera: str) -> None:
        """Note that a camera's stream has ended, without a fault."""
        self._open.discard(camera)

    def lost(self, camera: str, error: SmartBranchError, is_slow: bool) -> None:
        """Note that a camera's stream has ended or could not be opened."""
        self._open.discard(camera)
        whose = camera if isinstance(error, CameraTakenOverError) else _BOX
        if is_slow and (whose, error.reason) not in self._told:
            self._told.add((whose, error.reason))
            self._log.error(
                "server refuses the box", camera=camera, reason=error.reason, text=error.message
            )
        if not self._open and self._is_up is not False:
            self._is_up = False
            self._log.warning("link unavailable", reason=error.reason, text=error.message)
