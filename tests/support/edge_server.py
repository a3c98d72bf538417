"""The box's side of the contract, from the other side: a server that a test scripts.

Real gRPC on a real port. What it has taken survives its own restarts, as a database would.
"""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.protobuf.duration_pb2 import Duration
from grpc.aio import ServicerContext

from base.errors import DeviceCodeInvalidError, DeviceRevokedError, SmartBranchError
from protos.smartbranch.edge.v1 import edge_pb2
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.edge.v1.edge_service_pb2_grpc import (
    EdgeServiceServicer,
    add_EdgeServiceServicer_to_server,
)
from protos.smartbranch.media.v1 import media_pb2
from serving.failures import failure_of
from serving.grpc.status import abort
from tests.support.certificates import Authority, Files

DEVICE = "tenants/bank-a/devices/box-1"
Response = messages.StreamCameraResponse
Context = ServicerContext[Any, Any]


@dataclass
class Books:
    """What the server has: the last number by camera, and what came in which order.

    places: the track of each record, by camera and number.
    """

    last: Counter[str] = field(default_factory=Counter)
    taken: dict[str, list[int]] = field(default_factory=dict)
    records: list[edge_pb2.EdgeRecord] = field(default_factory=list)
    places: dict[tuple[str, int], str] = field(default_factory=dict)
    repeat_count: int = 0
    missing_count: int = 0

    def take(self, camera: str, record: edge_pb2.EdgeRecord) -> None:
        """Count a record once."""
        if record.sequence <= self.last[camera]:
            self.repeat_count += 1
            return
        self.missing_count += record.sequence - self.last[camera] - 1
        self.last[camera] = record.sequence
        self.taken.setdefault(camera, []).append(record.sequence)
        self.records.append(record)
        self.places[camera, record.sequence] = record.sighting.track

    def tracks(self) -> list[str]:
        """The tracks of all sightings in the order in which they came."""
        return [one.sighting.track for one in self.records if one.HasField("sighting")]


@dataclass
class Script:
    """What a test has the server do. refuse: raises what a hello or record is refused with."""

    window: int = 8
    silence_s: float = 5.0
    holds_acks: bool = False
    is_silent: bool = False
    scene: edge_pb2.CameraScene = field(default_factory=edge_pb2.CameraScene)
    refuse: Callable[[messages.StreamCameraRequest], None] = lambda request: None
    answers_registration: Callable[[messages.RegisterDeviceRequest], None] = lambda request: None
    code: str = "good-code"
    valid_for: dt.timedelta = dt.timedelta(days=90)
    stream_address: str = ""


class OpenStream:
    """One stream that is open: what came over it, and what is to be sent."""

    def __init__(self, hello: messages.CameraHello) -> None:
        self.hello = hello
        self.came: list[messages.StreamCameraRequest] = []
        self.outgoing: asyncio.Queue[Response | SmartBranchError] = asyncio.Queue()
        self.unacknowledged = 0
        self.most_unacknowledged = 0

    def send(self, **payload: Any) -> None:
        """Tell the box something."""
        self.outgoing.put_nowait(Response(**payload))

    def of(self, kind: str) -> list[Any]:
        """Return what came of one kind."""
        return [getattr(one, kind) for one in self.came if one.WhichOneof("payload") == kind]


