"""Cameras of a bench: streams of a box that tell of being covered and going down, in turn."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf.timestamp_pb2 import Timestamp

from protos.smartbranch.edge.v1 import edge_pb2
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.edge.v1.edge_service_pb2_grpc import DeviceServiceStub, EdgeServiceStub

_STATES = (edge_pb2.CameraReport.COVERED, edge_pb2.CameraReport.DOWN)


async def register_box(channel: grpc.aio.Channel, device: str, branch: str) -> None:
    """Register a box for a branch, as one that is set up does."""
    wanted = messages.CreateDeviceCodeRequest(device=device, branch=branch)
    made = await DeviceServiceStub(channel).CreateDeviceCode(wanted)
    request = messages.RegisterDeviceRequest(
        code=made.code, certificate_request=_certificate_request(), request_id=device
    )
    await EdgeServiceStub(channel).RegisterDevice(request)


def _certificate_request() -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


@dataclass
class BenchCamera:
    """One camera's stream. sent_s: when each record was sent that nobody has told of yet."""

    device: str
    camera: str
    branch: str
    sent_s: dict[int, float] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    acknowledged: int = 0
    _outgoing: asyncio.Queue[messages.StreamCameraRequest | None] = field(
        default_factory=asyncio.Queue
    )
    _count: int = 0

    @property
    def name(self) -> str:
        """As alerts name it."""
        return f"{self.device}/{self.camera}"

    @property
    def record_count(self) -> int:
        """How many records were sent."""
        return self._count

    def tell(self) -> None:
        """Say that the camera is covered, or down: the other than before."""
        self._count += 1
        report = edge_pb2.CameraReport(
            state=_STATES[self._count % 2], start_time=_now(), reason="BENCH"
        )
        record = edge_pb2.EdgeRecord(sequence=self._count, report=report)
        self.sent_s[self._count] = time.perf_counter()
        self._outgoing.put_nowait(messages.StreamCameraRequest(record=record))

    def close(self) -> None:
        """End the stream."""
        self._outgoing.put_nowait(None)

    async def run(self, channel: grpc.aio.Channel) -> None:
        """Keep the stream open until `close`."""
        async for answer in EdgeServiceStub(channel).StreamCamera(self._requests()):
            kind = answer.WhichOneof("payload")
            if kind == "probe":
                clock = messages.ClockAnswer(number=answer.probe.number, box_time=_now())
                self._outgoing.put_nowait(messages.StreamCameraRequest(clock=clock))
                self.ready.set()
            elif kind == "ack":
                self.acknowledged = answer.ack.sequence

    async def _requests(self) -> AsyncIterator[messages.StreamCameraRequest]:
        device = f"tenants/default/devices/{self.device}"
        hello = messages.CameraHello(camera=self.camera, device=device)
        yield messages.StreamCameraRequest(hello=hello)
        while (request := await self._outgoing.get()) is not None:
            yield request


def _now() -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(datetime.now(UTC))
    return stamp
