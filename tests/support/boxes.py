"""A house that takes what boxes tell, and a scripted box that speaks to it over a real port."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from google.protobuf.timestamp_pb2 import Timestamp

from client.errors import ApiError, to_api_error
from protos.smartbranch.edge.v1 import edge_pb2
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.edge.v1.edge_service_pb2_grpc import EdgeServiceStub
from protos.smartbranch.media.v1 import media_pb2
from serving.caller import Caller
from serving.edge.branches import AnyBranch
from serving.edge.service import EdgeService
from serving.edge.settings import EdgeSettings
from serving.edge.sink import Commit
from serving.edge.types import EdgeCamera, EdgeEvent
from serving.settings import load_settings
from serving.storage.database import Transaction
from tests.support.liveness import InProcessServer, LivenessHouse
from tests.support.server import write_settings

OPERATOR = Caller.local("default")
LIMIT_S = 10.0
JPEG = b"\xff\xd8\xff\xe0 no picture really"


class KeptRecords:
    """A sink that keeps what was written down for good, and can be told to fail.

    prepare_fault, commit_fault: asked for each event; what they return is raised.
    """

    def __init__(self) -> None:
        self.events: list[EdgeEvent] = []
        self.comings: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.prepare_fault: Callable[[EdgeEvent], Exception | None] = lambda event: None
        self.commit_fault: Callable[[EdgeEvent], Exception | None] = lambda event: None

    def prepare(self, event: EdgeEvent) -> Commit:
        assert self.gate.wait(LIMIT_S)
        fault = self.prepare_fault(event)
        if fault is not None:
            raise fault

        def commit(transaction: Transaction) -> None:
            broken = self.commit_fault(event)
            if broken is not None:
                raise broken
            transaction.on_commit(lambda: self.events.append(event))

        return commit

    def connected(self, camera: EdgeCamera, at: datetime) -> None:
        self.comings.append(f"+{camera.ref}")

    def disconnected(self, camera: EdgeCamera, at: datetime) -> None:
        self.comings.append(f"-{camera.ref}")

    @property
    def sequences(self) -> list[int]:
        return [event.sequence for event in self.events]


class EdgeHouse(LivenessHouse):
    """Services whose boxes tell `kept`."""

    def __init__(self, folder: Path, settings: EdgeSettings, clock: Any = None) -> None:
        super().__init__(folder, clock)
        self.kept = KeptRecords()
        self.edge = EdgeService(
            *(self.database, self.keyring, self.audit, self.clock, AnyBranch(), self.kept),
            settings,
        )

    def register(self, device: str = "box-1", branch: str = "west") -> bytes:
        """Register a box and return its certificate."""
        code = self.edge.registry.create_code(OPERATOR, device, branch).code
        made = self.edge.registry.register(code, certificate_request()[0], "1.0", "req", "here")
        return made.certificate

    async def all_closed(self, limit_s: float = LIMIT_S) -> None:
        """Wait until no stream is open."""
        async with asyncio.timeout(limit_s):
            while self.edge.hub.links:  # noqa: ASYNC110 -- nothing tells it.
                await asyncio.sleep(0.01)


def certificate_request(key: Any = None) -> tuple[bytes, bytes]:
    """Return a certificate signing request and its key, PEM."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    request = builder.sign(key, algorithm).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return request, secret


@asynccontextmanager
async def serving_boxes(folder: Path, **settings: Any) -> AsyncIterator[InProcessServer]:
    """Run a server whose house is an `EdgeHouse`."""
    config = write_settings(folder, rate_per_s=10_000, rate_burst=10_000, **settings)
    chosen = load_settings(config)
    house = EdgeHouse(folder / "house", chosen.edge)
    server = InProcessServer(chosen, house)
    running = asyncio.create_task(server.run(server.stop))
    async with asyncio.timeout(LIMIT_S):
        while not server._readiness.is_ready:  # noqa: ASYNC110 -- nothing tells it.
            await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        house.kept.gate.set()
        server.stop.set()
        await running


