"""The import stream: its config first, then pictures, each acknowledged when it is durable."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from base.errors import DrainingError, InvalidArgumentError
from base.ids import GalleryName
from protos.smartbranch.vision.v1 import gallery_service_pb2 as messages
from serving.caller import Caller
from serving.galleries.imports import ImportSession
from serving.galleries.types import ImportProgress
from serving.gate import Gate, current_caller
from serving.grpc import gallery_wire as wire
from serving.grpc.desk import Desk
from serving.limits import Slots

HEARTBEAT_S = 10.0
MAX_SILENCE_S = 300.0  # A sender that stays silent for longer has gone; it can resume.
Request = messages.ImportSubjectsRequest
Response = messages.ImportSubjectsResponse


class ImportRunner:
    """Serves import streams, a bounded number at once."""

    def __init__(self, desk: Desk, gate: Gate, slots: Slots) -> None:
        self._desk = desk
        self._gate = gate
        self._slots = slots

    async def run(
        self, requests: AsyncIterator[Request], context: ServicerContext[Any, Any]
    ) -> AsyncIterator[Response]:
        """Answer one stream."""
        caller = current_caller()
        with self._slots.slot():
            session = await self._open(await self._first(requests), caller, context)
            yield wire.progress_message(session.progress)
            async for progress in self._accept_all(requests, session, context):
                yield wire.progress_message(progress)
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

    async def _accept_all(
        self,
        requests: AsyncIterator[Request],
        session: ImportSession,
        context: ServicerContext[Any, Any],
    ) -> AsyncIterator[ImportProgress]:
        progress = session.progress
        async for request in _with_heartbeats(requests):
            if self._gate.is_draining:
                raise DrainingError("the server is stopping; resume the import in a moment")
            if request is None:
                yield progress
                continue
            if request.WhichOneof("payload") != "picture":
                raise InvalidArgumentError(
                    "every message after the first one is a picture", field="picture"
                )
            progress = await self._store(session, request.picture, context)
            yield progress

    async def _store(
        self,
        session: ImportSession,
        picture: messages.ImportPicture,
        context: ServicerContext[Any, Any],
    ) -> ImportProgress:
        item = wire.item_of(picture)
        return await self._desk.run(context, lambda _: session.accept(item))


async def _with_heartbeats(requests: AsyncIterator[Request]) -> AsyncIterator[Request | None]:
    """Yield the requests, and None after each time of silence. Ends when the sender has gone."""
    silence_s = 0.0
    pending: asyncio.Future[Request | None] = asyncio.ensure_future(_next(requests))
    try:
        while silence_s < MAX_SILENCE_S:
            done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT_S)
            if not done:
                silence_s += HEARTBEAT_S
                yield None
                continue
            request = pending.result()
            if request is None:
                return
            silence_s = 0.0
            yield request
            pending = asyncio.ensure_future(_next(requests))
        raise InvalidArgumentError(f"no picture came for {MAX_SILENCE_S:g} s; resume the import")
    finally:
        pending.cancel()


async def _next(requests: AsyncIterator[Request]) -> Request | None:
    return await anext(requests, None)
