"""Streams that stay silent, end early or meet a drain, over real gRPC."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from client.errors import to_api_error
from protos.smartbranch.vision.v1 import gallery_service_pb2 as messages
from protos.smartbranch.vision.v1.gallery_service_pb2_grpc import GalleryServiceStub
from tests.support.server import ServerProcess

pytestmark = pytest.mark.timed

GALLERY = "tenants/default/galleries/streams"
Call = grpc.aio.StreamStreamCall[Any, Any]
RECEIVE_S, SILENCE_S, HEARTBEAT_S = 0.5, 1.5, 0.3


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server whose patience is short, with room for one import."""
    with ServerProcess(
        tmp_path_factory.mktemp("quick"),
        max_import_streams=1,
        receive_limit_s=RECEIVE_S,
        max_silence_s=SILENCE_S,
        heartbeat_s=HEARTBEAT_S,
    ) as running:
        yield running


@pytest.fixture
async def stub(quick: ServerProcess) -> AsyncIterator[Any]:
    async with grpc.aio.insecure_channel(quick.grpc) as channel:
        made = GalleryServiceStub(channel)
        await make_gallery(made)
        yield made


async def make_gallery(stub: Any) -> None:
    await stub.CreateGallery(
        messages.CreateGalleryRequest(
            gallery_id="streams",
            gallery=messages.Gallery(purpose="a test", legal_basis=messages.CONTRACT),
            request_id="once",
        )
    )


async def open_import(stub: Any) -> Call:
    call: Call = stub.ImportSubjects()
    config = messages.ImportConfig(gallery=GALLERY)
    await call.write(messages.ImportSubjectsRequest(config=config))
    await call.read()
    return call


async def end_of(call: Call) -> str:
    try:
        while (await call.read()) is not grpc.aio.EOF:
            pass
    except grpc.aio.AioRpcError as error:
        return to_api_error(error).reason
    return "OK"


async def test_an_import_without_its_config_loses_its_place(stub: Any) -> None:
    """It held one of few places for as long as its caller liked."""
    silent: Call = stub.ImportSubjects()
    assert await end_of(silent) == "DEADLINE_EXCEEDED"
    (await open_import(stub)).cancel()


async def test_a_waiting_sender_hears_how_far_its_import_is(stub: Any) -> None:
    call = await open_import(stub)
    started_s = time.monotonic()
    beats: list[Any] = [await call.read() for _ in range(2)]
    assert time.monotonic() - started_s >= 2 * HEARTBEAT_S - 0.1
    assert {beat.WhichOneof("payload") for beat in beats} == {"progress"}
    await call.done_writing()
    last: Any = await call.read()
    while last.WhichOneof("payload") == "progress":
        last = await call.read()
    assert last.WhichOneof("payload") == "report"


async def test_a_sender_that_stays_silent_has_gone(stub: Any) -> None:
    call = await open_import(stub)
    started_s = time.monotonic()
    assert await end_of(call) == "DEADLINE_EXCEEDED"
    assert SILENCE_S - 0.2 <= time.monotonic() - started_s < SILENCE_S + 2


async def test_an_abandoned_import_frees_its_place_at_once(stub: Any) -> None:
    for _ in range(10):
        call = await open_import(stub)
        call.cancel()
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("is_picture_first", [True, False], ids=["picture first", "config twice"])
async def test_messages_out_of_turn_are_refused(stub: Any, is_picture_first: bool) -> None:
    picture = messages.ImportSubjectsRequest(picture=messages.ImportPicture(sequence=1))
    config = messages.ImportSubjectsRequest(config=messages.ImportConfig(gallery=GALLERY))
    call: Call = stub.ImportSubjects()
    for message in (picture,) if is_picture_first else (config, config):
        await call.write(message)
    assert await end_of(call) == "ARGUMENT_INVALID"


async def test_a_drain_does_not_wait_for_silent_streams(tmp_path: Path) -> None:
    """They were heard of at their next heartbeat alone, later than the drain's limit."""
    with ServerProcess(tmp_path, drain_s=20.0) as server:
        async with grpc.aio.insecure_channel(server.grpc) as channel:
            stub = GalleryServiceStub(channel)
            await make_gallery(stub)
            call = await open_import(stub)
            started_s = time.monotonic()
            server.signal()
            assert await end_of(call) == "DRAINING"
            assert await asyncio.to_thread(server.stop) == 0
            assert time.monotonic() - started_s < 10
        assert not server.events("requests were cut off")