def stamp(moment: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(moment)
    return made


def shot(**fields: Any) -> edge_pb2.FaceShot:
    values: dict[str, Any] = {
        "picture": JPEG,
        "capture_time": stamp(datetime.now(UTC)),
        "landmarks": [1.0] * 10,
        "box_xyxy": [0, 0, 9, 9],
        "score": 0.9,
        "quality": 50,
        "face_px": 60,
    }
    return edge_pb2.FaceShot(**{**values, **fields})


class ScriptedBox:
    """One camera's stream from the box's side.

    ahead: how far the box's clock is ahead. answers_probes: whether it tells its time.
    """

    def __init__(
        self,
        channel: grpc.aio.Channel,
        camera: str = "door",
        device: str = "box-1",
        *,
        tenant: str = "default",
        ahead: timedelta = timedelta(),
        answers_probes: bool = True,
        token: str | None = None,
    ) -> None:
        metadata = () if token is None else (("authorization", f"Bearer {token}"),)
        self._call = EdgeServiceStub(channel).StreamCamera(metadata=metadata)
        self._hello = messages.CameraHello(
            camera=camera,
            device=f"tenants/{tenant}/devices/{device}",
            agent_version="1.2",
            display_name="Front door",
        )
        self._ahead = ahead
        self._answers_probes = answers_probes
        self._news = asyncio.Event()
        self._writing = asyncio.Lock()
        self.told: list[messages.StreamCameraResponse] = []
        self.error: ApiError | None = None
        self.has_ended = False
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "ScriptedBox":
        self._reading = asyncio.create_task(self._read())
        await self.send(hello=self._hello)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._call.cancel()
        assert self._reading is not None
        await asyncio.wait({self._reading})

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def send(self, **payload: Any) -> None:
        """Send a message; that the stream has ended meanwhile is told by `error`."""
        ended = (asyncio.InvalidStateError, grpc.aio.AioRpcError)
        async with self._writing:  # gRPC takes one write at a time.
            with suppress(*ended):
                await self._call.write(messages.StreamCameraRequest(**payload))

    async def sight(self, sequence: int, track: str = "t1", **fields: Any) -> None:
        await self.send(record=self.sighting(sequence, track, **fields))

    def sighting(self, sequence: int, track: str = "t1", **fields: Any) -> edge_pb2.EdgeRecord:
        now = stamp(self.now())
        values = {"first_seen_time": now, "last_seen_time": now, **fields}
        return edge_pb2.EdgeRecord(
            sequence=sequence, sighting=edge_pb2.Sighting(track=track, **values)
        )

    async def hang_up(self) -> None:
        """Say the last word and wait for the end."""
        await self._call.done_writing()
        await self.ended()

    async def ended(self, limit_s: float = LIMIT_S) -> ApiError | None:
        """Wait for the end and return what it was ended with."""
        await self.until(lambda: self.has_ended, limit_s)
        return self.error

    async def until(self, is_true: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
        """Wait until something has been told."""
        async with asyncio.timeout(limit_s):
            while not is_true():
                await self._news.wait()
                self._news.clear()

    async def acknowledged(self, sequence: int) -> None:
        await self.until(lambda: self.last_ack >= sequence or self.has_ended)
        assert self.last_ack >= sequence, self.error

    async def opened(self) -> messages.CameraOpened:
        await self.until(lambda: bool(self.told) or self.has_ended)
        assert self.told, self.error
        return self.told[0].opened

    @property
    def last_ack(self) -> int:
        return max((one.ack.sequence for one in self.told if one.HasField("ack")), default=0)

    @property
    def scenes(self) -> list[edge_pb2.CameraScene]:
        return [one.scene for one in self.told if one.HasField("scene")]

    @property
    def wishes(self) -> list[messages.FrameRequest]:
        return [one.frames for one in self.told if one.HasField("frames")]

    async def show(self, request: str, picture: bytes = JPEG, sequence: int = 1) -> None:
        """Send a frame that was asked for."""
        chunk = media_pb2.MediaChunk(
            codec=media_pb2.MediaChunk.JPEG,
            data=picture,
            capture_time=stamp(self.now()),
            sequence=sequence,
        )
        await self.send(frame=messages.RequestedFrame(request=request, chunk=chunk))

    async def _read(self) -> None:
        try:
            async for answer in self._call:
                self.told.append(answer)
                if answer.HasField("probe") and self._answers_probes:
                    box_time = stamp(self.now())
                    number = answer.probe.number
                    await self.send(clock=messages.ClockAnswer(number=number, box_time=box_time))
                self._news.set()
        except grpc.aio.AioRpcError as error:
            self.error = to_api_error(error)
        except asyncio.CancelledError:
            pass
        finally:
            self.has_ended = True
            self._news.set()
