"""VerifyFaces calls against a running server, one after another or many at once."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import grpc

from bench.pictures import PicturePair
from bench.server import RunningServer
from protos.smartbranch.vision.v1 import face_pb2, face_service_pb2, face_service_pb2_grpc


def requests_for(pairs: Sequence[PicturePair]) -> list[face_service_pb2.VerifyFacesRequest]:
    """Return one request a pair; the largest face counts."""
    return [
        face_service_pb2.VerifyFacesRequest(
            reference_picture=reference,
            probe_picture=probe,
            selection=face_pb2.FaceSelection.LARGEST,
        )
        for reference, probe in pairs
    ]


class SingleCaller:
    """One caller that waits for each answer; close it after use."""

    def __init__(self, server: RunningServer, pairs: Sequence[PicturePair]) -> None:
        self._channel = server.channel()
        self._stub = face_service_pb2_grpc.FaceServiceStub(self._channel)
        self._requests = requests_for(pairs)

    def verify(self, number: int) -> face_service_pb2.VerifyFacesResponse:
        """Send the n-th pair and wait for the answer."""
        answer: face_service_pb2.VerifyFacesResponse = self._stub.VerifyFaces(
            self._requests[number % len(self._requests)], timeout=60
        )
        return answer

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def served_per_s(
    server: RunningServer, pairs: Sequence[PicturePair], callers: int, span_s: float
) -> float:
    """Let `callers` call side by side for `span_s`; return answered calls a second."""
    return asyncio.run(_closed_loop(server, pairs, callers, span_s))


async def _closed_loop(
    server: RunningServer, pairs: Sequence[PicturePair], callers: int, span_s: float
) -> float:
    requests = requests_for(pairs)
    async with server.aio_channel() as channel:
        stub = face_service_pb2_grpc.FaceServiceStub(channel)
        started = time.perf_counter()

        async def call(first: int) -> int:
            done = 0
            while time.perf_counter() - started < span_s:
                await stub.VerifyFaces(requests[(first + done) % len(requests)], timeout=60)
                done += 1
            return done

        done = sum(await asyncio.gather(*(call(number) for number in range(callers))))
    return done / (time.perf_counter() - started)


@dataclass(slots=True)
class FloodTally:
    """How a flood went: calls by the code they ended with, and the server's memory on the way."""

    codes: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    sending_s: float = 0.0
    answering_s: float = 0.0
    peak_bytes: int = 0


def flood(
    server: RunningServer,
    pairs: Sequence[PicturePair],
    calls_per_s: float,
    span_s: float,
    deadline_s: float,
) -> FloodTally:
    """Send at a fixed rate whether or not answers come, then wait for the last ones."""
    return asyncio.run(_open_loop(server, pairs, calls_per_s, span_s, deadline_s))


async def _open_loop(
    server: RunningServer,
    pairs: Sequence[PicturePair],
    calls_per_s: float,
    span_s: float,
    deadline_s: float,
) -> FloodTally:
    tally = FloodTally()
    requests = requests_for(pairs)
    async with server.aio_channel() as channel:
        stub = face_service_pb2_grpc.FaceServiceStub(channel)

        async def call(number: int) -> None:
            try:
                await stub.VerifyFaces(requests[number % len(requests)], timeout=deadline_s)
                tally.codes["OK"] += 1
            except grpc.aio.AioRpcError as error:
                tally.codes[error.code().name] += 1

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            while (elapsed := time.perf_counter() - started) < span_s:
                due = int(elapsed * calls_per_s) + 1
                for number in range(tally.sent, due):
                    group.create_task(call(number))
                tally.sent = max(tally.sent, due)
                tally.peak_bytes = max(tally.peak_bytes, server.resident_bytes())
                await asyncio.sleep(0.01)
            tally.sending_s = time.perf_counter() - started
        tally.answering_s = time.perf_counter() - started
        tally.peak_bytes = max(tally.peak_bytes, server.resident_bytes())
    return tally
