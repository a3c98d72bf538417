"""Where servicers hand their blocking work over."""

from collections.abc import Callable
from typing import Any, TypeVar

from grpc.aio import ServicerContext

from serving.assembly import Services
from serving.bridge import Bridge
from serving.readiness import Readiness

T = TypeVar("T")
MAX_DEADLINE_S = 600.0


class Desk:
    """Runs a servicer's work in the pool, within the caller's deadline."""

    def __init__(self, readiness: Readiness, bridge: Bridge, default_deadline_s: float) -> None:
        self._readiness = readiness
        self._bridge = bridge
        self._default_deadline_s = default_deadline_s

    @property
    def services(self) -> Services:
        """The services. Raises StartingError."""
        return self._readiness.services()

    async def run(self, context: ServicerContext[Any, Any], function: Callable[[Services], T]) -> T:
        """Run `function` on the services. Raises DeadlineExceededError and StartingError."""
        services = self.services
        remaining_s = context.time_remaining()
        timeout_s = self._default_deadline_s if remaining_s is None else remaining_s
        return await self._bridge.run(lambda: function(services), min(timeout_s, MAX_DEADLINE_S))
