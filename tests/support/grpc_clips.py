"""Clips over real gRPC, message by message."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import grpc

from client.errors import to_api_error
from media.pictures import encode_jpeg
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from protos.smartbranch.media.v1 import media_pb2
from serving.telemetry.metrics import Metrics
from tests.support.clips import square_picture

Request = messages.CheckClipRequest
JPEG, PNG = media_pb2.MediaChunk.JPEG, media_pb2.MediaChunk.PNG
PCM = media_pb2.MediaChunk.PCM_S16LE_16KHZ
CHUNKS = messages.ClipConfig.CHUNKS
PICTURE = encode_jpeg(square_picture())
SOUND = bytes(3_200)  # A tenth of a second.


def config(**more: Any) -> Request:
    return Request(config=messages.ClipConfig(**more))


def chunks_config(**more: Any) -> Request:
    return config(content=CHUNKS, **more)


def part(data: bytes) -> Request:
    return Request(file_part=data)


def parts(data: bytes, size: int = 256 * 1024) -> list[Request]:
    return [part(data[start : start + size]) for start in range(0, len(data), size)]


def chunk(sequence: int, data: bytes = PICTURE, **more: Any) -> Request:
    made = media_pb2.MediaChunk(sequence=sequence, data=data, **{"codec": JPEG, **more})
    return Request(chunk=made)


def chunks(count: int) -> list[Request]:
    return [chunk(number) for number in range(1, count + 1)]


def end(**more: Any) -> Request:
    return Request(end=messages.ClipEnd(**more))


async def ask(stub: Any, requests: Iterable[Request], **more: Any) -> Any:
    """Return the answer. Raises ApiError."""
    try:
        return await stub.CheckClip(_each(requests), timeout=30, **more)
    except grpc.aio.AioRpcError as error:
        raise to_api_error(error) from error


async def reason_of(stub: Any, requests: Iterable[Request], **more: Any) -> str:
    """Return the reason that a clip is refused with."""
    try:
        await stub.CheckClip(_each(requests), timeout=30, **more)
    except grpc.aio.AioRpcError as error:
        return to_api_error(error).reason
    return "OK"


async def until(holds: Callable[[], bool], limit_s: float = 10.0) -> None:
    """Wait until a condition holds that nothing tells of."""
    async with asyncio.timeout(limit_s):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def clip_codes(metrics: Metrics) -> list[str]:
    """Return the codes that clips ended with, by the server's metrics; each once."""
    samples = (one for metric in metrics.registry.collect() for one in metric.samples)
    return [
        sample.labels["code"]
        for sample in samples
        if sample.name == "smartbranch_requests_total"
        and sample.labels["method"].endswith("CheckClip")
    ]


async def _each(requests: Iterable[Request]) -> AsyncIterator[Request]:
    for request in requests:
        yield request
