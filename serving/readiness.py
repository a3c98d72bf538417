"""Whether the services are there yet."""

from base.errors import StartingError
from serving.assembly import Services


class Readiness:
    """Holds the services once they are warm."""

    def __init__(self) -> None:
        self._services: Services | None = None

    @property
    def is_ready(self) -> bool:
        """Whether every model has agreed."""
        return self._services is not None

    def set(self, services: Services | None) -> None:
        """Open with warm services, or close with None."""
        self._services = services

    def services(self) -> Services:
        """Return the services. Raises StartingError."""
        if self._services is None:
            raise StartingError("the models are still being loaded; ask again in a moment")
        return self._services
