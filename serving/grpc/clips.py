"""CheckClip: the config first, then a file or chunks, then the end; one answer."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial

from base.clock import Clock
from base.errors import (
    DeadlineExceededError,
    InvalidArgumentError,
    MessageTooLargeError,
    UnfinishedClipError,
)
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from serving.bridge import Bridge
from serving.caller import Caller
from serving.deepfake.books import ClipForgery
from serving.deepfake.desk import ClipDesk
from serving.deepfake.intake import Backlog, ClipIntake
from serving.deepfake.run import ClipRun
from serving.deepfake.service import DeepfakeService
from serving.deepfake.settings import DeepfakeSettings
from serving.deepfake.spool import Spool
from serving.grpc import deepfake_wire as wire
from serving.readiness import Readiness

Request = messages.CheckClipRequest
Response = messages.CheckClipResponse
MAX_PART_BYTES = 1024 * 1024
STEP_LIMIT_S = 10.0  # For one look at a picture, waiting included.
# Who has said its last word ends its side of the call; who does not is answered all the same.
END_LIMIT_S = 1.0


class ClipRunner:
    """Serves clips, a bounded number at once. silence_s: after it, the sender has gone."""

    def __init__(
        self,
        readiness: Readiness,
        desk: ClipDesk,
        bridge: Bridge,
        clock: Clock,
        settings: DeepfakeSettings,
        silence_s: float,
    ) -> None:
        self._readiness = readiness
        self._desk = desk
        self._bridge = bridge
        self._clock = clock
        self._settings = settings
        self._silence_s = silence_s

    async def run(self, requests: AsyncIterator[Request], caller: Caller) -> Response:
        """Answer one stream. Raises the errors of its contract."""
        services = self._readiness.services()
        config: wire.ClipConfig | None = None
        try:
            async with (
                self._desk.clip(caller),
                aclosing(_steady(requests, self._silence_s)) as coming,
            ):
                config = wire.config_of(await _first(coming), caller)
                check = self._check_file if config.is_file else self._check_chunks
                found = await check(services.deepfake, coming, config, caller)
        except BaseException as error:
            if config is not None:
                await self._give_up(services.deepfake, caller, config, error)
            raise
        return wire.clip_message(found, services.facts_of)

    async def _give_up(
        self,
        service: DeepfakeService,
        caller: Caller,
        config: wire.ClipConfig,
        error: BaseException,
    ) -> None:
        """Leave a line for a clip that was begun and ends without an answer."""
        note = partial(service.give_up, caller, config.clip, error, config.request_id)
        await self._bridge.run(note, STEP_LIMIT_S)

    async def _check_file(
        self,
        service: DeepfakeService,
        requests: AsyncIterator[Request],
        config: wire.ClipConfig,
        caller: Caller,
    ) -> ClipForgery:
        with Spool(self._settings.max_clip_bytes) as spool:
            await self._receive_file(requests, spool)
            return await self._desk.check(
                spool,
                lambda path: service.check_file(caller, path, config.wants_heat, config.request_id),
            )

    async def _receive_file(self, requests: AsyncIterator[Request], spool: Spool) -> None:
        async for request in requests:
            kind = request.WhichOneof("payload")
            if kind == "end":
                return await _nothing_more(requests)
            if kind != "file_part":
                raise _out_of_place(kind, "file_part")
            if len(request.file_part) > MAX_PART_BYTES:
                raise MessageTooLargeError(
                    f"the part has {len(request.file_part)} bytes; at most {MAX_PART_BYTES} are "
                    "taken at once",
                    bytes=len(request.file_part),
                    max_bytes=MAX_PART_BYTES,
                )
            await self._bridge.run(partial(spool.write, request.file_part), STEP_LIMIT_S)
        raise _unfinished()

    async def _check_chunks(
        self,
        service: DeepfakeService,
        requests: AsyncIterator[Request],
        config: wire.ClipConfig,
        caller: Caller,
    ) -> ClipForgery:
        run = await self._bridge.run(
            lambda: service.open_run(caller, config.clip, config.wants_heat, config.request_id),
            STEP_LIMIT_S,
        )
        intake, backlog = ClipIntake(self._settings, config.clip is not None), Backlog()
        receiving = asyncio.create_task(self._receive_chunks(requests, intake, backlog))
        try:
            return await self._look(run, backlog, receiving)
        finally:
            receiving.cancel()
            await asyncio.wait({receiving})
            run.close()

    async def _look(
        self, run: ClipRun, backlog: Backlog, receiving: "asyncio.Task[messages.ClipEnd]"
    ) -> ClipForgery:
        while (chunk := await backlog.take()) is not None:
            step = partial(run.take, chunk)
            found = await self._bridge.run(step, STEP_LIMIT_S, is_step=True)
            if found is not None:
                return found
        end = await receiving
        return await self._bridge.run(
            partial(run.finish, end.last_sequence, end.chain_hash), STEP_LIMIT_S
        )

    async def _receive_chunks(
        self, requests: AsyncIterator[Request], intake: ClipIntake, backlog: Backlog
    ) -> messages.ClipEnd:
        """Take chunks in until the end, which is returned; what is wrong goes to the backlog."""
        end = messages.ClipEnd()
        try:
            end = await self._take_chunks(requests, intake, backlog)
        except Exception as error:
            await backlog.end(error)
        else:
            await backlog.end()
        return end

    async def _take_chunks(
        self, requests: AsyncIterator[Request], intake: ClipIntake, backlog: Backlog
    ) -> messages.ClipEnd:
        async for request in requests:
            kind = request.WhichOneof("payload")
            if kind == "end":
                intake.finish(request.end.last_sequence)
                await _nothing_more(requests)
                return request.end
            if kind != "chunk":
                raise _out_of_place(kind, "chunk")
            # Now, and not when it is looked at: a clip is told by when it came.
            chunk = wire.chunk_of(request.chunk, self._clock.monotonic(), intake.is_signed)
            intake.accept(chunk.media)
            await backlog.put(chunk)
        raise _unfinished()


async def _steady(
    requests: AsyncIterator[Request], silence_s: float
) -> AsyncGenerator[Request, None]:
    """Yield what comes. Raises DeadlineExceededError after silence."""
    while True:
        try:
            async with asyncio.timeout(silence_s):
                request = await anext(requests, None)
        except TimeoutError:
            raise DeadlineExceededError(f"nothing came for {silence_s:g} s") from None
        if request is None:
            return
        yield request


async def _first(requests: AsyncIterator[Request]) -> messages.ClipConfig:
    request = await anext(requests, None)
    if request is None or request.WhichOneof("payload") != "config":
        raise InvalidArgumentError("the first message of a clip is its config", field="config")
    return request.config


async def _nothing_more(requests: AsyncIterator[Request]) -> None:
    """Refuse what comes behind the end. Raises InvalidArgumentError."""
    try:
        async with asyncio.timeout(END_LIMIT_S):
            request = await anext(requests, None)
    except TimeoutError:
        return
    if request is not None:
        raise InvalidArgumentError("nothing may follow the end of a clip", field="payload")


def _out_of_place(kind: str | None, wanted: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"got {kind or 'an empty message'} where {wanted} or end was expected", field="payload"
    )


def _unfinished() -> UnfinishedClipError:
    return UnfinishedClipError("the stream ended before the clip did; send its end last")
