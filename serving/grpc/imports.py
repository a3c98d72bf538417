"""The import stream: its config first, then pictures, each acknowledged when it is durable."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from grpc.aio import ServicerContext

from base.errors import InvalidArgumentError
from base.ids import GalleryName
from protos.smartbranch.vision.v1 import gallery_service_pb2 as messages
from serving.caller import Caller
from serving.galleries.imports import ImportSession
from serving.galleries.types import ImportProgress
from serving.gate import current_caller
from serving.grpc import gallery_wire as wire
from serving.grpc.desk import Desk
from serving.limits import Slots

Request = messages.ImportSubjectsRequest
Response = messages.ImportSubjectsResponse


class ImportRunner:
    """Serves import streams, a bounded number at once.

    heartbeat_s: time after which a sender that waits is told again how far its import is.
    """

    def __init__(self, desk: Desk, slots: Slots, heartbeat_s: float) -> None:
        self._desk = desk
        self._slots = slots
        self._heartbeat_s = heartbeat_s

    async def run(
        self, requests: AsyncIterator[Request], context: ServicerContext[Any, Any]
    ) -> AsyncGenerator[Response, None]:
        """Answer one stream."""
        caller = current_caller()
        with self._slots.slot(caller.tenant):
            session = await self._open(await self._first(requests), caller, context)
            yield wire.progress_message(session.progress)
            async with aclosing(_with_heartbeats(requests, self._heartbeat_s)) as news:
                async for request in news:
                    yield wire.progress_message(await self._take(request, session, context))
            report = await self._desk.run(context, lambda _: session.finish())
            yield wire.report_message(report)

    async def _first(self, requests: AsyncIterator[Request]) -> messages.ImportConfig:
        request = await anext(requests, None)
        if request is None or request.WhichOneof("payload") != "config":
            raise InvalidArgumentError(
                "the first message of an import is its config", field="config"
            )
        return request.config

    async def _open(
        self, config: messages.ImportConfig, caller: Caller, context: ServicerContext[Any, Any]
    ) -> ImportSession:
        gallery = GalleryName.parse(config.gallery)
        import_id = config.import_id or None
        return await self._desk.run(
            context, lambda services: services.galleries.open_import(caller, gallery, import_id)
        )

    async def _take(
        self, request: Request | None, session: ImportSession, context: ServicerContext[Any, Any]
    ) -> ImportProgress:
        """Store one picture and say how far the import is; after silence, only say it."""
        if request is None:
            return session.progress
        if request.WhichOneof("payload") != "picture":
            raise InvalidArgumentError(
                "every message after the first one is a picture", field="picture"
            )
        item = wire.item_of(request.picture)
        return await self._desk.run(context, lambda _: session.accept(item))


async def _with_heartbeats(
    requests: AsyncIterator[Request], heartbeat_s: float
) -> AsyncGenerator[Request | None, None]:
    """Yield the requests, and None after each `heartbeat_s` of silence."""
    pending: asyncio.Future[Request | None] = asyncio.ensure_future(_next(requests))
    try:
        while True:
            done, _ = await asyncio.wait({pending}, timeout=heartbeat_s)
            if not done:
                yield None
                continue
            request = pending.result()
            if request is None:
                return
            yield request
            pending = asyncio.ensure_future(_next(requests))
    finally:
        pending.cancel()
        await asyncio.wait({pending})


async def _next(requests: AsyncIterator[Request]) -> Request | None:
    return await anext(requests, None)
