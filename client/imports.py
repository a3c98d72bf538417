"""An import stream that survives a lost connection."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING

import grpc

from client import wire
from client.connection import Connection
from client.errors import ApiError, to_api_error
from client.types import ImportPicture, ImportProgress, ImportReport
from protos.smartbranch.vision.v1 import gallery_service_pb2 as messages

if TYPE_CHECKING:
    from protos.smartbranch.vision.v1.gallery_service_pb2_grpc import GalleryServiceAsyncStub

# The pictures behind the first `n`, counted from 1: `source(0)` yields all of them.
Source = Sequence[ImportPicture] | Callable[[int], AsyncIterator[ImportPicture]]
Update = ImportProgress | ImportReport
MAX_UNACKNOWLEDGED = 16  # Pictures on their way; more would only wait in the server's memory.


class _Stream:
    """What is known of one import over all of its streams."""

    def __init__(self, gallery: str, source: Source, import_id: str) -> None:
        self._gallery = gallery
        self._source = source
        self.import_id = import_id
        self.acknowledged = 0
        self._is_open = asyncio.Event()
        self._room = asyncio.Semaphore(MAX_UNACKNOWLEDGED)

    def reopen(self) -> None:
        """Begin another stream behind what is acknowledged."""
        self._is_open = asyncio.Event()
        self._room = asyncio.Semaphore(MAX_UNACKNOWLEDGED)

    def note(self, progress: ImportProgress) -> None:
        """Take in how far the server has come."""
        self.import_id = progress.import_id
        for _ in range(progress.acknowledged_sequence - self.acknowledged):
            if self._is_open.is_set():
                self._room.release()
        self.acknowledged = progress.acknowledged_sequence
        self._is_open.set()

    async def requests(self) -> AsyncIterator[messages.ImportSubjectsRequest]:
        """Yield the config, then every picture that the server does not have."""
        config = messages.ImportConfig(gallery=self._gallery, import_id=self.import_id)
        yield messages.ImportSubjectsRequest(config=config)
        await self._is_open.wait()
        sequence = self.acknowledged
        async for picture in self._pictures(sequence):
            sequence += 1
            await self._room.acquire()
            yield messages.ImportSubjectsRequest(picture=_picture_message(sequence, picture))

    async def _pictures(self, behind: int) -> AsyncIterator[ImportPicture]:
        if isinstance(self._source, Sequence):
            for picture in self._source[behind:]:
                yield picture
        else:
            async for picture in self._source(behind):
                yield picture


async def run_import(
    connection: Connection,
    stub: "GalleryServiceAsyncStub",
    gallery: str,
    source: Source,
    import_id: str,
) -> AsyncIterator[Update]:
    """Yield progress and, last, the report. Raises ApiError if it cannot go on."""
    stream = _Stream(gallery, source, import_id)
    attempt = 0
    while True:
        before = stream.acknowledged
        try:
            async for update in _run_once(connection, stub, stream):
                yield update
            return
        except ApiError as error:
            failure = error
        attempt = 1 if stream.acknowledged > before else attempt + 1
        if not failure.is_unavailable or attempt >= connection.retry.attempts:
            raise failure
        await asyncio.sleep(connection.retry.wait_s(attempt))
        stream.reopen()


async def _run_once(
    connection: Connection, stub: "GalleryServiceAsyncStub", stream: _Stream
) -> AsyncIterator[Update]:
    call = stub.ImportSubjects(stream.requests(), metadata=connection.metadata)
    try:
        async for response in call:
            if response.WhichOneof("payload") == "report":
                yield wire.report_from(response.report)
            elif response.WhichOneof("payload") == "progress":
                progress = wire.progress_from(response.progress)
                stream.note(progress)
                yield progress
    except grpc.aio.AioRpcError as error:
        raise to_api_error(error) from error
    finally:
        call.cancel()


def _picture_message(sequence: int, picture: ImportPicture) -> messages.ImportPicture:
    return messages.ImportPicture(
        sequence=sequence,
        subject_id=picture.subject_id,
        picture=picture.picture,
        filename=picture.filename,
        display_name=picture.display_name,
        consent=wire.consent_to(picture.consent),
    )
