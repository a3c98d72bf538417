"""What pages and clients of lobbies share on the event loop: events, times, the passing seconds."""

import asyncio
from contextlib import suppress

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import SmartBranchError
from serving.grpc.lobby_told import LobbyEvents
from serving.limits import Slots
from serving.lobby.delivery import DeliveryBook
from serving.lobby.delivery_metrics import DeliveryMetrics
from serving.lobby.hub import LobbyHub
from serving.lobby.service import LobbyService
from serving.readiness import Readiness
from serving.settings import ServerSettings
from serving.telemetry.metrics import Metrics

TICK_EVERY_S = 1.0


class LobbyFront:
    """The hub and the book of delivery times of one server, and its tick."""

    def __init__(
        self,
        settings: ServerSettings,
        readiness: Readiness,
        metrics: Metrics,
        clock: Clock,
        log: FilteringBoundLogger,
    ) -> None:
        times = DeliveryMetrics(metrics.registry)
        size = settings.max_tablets
        self.delivery = DeliveryBook(times, clock, settings.edge_late_after_s)
        self.hub = LobbyHub(
            lambda: LobbyEvents(readiness.services().lobby),
            Slots(size, "event streams", settings.slots_of_tenant(size)),
            self.delivery.told,
            clock,
            log,
        )
        times.watch_streams(lambda: self.hub.listener_count)
        self._log = log

    def open(self, lobby: LobbyService) -> None:
        """Hear of what happens from now on."""
        lobby.set_notifier(self.hub.notify, self.hub.forget)

    async def tick_until(self, stop: asyncio.Event, lobby: LobbyService) -> None:
        """Let the lobby do what comes of time alone, every second."""
        is_well = True
        while not stop.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_EVERY_S):
                    await stop.wait()
            is_well = await asyncio.to_thread(self._tick, lobby, is_well)

    def _tick(self, lobby: LobbyService, was_well: bool) -> bool:
        """Return whether it went well; what goes wrong is said once."""
        try:
            lobby.tick()
        except Exception as error:
            if was_well:
                reason = error.reason if isinstance(error, SmartBranchError) else "INTERNAL"
                self._log.exception("lobbies stand still", reason=reason)
            return False
        if not was_well:
            self._log.warning("lobbies go on")
        return True
