"""A branch's camera as a participant's source: its frames join what the client says."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

from base.clock import Clock
from base.errors import InvalidArgumentError
from media.frame import CAMERA
from serving.edge.hub import MAX_FPS, MAX_LENGTH_S, CameraHub
from serving.edge.names import CameraName
from serving.streams.types import Chunk, Codec, Incoming


class KioskCamera:
    """One camera of a box. fps: pictures a second that are asked for."""

    def __init__(self, hub: CameraHub, name: CameraName, fps: float, clock: Clock) -> None:
        self._hub = hub
        self._name = name
        self._fps = min(fps, MAX_FPS)
        self._clock = clock

    async def joined(
        self, said: AsyncIterator[Incoming], next_sequence: Callable[[], int]
    ) -> AsyncGenerator[Incoming, None]:
        """Yield what the client says and the camera's frames as chunks, as they come.

        next_sequence: the number of the next chunk. It ends with the client. Raises
        CameraOfflineError, and InvalidArgumentError for media that the client sends.
        """
        async with (
            aclosing(self._frames()) as frames,
            aclosing(_merged(_without_media(said), frames)) as merged,
        ):
            async for item in merged:
                if isinstance(item, Chunk):
                    yield replace(item, sequence=next_sequence())
                else:
                    yield item

    async def _frames(self) -> AsyncGenerator[Incoming, None]:
        """Yield frames without a number. A request has an end, so it is made again and again."""
        while True:
            frames = self._hub.request_frames(
                self._name.tenant, self._name.ref, self._fps, MAX_LENGTH_S
            )
            async with aclosing(frames):
                async for frame in frames:
                    now_s = self._clock.monotonic()
                    yield Chunk(
                        0, CAMERA, Codec.JPEG, frame.picture, None, frame.captured_at, now_s
                    )


async def _without_media(said: AsyncIterator[Incoming]) -> AsyncGenerator[Incoming, None]:
    async for item in said:
        if isinstance(item, Chunk):
            raise InvalidArgumentError(
                "the branch's camera is the source; send no chunks", field="payload"
            )
        yield item


async def _merged(
    first: AsyncIterator[Incoming], second: AsyncIterator[Incoming]
) -> AsyncGenerator[Incoming, None]:
    """Yield from both as it comes, until the first ends."""
    waiting = {_next(first): first, _next(second): second}
    try:
        while True:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                source = waiting.pop(task)
                item = task.result()
                if item is None and source is first:
                    return
                if item is not None:
                    yield item
                    waiting[_next(source)] = source
    finally:
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)


def _next(source: AsyncIterator[Incoming]) -> "asyncio.Future[Incoming | None]":
    return asyncio.ensure_future(anext(source, None))
