"""One camera, from its frames to its records."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import SmartBranchError, SourceEndedError
from branch_edge import wire
from branch_edge.health import BoxMeter, RateMeter
from branch_edge.news import CameraNews, News
from branch_edge.pictures import PictureDesk
from branch_edge.scenes import SceneFolder
from branch_edge.spool.spool import Spool
from branch_edge.spool.types import Tally
from branch_edge.tasks import until_first_ends
from branch_edge.uplink.port import FrameOrder, Health
from media.frame import Frame
from media.timeline import Sampler
from vision.scene import CameraScene

T = TypeVar("T")
MAX_UNTOLD = 64
# What a look at one frame may take when the agent stops.
_STOP_S = 5.0
# A fault that comes with each frame is told so often.
_TELL_FAULT_EVERY_S = 60.0


class Rate(Protocol):
    """Chooses frames; both rates may be set. idle_fps: at least so many where nothing moves."""

    target_fps: float
    idle_fps: float


class Feed(Protocol):
    """A camera that is being read."""

    decoded_count: int

    @property
    def dropped_count(self) -> int:
        """Frames that were taken and replaced by newer ones."""
        ...

    @property
    def sampler(self) -> Rate:
        """What chooses its frames."""
        ...

    async def recv(self) -> Frame:
        """Return the newest frame. Raises SourceEndedError when there will be none."""
        ...

    async def close(self) -> None:
        """Stop."""
        ...


class Watch(Protocol):
    """What looks at a camera's frames; blocking, one thread at a time."""

    def apply(self, scene: CameraScene) -> None:
        """Look at the next frame by another scene; any thread."""
        ...

    def look(self, frame: Frame) -> Sequence[News]:
        """Return what a frame tells."""
        ...

    def end(self) -> Sequence[News]:
        """Return what was not told yet."""
        ...


@dataclass(frozen=True, slots=True)
class Box:
    """What all cameras of a box share. pool: threads that look at frames."""

    spool: Spool
    scenes: SceneFolder
    meter: BoxMeter
    pool: Executor
    clock: Clock
    log: FilteringBoundLogger


