"""The streams that are open, by camera."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager

from base.clock import Clock
from base.errors import (
    CameraOfflineError,
    CameraTakenOverError,
    DeadlineExceededError,
    InvalidArgumentError,
)
from base.ids import new_id
from lobby.seen import CameraRef
from serving.edge.frames import FIRST_FRAME_S, FrameWish, FullFrame
from serving.edge.link import CameraLink
from serving.edge.names import DeviceName
from serving.edge.scenes import SceneView
from serving.edge.settings import EdgeSettings
from serving.edge.types import EdgeCamera

MAX_FPS, MAX_LENGTH_S, MAX_SIDE_PX = 15.0, 600.0, 7680
LEAVE_LIMIT_S = 30.0  # For a stream that was taken over to end what it is at.
Key = tuple[str, CameraRef]


class CameraHub:
    """Holds the open streams; one for each camera.

    Streams live on one event loop; `links`, `links_of`, `push_scene` and `end_device` are for
    any thread.
    """

    def __init__(self, clock: Clock, settings: EdgeSettings) -> None:
        self._clock = clock
        self._settings = settings
        self._lock = threading.Lock()
        self._links: dict[Key, CameraLink] = {}

    @property
    def links(self) -> Mapping[Key, CameraLink]:
        """The open streams as they are now, by tenant and camera."""
        with self._lock:
            return dict(self._links)

    def links_of(self, device: DeviceName) -> list[CameraLink]:
        """Return the open streams of a box."""
        return [
            link
            for (tenant, ref), link in self.links.items()
            if (tenant, ref.device) == (device.tenant, device.device)
        ]

    @asynccontextmanager
    async def link(self, camera: EdgeCamera) -> "AsyncGenerator[CameraLink, None]":
        """Open the server's end of a stream; an older one of the same camera is ended first.

        What is within has been done, for the older one, before this one begins.
        """
        key = camera.tenant, camera.ref
        settings = self._settings
        link = CameraLink(camera, self._clock, settings.silence_s, settings.window)
        with self._lock:
            older = self._links.get(key)
            self._links[key] = link
        try:
            if older is not None:
                older.end(CameraTakenOverError(f"{camera.ref} has opened a newer stream"))
                await _until_closed(older)
            yield link
        finally:
            with self._lock:
                if self._links.get(key) is link:
                    del self._links[key]
            link.close()

    def push_scene(self, tenant: str, camera: CameraRef, scene: SceneView) -> None:
        """Tell a camera's box its new scene, if its stream is open."""
        link = self.links.get((tenant, camera))
        if link is not None:
            link.loop.call_soon_threadsafe(link.tell, scene)

    def end_device(self, device: DeviceName, failure: Exception) -> None:
        """End every stream of a box."""
        for link in self.links_of(device):
            link.loop.call_soon_threadsafe(link.end, failure)

    async def request_frames(
        self, tenant: str, camera: CameraRef, fps: float, length_s: float, max_side_px: int = 0
    ) -> AsyncGenerator[FullFrame, None]:
        """Yield full frames of a camera, masks applied, for so long.

        fps: at most 15; 0 for one frame. Whoever is slow misses older ones. Raises
        CameraOfflineError, InvalidArgumentError and TooManyRequestsInFlightError.
        """
        _check_wish(fps, length_s, max_side_px)
        link = self.links.get((tenant, camera))
        if link is None:
            raise CameraOfflineError(f"the stream of {camera} is not open; is its box running?")
        feed = link.open_feed(FrameWish(new_id("frames"), fps, length_s, max_side_px))
        try:
            async with aclosing(feed.frames()) as frames:
                async for frame in frames:
                    yield frame
        finally:
            link.close_feed(feed)

    async def frame(self, tenant: str, camera: CameraRef, max_side_px: int = 0) -> FullFrame:
        """Return one frame as the camera sees it now. Raises as `request_frames`."""
        async with aclosing(
            self.request_frames(tenant, camera, 0.0, FIRST_FRAME_S, max_side_px)
        ) as frames:
            async for frame in frames:
                return frame
        raise CameraOfflineError("the camera gave no frame")


async def _until_closed(link: CameraLink) -> None:
    try:
        async with asyncio.timeout(LEAVE_LIMIT_S):
            await link.has_closed.wait()
    except TimeoutError:
        raise DeadlineExceededError("the older stream of this camera does not end") from None


def _check_wish(fps: float, length_s: float, max_side_px: int) -> None:
    for what, value, highest in (
        ("fps", fps, MAX_FPS),
        ("length", length_s, MAX_LENGTH_S),
        ("max_side_px", max_side_px, MAX_SIDE_PX),
    ):
        if not 0 <= value <= highest:
            raise InvalidArgumentError(f"{what} must be 0 to {highest:g}", field=what)
