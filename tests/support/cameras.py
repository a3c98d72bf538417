"""A source that a test watches: what it gave, what it told, what it logged."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from branch_edge.news import CameraNews, CameraState
from branch_edge.sampling import SamplingSettings
from branch_edge.sources.address import CameraAddress
from branch_edge.sources.camera import CameraSource
from branch_edge.sources.opening import open_source
from branch_edge.sources.settings import RetrySettings, SourceSettings
from media.frame import Frame
from serving.telemetry.logs import make_logger

# Every frame is wanted, and a camera that is away is tried again at once.
EVERY_FRAME = SamplingSettings(target_fps=1000, idle_fps=1000)
QUICK = RetrySettings(first_s=0.05, most_s=0.1, slow_s=0.1)
WAIT_S = 20


class WatchedSource:
    """A source with its news and log lines."""

    def __init__(self, address: str, sampling: SamplingSettings, **settings: Any) -> None:
        self._log = io.StringIO()
        self._told = asyncio.Event()
        self.news: list[CameraNews] = []
        self.source: CameraSource = open_source(
            "door-2",
            CameraAddress.parse(address),
            make_logger("debug", self._log),
            SourceSettings(**({"retry": QUICK} | settings)),
            sampling,
            self._tell,
        )

    async def frames(self, count: int) -> list[Frame]:
        async with asyncio.timeout(WAIT_S):
            return [await self.source.recv() for _ in range(count)]

    async def frames_until_end(self, limit: int = 1000) -> tuple[list[Frame], Exception]:
        frames: list[Frame] = []
        async with asyncio.timeout(WAIT_S):
            while len(frames) < limit:
                try:
                    frames.append(await self.source.recv())
                except Exception as error:
                    return frames, error
        raise AssertionError(f"no end after {limit} frames")

    async def until(self, state: CameraState, reason: str = "") -> CameraNews:
        """Return the first news of this state that was not returned before."""
        async with asyncio.timeout(WAIT_S):
            while True:
                self._told.clear()
                while self.news:
                    news = self.news.pop(0)
                    if news.state is state and news.reason == reason:
                        return news
                await self._told.wait()

    def logged(self) -> list[str]:
        return [line["event"] for line in map(json.loads, self.log_text().splitlines())]

    def log_text(self) -> str:
        return self._log.getvalue()

    def _tell(self, news: CameraNews) -> None:
        self.news.append(news)
        self._told.set()


@asynccontextmanager
async def watched(
    address: str | Path, sampling: SamplingSettings = EVERY_FRAME, **settings: Any
) -> AsyncIterator[WatchedSource]:
    watched = WatchedSource(str(address), sampling, **settings)
    try:
        yield watched
    finally:
        await watched.source.close()


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something that another thread does has happened."""
    async with asyncio.timeout(WAIT_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