class CameraAgent:
    """Looks at one camera's frames, keeps what they tell, and obeys the server.

    open_feed: begins to read; is called on the event loop, with what takes the camera's news.
    """

    def __init__(
        self,
        name: str,
        display_name: str,
        scene: CameraScene,
        box: Box,
        watch: Watch,
        open_feed: Callable[[float, Callable[[CameraNews], None]], Feed],
    ) -> None:
        self._box = box
        self._watch = watch
        self._open_feed = open_feed
        self._feed: Feed | None = None
        self._scene = scene
        self._sampler = Sampler(scene.target_fps)
        self._untold: deque[CameraNews] = deque(maxlen=MAX_UNTOLD)
        self._has_news = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._source_rate, self._analysed_rate = RateMeter(box.clock), RateMeter(box.clock)
        self._idle_fps = 1.0
        self._fault_told_s = -_TELL_FAULT_EVERY_S
        self._skipped_count = 0
        self.analysed_count = 0
        self.fault_count = 0
        self.ended = asyncio.Event()
        self.name = name
        self.display_name = display_name
        self.pictures = PictureDesk(box.pool, box.clock)

    @property
    def scene_version(self) -> int:
        """Version of the scene in use."""
        return self._scene.version

    async def run(self) -> None:
        """Look until cancelled; a file that has ended is waited at."""
        self._feed = self._open_feed(self._scene.target_fps, self._hear)
        self._idle_fps = self._feed.sampler.idle_fps
        try:
            await until_first_ends(self._look_for_ever(self._feed), self._tell_for_ever())
        finally:
            await self._finish(self._feed)

    async def _look_for_ever(self, feed: Feed) -> None:
        try:
            while True:
                await self._take(feed, await feed.recv())
        except SourceEndedError:
            await self._settle()
            await self._keep(await self._end())
            self._box.log.info("camera has ended", camera=self.name)
        except SmartBranchError as error:
            self._box.log.error(
                "camera cannot be read", camera=self.name, reason=error.reason, text=error.message
            )
        self.ended.set()
        await asyncio.Event().wait()

    async def _take(self, feed: Feed, frame: Frame) -> None:
        ordered_fps = self._set_rate(feed)
        self.pictures.see(frame, self._scene.masks)
        if not ordered_fps:
            await self._settle()
        elif self._looking is not None or not self._sampler.takes(frame.received_monotonic_s):
            # Ordered frames come faster than they are looked at, and do not wait for that.
            self._skipped_count += self._looking is not None
            return
        self._looking = asyncio.create_task(self._look(frame))
        self._looking.add_done_callback(self._looked)
        if not ordered_fps:
            await self._settle()

    async def _settle(self) -> None:
        if self._looking is not None:
            await asyncio.wait({self._looking})

    def _looked(self, task: asyncio.Task[None]) -> None:
        self._looking = None

    async def _look(self, frame: Frame) -> None:
        try:
            news = await self._call(self._watch.look, frame)
        except Exception as error:
            self._note_fault(error)
            return
        self.analysed_count += 1
        await self._keep(news)

    def _note_fault(self, error: Exception) -> None:
        self.fault_count += 1
        now_s = self._box.clock.monotonic()
        if now_s - self._fault_told_s >= _TELL_FAULT_EVERY_S:
            self._fault_told_s = now_s
            self._box.log.error(
                "frame not looked at", camera=self.name, count=self.fault_count, exc_info=error
            )

    async def _end(self) -> Sequence[News]:
        try:
            return await self._call(self._watch.end)
        except Exception as error:
            self._note_fault(error)
            return ()

    async def _call(self, function: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._box.pool, function, *arguments)

    async def _keep(self, news: Sequence[News]) -> None:
        for one in news:
            await self._box.spool.add(self.name, wire.payload_of(one))

    def _hear(self, news: CameraNews) -> None:
        self._untold.append(news)
        self._has_news.set()

    async def _tell_for_ever(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._untold:
                await self._keep([self._untold.popleft()])

    async def _finish(self, feed: Feed) -> None:
        """Close the camera and keep the last of whoever was followed."""
        await feed.close()
        working = {task for task in (self._looking, self.pictures.drawing) if task is not None}
        if working:
            await asyncio.wait(working, timeout=_STOP_S)
        if self._looking is None and not self.ended.is_set():
            await self._keep([*self._untold, *await self._end()])

    async def take_scene(self, scene: CameraScene, text: str) -> None:
        """Look by another scene from now on, and after a restart."""
        if scene.version == self._scene.version:
            return
        self._scene, self._sampler = scene, Sampler(scene.target_fps)
        self._watch.apply(scene)
        self._box.log.info("scene applied", camera=self.name, version=scene.version)
        await asyncio.to_thread(self._box.scenes.keep, self.name, text)

    def take_order(self, order: FrameOrder) -> None:
        """Begin, lengthen or end an order."""
        self.pictures.take(order)
        if self._feed is not None:
            self._set_rate(self._feed)

    def forget_orders(self) -> None:
        """End every order."""
        self.pictures.clear()

    def _set_rate(self, feed: Feed) -> float:
        """Have as many frames as anybody wants; return how many were ordered."""
        ordered_fps, sampler = self.pictures.fps, feed.sampler
        fps = max(ordered_fps, self._scene.target_fps)
        if sampler.target_fps != fps:
            sampler.target_fps = fps
        # Whoever ordered frames wants them also of somebody who sits still.
        sampler.idle_fps = max(ordered_fps, self._idle_fps)
        return ordered_fps

    def health(self) -> Health:
        """Say how everything is."""
        feed, spool, box = self._feed, self._box.spool.state, self._box.meter.read()
        tally = spool.tallies.get(self.name, Tally())
        return Health(
            source_fps=self._source_rate.rate(feed.decoded_count if feed else 0),
            analysed_fps=self._analysed_rate.rate(self.analysed_count),
            dropped_frame_count=(feed.dropped_count if feed else 0) + self._skipped_count,
            spooled_count=tally.count,
            spooled_bytes=spool.byte_count,
            dropped_record_count=tally.dropped_count,
            cpu_cores=box.cpu_cores,
            memory_bytes=box.memory_bytes,
            free_disk_bytes=box.free_disk_bytes,
            uptime_s=box.uptime_s,
            scene_version=self._scene.version,
            trouble="" if spool.problem is None else spool.problem.code,
        )
