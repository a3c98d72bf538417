"""StreamCamera: the hello first, then records that are taken one by one; answers beside them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import (
    CapacityError,
    DeadlineExceededError,
    InvalidArgumentError,
    InvalidInputError,
)
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from serving.bridge import Bridge
from serving.caller import Caller
from serving.edge.cameras import OpenedCamera
from serving.edge.counts import kind_of
from serving.edge.frames import FullFrame
from serving.edge.intake import Fate, Taken
from serving.edge.link import CameraLink
from serving.edge.service import EdgeService
from serving.grpc import edge_wire as wire
from serving.grpc.edge_backlog import Arrival, RecordBacklog
from serving.grpc.edge_wire_records import RecordContext, check_record, record_of
from serving.limits import Slots
from serving.readiness import Readiness

T = TypeVar("T")
Request = messages.StreamCameraRequest
Response = messages.StreamCameraResponse
STEP_LIMIT_S = 30.0  # For one record, or one step of opening and closing.
BUSY_WAIT_S, LONGEST_BUSY_WAIT_S = 0.05, 2.0


class CameraRunner:
    """Serves the streams of cameras, a bounded number at once."""

    def __init__(
        self,
        readiness: Readiness,
        slots: Slots,
        bridge: Bridge,
        clock: Clock,
        log: FilteringBoundLogger,
    ) -> None:
        self._readiness = readiness
        self._slots = slots
        self._bridge = bridge
        self._clock = clock
        self._log = log
        self._closing: set[asyncio.Task[None]] = set()

    async def run(
        self,
        requests: AsyncIterator[Request],
        caller: Caller,
        serial: str | None,
        is_believed: bool,
    ) -> AsyncGenerator[Response, None]:
        """Answer one stream. serial: of a certificate of our own authority.

        is_believed: as in `hello_of`. Raises the errors of its contract.
        """
        edge = self._readiness.services().edge
        hello = wire.hello_of(await _first(requests), caller, is_believed)
        camera = await self._step(partial(edge.books.check, hello.name, serial))
        # The slot comes last: a camera that comes back must not wait for its own older stream's.
        async with edge.hub.link(camera) as link:
            with self._slots.slot(caller.tenant):
                opened = await self._step(partial(_open, edge, hello, serial))
                async with aclosing(self._carry(edge, link, opened, requests)) as answers:
                    async for answer in answers:
                        yield answer

    async def _carry(
        self,
        edge: EdgeService,
        link: CameraLink,
        opened: OpenedCamera,
        requests: AsyncIterator[Request],
    ) -> AsyncGenerator[Response, None]:
        link.last_sequence = opened.last_sequence
        backlog = RecordBacklog(edge.settings.window)
        await self._step(partial(edge.sink.connected, opened.camera, self._clock.now()))
        tasks = {
            asyncio.create_task(self._receive(link, backlog, requests)),
            asyncio.create_task(self._work(edge, link, backlog)),
        }
        try:
            yield wire.opened_message(opened, edge.settings)
            async with aclosing(link.answers()) as answers:
                async for answer in answers:
                    yield wire.answer_message(answer, self._clock)
        finally:
            await self._leave(edge, link, tasks)

    async def _leave(
        self, edge: EdgeService, link: CameraLink, tasks: set["asyncio.Task[None]"]
    ) -> None:
        """End what the stream has begun, even if whoever waits for that is cancelled once more."""
        closing = asyncio.create_task(self._close(edge, link, tasks))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        await asyncio.shield(closing)

    async def _close(
        self, edge: EdgeService, link: CameraLink, tasks: set["asyncio.Task[None]"]
    ) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        camera, seen_at = link.camera, link.last_seen_at
        try:
            await self._step(partial(edge.sink.disconnected, camera, self._clock.now()))
            offset_s = link.box_clock.offset_s
            await self._step(partial(edge.books.note_link, camera, seen_at, offset_s))
        except Exception:
            self._log.exception("camera not closed", camera=str(camera.ref), tenant=camera.tenant)

    async def _receive(
        self, link: CameraLink, backlog: RecordBacklog, requests: AsyncIterator[Request]
    ) -> None:
        """Take messages in until the box hangs up; say how that came."""
        try:
            async for request in requests:
                link.heard()
                await self._take_in(link, backlog, request)
            await backlog.drained()
            link.end()
        except Exception as error:
            link.end(error)

    async def _take_in(self, link: CameraLink, backlog: RecordBacklog, request: Request) -> None:
        kind = request.WhichOneof("payload")
        if kind == "record":
            check_record(request.record)
            with link.waiting():
                arrival = Arrival(request.record, self._clock.now())
                await backlog.put(arrival, can_wait=link.box_clock.is_known.is_set())
        elif kind == "health":
            link.health = wire.health_of(request.health)
        elif kind == "clock":
            link.answered(*wire.clock_of(request.clock))
        elif kind == "frame":
            request_id, picture, box_time = wire.frame_of(request.frame)
            link.frame(request_id, FullFrame(picture, link.box_clock.to_server(box_time)))
        elif kind != "heartbeat":
            raise InvalidArgumentError(
                f"got {kind or 'an empty message'} behind the hello", field="payload"
            )

    async def _work(self, edge: EdgeService, link: CameraLink, backlog: RecordBacklog) -> None:
        """Take records one by one; what ends that ends the stream."""
        try:
            await self._wait_for_clock(edge, link, backlog)
            while True:
                taken = await self._take(edge, link, await backlog.first())
                await backlog.done()
                link.taken(taken.last_sequence)
        except Exception as error:
            link.end(error)

    async def _wait_for_clock(
        self, edge: EdgeService, link: CameraLink, backlog: RecordBacklog
    ) -> None:
        """Wait until times can be told; the first offset is kept at once."""
        await backlog.first()
        try:
            async with asyncio.timeout(edge.settings.silence_s):
                await link.box_clock.is_known.wait()
        except TimeoutError:
            raise DeadlineExceededError("records came, and no answer to a clock probe") from None
        note = partial(
            edge.books.note_link, link.camera, link.last_seen_at, link.box_clock.offset_s
        )
        await self._step(note)

    async def _take(self, edge: EdgeService, link: CameraLink, arrival: Arrival) -> Taken:
        camera, message = link.camera, arrival.record
        scene = edge.scene_of(camera.tenant, camera.ref)
        context = RecordContext(camera.ref, scene, link.box_clock.to_server)
        try:
            record, report = record_of(message, context)
        except InvalidInputError as error:
            error.metadata["sequence"] = str(message.sequence)
            edge.counts.add(str(message.WhichOneof("payload")), Fate.REFUSED)
            raise
        step = partial(
            edge.intake.take,
            *(camera, message.sequence, record, arrival.received_at, report),
            link.last_sequence,
        )
        taken = await self._until_taken(step)
        edge.counts.add(kind_of(record), taken.fate, taken.missing_count)
        if taken.fault is not None:
            self._log.error(
                "record not taken whole",
                tenant=camera.tenant,
                camera=str(camera.ref),
                sequence=message.sequence,
                fate=taken.fate.value,
                exc_info=taken.fault,
            )
        elif taken.fate is Fate.REFUSED:
            self._log.warning(
                "record of an unknown time",
                tenant=camera.tenant,
                camera=str(camera.ref),
                sequence=message.sequence,
            )
        return taken

    async def _until_taken(self, step: "partial[Taken]") -> Taken:
        """Take a record, again while there is too much work: the box waits, nothing is dropped."""
        wait_s = BUSY_WAIT_S
        while True:
            try:
                return await self._step(step)
            except CapacityError:
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_BUSY_WAIT_S)

    async def _step(self, function: Callable[[], T]) -> T:
        return await self._bridge.run(function, STEP_LIMIT_S)


def _open(edge: EdgeService, hello: wire.Hello, serial: str | None) -> OpenedCamera:
    return edge.books.open(hello.name, serial, hello.agent_version, hello.display_name)


async def _first(requests: AsyncIterator[Request]) -> messages.CameraHello:
    request = await anext(requests, None)
    if request is None or request.WhichOneof("payload") != "hello":
        raise InvalidArgumentError("the first message of a camera is its hello", field="hello")
    return request.hello