class ScriptedServer(EdgeServiceServicer):
    """A server that can be stopped and started again on the same port."""

    def __init__(
        self,
        authority: Authority | None = None,
        files: Files | None = None,
        wants_certificate: bool = False,
    ) -> None:
        self.authority = authority
        self._files = files
        self._wants_certificate = wants_certificate
        self.books = Books()
        self.script = Script()
        self.opened: list[OpenStream] = []
        self.registrations: list[messages.RegisterDeviceRequest] = []
        self.renewal_count = 0
        self.shown: list[bytes] = []
        self._certificates: dict[tuple[str, bytes], bytes] = {}
        self._server: grpc.aio.Server | None = None
        self.port = 0

    @property
    def address(self) -> str:
        """Where it is."""
        return f"127.0.0.1:{self.port}"

    @property
    def stream(self) -> OpenStream:
        """The newest stream."""
        return self.opened[-1]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, again on the same port."""
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        add_EdgeServiceServicer_to_server(self, self._server)
        place = f"127.0.0.1:{self.port}"
        if self._files is None:
            self.port = self._server.add_insecure_port(place)
        else:
            assert self.authority is not None
            credentials = grpc.ssl_server_credentials(
                [(self._files.key.read_bytes(), self._files.cert.read_bytes())],
                self.authority.cert.read_bytes() if self._wants_certificate else None,
                self._wants_certificate,
            )
            self.port = self._server.add_secure_port(place, credentials)
        await self._server.start()

    async def stop(self) -> None:
        """Cut every connection."""
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    async def until(self, condition: Callable[[], bool], limit_s: float = 20.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 - What is waited for is spread over objects.
                await asyncio.sleep(0.005)

    async def RegisterDevice(
        self, request: messages.RegisterDeviceRequest, context: Context
    ) -> messages.RegisterDeviceResponse:
        self.registrations.append(request)
        try:
            if request.code != self.script.code:
                raise DeviceCodeInvalidError("the code is unknown, used or expired; get another")
            certificate = self._certify(request.request_id, request.certificate_request)
            self.script.answers_registration(request)
        except SmartBranchError as error:
            await abort(context, failure_of(error, "req-1"), "req-1")
        assert self.authority is not None
        return messages.RegisterDeviceResponse(
            device=messages.Device(name=DEVICE),
            certificate=certificate,
            authority=self.authority.cert.read_bytes(),
            stream_address=self.script.stream_address,
        )

    async def RenewCertificate(
        self, request: messages.RenewCertificateRequest, context: Context
    ) -> messages.RenewCertificateResponse:
        self.renewal_count += 1
        certificate = self._certify(request.request_id, request.certificate_request)
        return messages.RenewCertificateResponse(certificate=certificate)

    def _certify(self, request_id: str, request: bytes) -> bytes:
        assert self.authority is not None
        made = self._certificates.get((request_id, request_key(request)))
        if made is None:
            made = self.authority.sign(request, "box-1", "bank-a", self.script.valid_for)
            self._certificates[request_id, request_key(request)] = made
        return made

    async def StreamCamera(
        self, requests: AsyncIterator[messages.StreamCameraRequest], context: Context
    ) -> AsyncIterator[Response]:
        first = await anext(requests)
        await self._check(first, context)
        self.shown.append(b"".join(context.auth_context().get("x509_pem_cert", [])))
        stream = OpenStream(first.hello)
        self.opened.append(stream)
        yield self._opened(first.hello.camera)
        reading = asyncio.create_task(self._read(stream, requests))
        try:
            while True:
                said = await stream.outgoing.get()
                if isinstance(said, SmartBranchError):
                    await abort(context, failure_of(said, "req-1"), "req-1")
                else:
                    yield said
        finally:
            reading.cancel()

    def _opened(self, camera: str) -> Response:
        silence = Duration()
        silence.FromNanoseconds(round(self.script.silence_s * 1e9))
        return Response(
            opened=messages.CameraOpened(
                last_sequence=self.books.last[camera],
                scene=self.script.scene,
                silence_limit=silence,
                window=self.script.window,
            )
        )

    async def _read(
        self, stream: OpenStream, requests: AsyncIterator[messages.StreamCameraRequest]
    ) -> None:
        async for request in requests:
            stream.came.append(request)
            try:
                self.script.refuse(request)
            except SmartBranchError as error:
                stream.outgoing.put_nowait(error)
                return
            if request.WhichOneof("payload") == "record":
                self._take(stream, request.record)
            elif not self.script.is_silent:
                stream.send(heartbeat=media_pb2.Heartbeat())

    def _take(self, stream: OpenStream, record: edge_pb2.EdgeRecord) -> None:
        camera = stream.hello.camera
        self.books.take(camera, record)
        stream.unacknowledged += 1
        stream.most_unacknowledged = max(stream.most_unacknowledged, stream.unacknowledged)
        if not self.script.holds_acks:
            stream.unacknowledged = 0
            stream.send(ack=media_pb2.Ack(sequence=self.books.last[camera]))

    async def _check(self, request: messages.StreamCameraRequest, context: Context) -> None:
        try:
            self.script.refuse(request)
        except SmartBranchError as error:
            await abort(context, failure_of(error, "req-1"), "req-1")


def request_key(request: bytes) -> bytes:
    """Return what two signing requests of one key have in common."""
    key = x509.load_pem_x509_csr(request).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def revoked(request: messages.StreamCameraRequest) -> None:
    """Refuse every hello: the device's rights were taken away."""
    if request.HasField("hello"):
        raise DeviceRevokedError("the device was revoked; register it anew")


def certificates(folder: Path) -> tuple[Authority, Files]:
    """Return an authority and a certificate for a server on loopback."""
    authority = Authority(folder)
    return authority, authority.issue("server")
