"""Cameras that a test scripts: frames without a camera, and looks without a model."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from structlog.typing import FilteringBoundLogger

from base.clock import SystemClock
from base.errors import SourceEndedError
from branch_edge.camera_agent import Box, CameraAgent
from branch_edge.health import BoxMeter
from branch_edge.mailbox import LatestFrame
from branch_edge.news import CameraNews, CameraState, News, SightingNews
from branch_edge.scenes import SceneFolder
from branch_edge.spool.spool import Spool
from media.frame import Frame
from vision.scene import CameraScene

SIZE_WH = (128, 96)


class ScriptedRate:
    """Stands for what chooses frames."""

    def __init__(self, target_fps: float) -> None:
        self.target_fps = target_fps
        self.idle_fps = 1.0


class ScriptedFeed:
    """Gives the frames that a test shows, or as many a second as are wanted."""

    def __init__(self, target_fps: float, on_news: Callable[[CameraNews], None]) -> None:
        self.sampler = ScriptedRate(target_fps)
        self.decoded_count = 0
        self.on_news = on_news
        self.is_closed = False
        self._mailbox = LatestFrame()
        self._clock = SystemClock()

    @property
    def dropped_count(self) -> int:
        return self._mailbox.dropped_count

    def show(self, value: int = 128) -> None:
        """Show one frame of one colour."""
        image = np.full((SIZE_WH[1], SIZE_WH[0], 3), value, np.uint8)
        now_s = self._clock.monotonic()
        frame = Frame(image, self.decoded_count, None, self._clock.now(), now_s)
        self.decoded_count += 1
        self._mailbox.put(frame)

    def tell(self, state: CameraState, reason: str = "") -> None:
        """Say what the camera is doing."""
        self.on_news(CameraNews(state, self._clock.now(), reason))

    def end(self) -> None:
        """Have no more frames."""
        self._mailbox.end(SourceEndedError("the source has no more frames"))

    async def recv(self) -> Frame:
        return await self._mailbox.get()

    async def close(self) -> None:
        self.is_closed = True
        self._mailbox.end(SourceEndedError("the source was closed"), keeps_last=False)


class FastFeed(ScriptedFeed):
    """Always has a frame, `target_fps` a second."""

    async def recv(self) -> Frame:
        await asyncio.sleep(1 / self.sampler.target_fps)
        self.show()
        return await super().recv()


class ScriptedWatch:
    """Tells one sighting for each frame, numbered, with a picture of a given size."""

    def __init__(self, shot_bytes: int = 0, prefix: str = "") -> None:
        self._numbers = itertools.count(1)
        self._prefix = prefix
        self._busy = threading.Lock()
        self._shot_bytes = shot_bytes
        self.scenes: list[CameraScene] = []
        self.frames: list[Frame] = []
        self.look_s = 0.0
        self.fault: Exception | None = None

    def apply(self, scene: CameraScene) -> None:
        self.scenes.append(scene)

    def look(self, frame: Frame) -> Sequence[News]:
        assert self._busy.acquire(blocking=False), "two threads look at one camera"
        try:
            time.sleep(self.look_s)
            if self.fault is not None:
                raise self.fault
            self.frames.append(frame)
            return [self._sighting(f"{self._prefix}{next(self._numbers)}")]
        finally:
            self._busy.release()

    def end(self) -> Sequence[News]:
        return [self._sighting(f"{self._prefix}end")]

    def _sighting(self, track: str) -> SightingNews:
        now = datetime.now(UTC)
        return SightingNews(track + "x" * self._shot_bytes, now, now)


def open_box(folder: Path, spool: Spool, pool: object, log: FilteringBoundLogger) -> Box:
    """Return what cameras share."""
    clock = SystemClock()
    scenes = SceneFolder(folder / "scenes", log)
    return Box(spool, scenes, BoxMeter(folder, clock), pool, clock, log)  # type: ignore[arg-type]


class ScriptedCamera:
    """A camera agent with its feed and watch in a test's hand."""

    def __init__(
        self,
        box: Box,
        name: str = "door",
        scene: CameraScene | None = None,
        feed: type[ScriptedFeed] = ScriptedFeed,
        shot_bytes: int = 0,
        prefix: str = "",
    ) -> None:
        self.watch = ScriptedWatch(shot_bytes, prefix)
        self.feeds: list[ScriptedFeed] = []
        self._feed_type = feed
        self.agent = CameraAgent(
            name, name, scene or CameraScene(), box, self.watch, self._open_feed
        )

    @property
    def feed(self) -> ScriptedFeed:
        """The feed that is open."""
        return self.feeds[-1]

    def _open_feed(self, target_fps: float, on_news: Callable[[CameraNews], None]) -> ScriptedFeed:
        self.feeds.append(self._feed_type(target_fps, on_news))
        return self.feeds[-1]
