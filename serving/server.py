"""One process: the gRPC and the HTTP server on one event loop, from start to drained."""

import asyncio

from structlog.typing import FilteringBoundLogger

from base.clock import SystemClock
from base.errors import SmartBranchError
from protos.smartbranch.kyc.v1.attend_pb2 import AttendResponse
from protos.smartbranch.liveness.v1.liveness_service_pb2 import RunSessionResponse
from serving.assembly import Services, build_services
from serving.auth import TokenChecker
from serving.bridge import Bridge
from serving.deepfake.desk import ClipDesk
from serving.documents.desk import ReadingDesk
from serving.gate import Gate
from serving.grpc.clips import ClipRunner
from serving.grpc.edge_runner import CameraRunner
from serving.grpc.server import ALL, GALLERIES, GrpcServer
from serving.http.app import create_app
from serving.http.server import HttpServer
from serving.interview.attend import InterviewRunner
from serving.interview.registry import Attendances
from serving.interview.scribe import Scribe
from serving.limits import RateLimiter, Slots
from serving.lobby.front import LobbyFront
from serving.readiness import Readiness
from serving.sessions import SessionRunner
from serving.settings import ServerSettings
from serving.streams.registry import SessionRegistry
from serving.telemetry.metrics import Metrics
from serving.tls import ClientCertificates, load_tls

SPARE_THREADS = 2  # Threads that decode while all others wait for a model.
# Threads of boxes that wait for the disk: the more wait, the more records share one write.
DISK_THREADS = 8
UPKEEP_EVERY_S = 15.0
LAST_ANSWERS_S = 1.0  # For answers that are on their way when the port closes.


class Server:
    """Everything that listens. Binds its ports when built. Raises SettingsError."""

    def __init__(self, settings: ServerSettings, log: FilteringBoundLogger) -> None:
        clock = SystemClock()
        self._settings = settings
        self._log = log
        self._clock = clock
        self._started_s = clock.monotonic()
        self._metrics = Metrics()
        self._readiness = Readiness()
        self._bridge = Bridge(settings.workers + SPARE_THREADS, clock)
        tokens = TokenChecker.from_settings(settings)
        self._gate = Gate(
            tokens,
            ClientCertificates(settings.tls_revoked_file),
            Slots(
                settings.max_in_flight,
                tenant_size=settings.slots_of_tenant(settings.max_in_flight),
            ),
            RateLimiter(settings.rate_per_s, settings.rate_burst, clock),
            self._metrics,
            log,
            clock,
        )
        self._sessions = self._open_registry()
        runner = SessionRunner(self._readiness, self._sessions, clock)
        self._clip_bridge = Bridge(settings.workers, clock)
        # Apart, so that nobody's prompts wait behind requests.
        self._attend_bridge = Bridge(settings.workers + SPARE_THREADS, clock)
        self._scribe = Scribe(clock)
        self._attendances = self._open_attendances()
        attend = InterviewRunner(self._readiness, self._attendances, self._attend_bridge, clock)
        self._edge_bridge = Bridge(settings.workers + DISK_THREADS, clock)
        self._lobby = LobbyFront(settings, self._readiness, self._metrics, clock, log)
        clips = self._open_clip_desk()
        self._reading_bridge = Bridge(settings.max_documents, clock)
        reading = self._open_reading_desk()
        self._grpc = GrpcServer(
            settings,
            load_tls(settings),
            self._gate,
            self._readiness,
            self._bridge,
            runner,
            attend,
            ClipRunner(
                *(self._readiness, clips, self._bridge, clock),
                settings.deepfake,
                settings.clip_silence_s,
            ),
            reading,
            self._open_camera_runner(),
            self._lobby.hub,
            clock,
        )
        self._http: HttpServer | None = None
        if settings.http_enabled:
            app = create_app(
                settings,
                self._gate,
                tokens,
                self._readiness,
                self._bridge,
                self._metrics,
                runner,
                attend,
                clips,
                reading,
                self._lobby,
                clock,
            )
            self._http = HttpServer(settings, app)

    def _open_registry(self) -> SessionRegistry[RunSessionResponse]:
        size = self._settings.max_sessions
        return SessionRegistry(
            "liveness",
            self._settings.stream_limits,
            Slots(size, "sessions", self._settings.slots_of_tenant(size)),
            self._bridge,
            self._clock,
            self._metrics,
            self._log,
        )

    def _open_attendances(self) -> Attendances[AttendResponse]:
        settings = self._settings
        size = settings.max_attendances
        return Attendances(
            settings.attend_limits(settings.session_max_fps, settings.session_heartbeat_s),
            Slots(size, "attendances", settings.slots_of_tenant(size)),
            self._attend_bridge,
            self._scribe,
            self._clock,
            self._metrics,
            self._log,
        )

    def _open_clip_desk(self) -> ClipDesk:
        size = self._settings.max_clips
        slots = Slots(size, "clips", self._settings.slots_of_tenant(size))
        return ClipDesk(slots, self._clip_bridge, self._settings.clip_limit_s)

    def _open_reading_desk(self) -> ReadingDesk:
        size = self._settings.max_documents
        slots = Slots(size, "documents", self._settings.slots_of_tenant(size))
        return ReadingDesk(slots, self._reading_bridge, self._settings.document_limit_s)

    def _open_camera_runner(self) -> CameraRunner:
        size = self._settings.max_cameras
        slots = Slots(size, "cameras", self._settings.slots_of_tenant(size))
        return CameraRunner(self._readiness, slots, self._edge_bridge, self._clock, self._log)

    @property
    def grpc_port(self) -> int:
        """The port of the gRPC server."""
        return self._grpc.port

    @property
    def http_port(self) -> int | None:
        """The port of the HTTP server, None if there is none."""
        return self._http.port if self._http else None

    @property
    def device_port(self) -> int | None:
        """The port that takes boxes alone, None if there is none."""
        return self._grpc.device_port

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`, then drain. Raises what `build_services` raises."""
        services: Services | None = None
        try:
            await self._grpc.start()
            if self._http:
                await self._http.start()
            services = await asyncio.to_thread(self._open)
            await self._become_ready(services)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._lobby.tick_until(stop, services.lobby))
                tasks.create_task(self._keep_up(services, stop))
            await self._drain()
        finally:
            self._readiness.set(None)
            await self.close()
            if services is not None:
                await asyncio.to_thread(services.close)
            self._log.info("stopped")

    async def close(self) -> None:
        """Close the ports and end what still runs."""
        await self._grpc.stop(LAST_ANSWERS_S)
        if self._http:
            await self._http.stop()
        await asyncio.to_thread(self._clip_bridge.close)
        await asyncio.to_thread(self._reading_bridge.close)
        await asyncio.to_thread(self._attend_bridge.close)
        await asyncio.to_thread(self._scribe.close)
        await asyncio.to_thread(self._edge_bridge.close)
        await asyncio.to_thread(self._lobby.hub.shut)
        await asyncio.to_thread(self._bridge.close)

    def _open(self) -> Services:
        services = build_services(self._settings, self._clock)
        try:
            services.warm_up()
        except BaseException:
            services.close()
            raise
        return services

    async def _become_ready(self, services: Services) -> None:
        for facts in services.models:
            self._metrics.model(facts.marked_id, facts.provider, facts.terms)
            if facts.terms != "open":
                self._log.warning("model terms", model=facts.marked_id, terms=facts.terms)
        self._metrics.watch_engine(services.engine.stats)
        self._metrics.watch_decisions(
            services.liveness.decisions.snapshot,
            services.deepfake.decisions.snapshot,
            services.documents.decisions.snapshot,
        )
        services.edge.watch(self._metrics.registry)
        services.lobby.watch(self._metrics.registry)
        self._lobby.open(services.lobby)
        authority = await asyncio.to_thread(services.edge.authority.certificate)
        await self._grpc.open_device_port(authority)
        self._readiness.set(services)
        self._metrics.ready.set(1)
        await self._grpc.set_serving(ALL)
        self._log.info(
            "serving",
            grpc_port=self.grpc_port,
            http_port=self.http_port,
            device_port=self.device_port,
            detector=services.detector.marked_id,
            embedder=services.embedder.marked_id,
            provider=services.embedder.provider,
            start_s=round(self._clock.monotonic() - self._started_s, 2),
        )

    async def _keep_up(self, services: Services, stop: asyncio.Event) -> None:
        """Until `stop`, erase what has expired, anchor the audit log and watch the storage."""
        are_galleries_well = True
        while not await _is_set_within(stop, UPKEEP_EVERY_S):
            self._sessions.forget_old()
            self._attendances.forget_old()
            is_well = await asyncio.to_thread(self._upkeep, services)
            if is_well is not are_galleries_well:
                are_galleries_well = is_well
                await self._grpc.set_serving(ALL if is_well else ALL - {GALLERIES})
                self._log.warning("galleries are back" if is_well else "galleries unavailable")

    def _upkeep(self, services: Services) -> bool:
        try:
            services.galleries.sweep()
            services.liveness.sweep()
            services.deepfake.sweep()
            services.edge.sweep()
            services.lobby.sweep()
            services.interviews.sweep()
            services.staff.sweep()
            services.audit.anchor()
        except SmartBranchError as error:
            self._log.error("upkeep failed", reason=error.reason, error=error.message)
            return False
        except Exception:
            self._log.exception("upkeep failed")
            return False
        return True

    async def _drain(self) -> None:
        self._log.info("draining", limit_s=self._settings.drain_s)
        self._gate.drain()
        self._lobby.hub.close()
        self._metrics.ready.set(0)
        await self._grpc.set_serving(())
        await asyncio.gather(
            self._sessions.drain(self._settings.drain_s),
            self._attendances.drain(self._settings.drain_s),
        )
        if not await self._gate.idle(self._settings.drain_s):
            self._log.warning("requests were cut off", limit_s=self._settings.drain_s)


async def _is_set_within(event: asyncio.Event, timeout_s: float) -> bool:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
