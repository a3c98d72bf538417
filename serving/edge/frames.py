"""Full frames that a camera was asked for."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

from base.errors import CameraOfflineError

KEPT_FRAMES = 4
FIRST_FRAME_S = 10.0


@dataclass(frozen=True, slots=True, repr=False)
class FullFrame:
    """One frame, masks applied. picture: JPEG. captured_at: by our clock."""

    picture: bytes
    captured_at: datetime

    def __repr__(self) -> str:
        return f"FullFrame(captured_at={self.captured_at}, picture=<hidden>)"


@dataclass(frozen=True, slots=True)
class FrameWish:
    """What is asked for. fps: 0 for one frame. length_s: 0 ends it. max_side_px: 0 for whole."""

    request: str
    fps: float
    length_s: float
    max_side_px: int


class FrameFeed:
    """Frames of one request on their way to who asked; the newest few, older ones are dropped."""

    def __init__(self, wish: FrameWish) -> None:
        self.wish = wish
        self._frames: deque[FullFrame] = deque(maxlen=KEPT_FRAMES)
        self._news = asyncio.Event()
        self._ended: Exception | None = None
        self.is_over = False
        self.dropped_count = 0

    def put(self, frame: FullFrame) -> None:
        """Take a frame in."""
        self.dropped_count += len(self._frames) == KEPT_FRAMES
        self._frames.append(frame)
        self._news.set()

    def end(self, error: Exception | None = None) -> None:
        """Let nothing more come. error: what who asked is told."""
        self.is_over, self._ended = True, self._ended or error
        self._news.set()

    async def frames(self) -> AsyncGenerator[FullFrame, None]:
        """Yield frames until the time is over. Raises CameraOfflineError if none comes."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self.wish.length_s
        has_come = False
        while True:
            while self._frames:
                has_come = True
                yield self._frames.popleft()
            if self.is_over:
                if self._ended is not None:
                    raise self._ended
                return
            left_s = until_s - loop.time()
            try:
                async with asyncio.timeout(left_s if has_come else min(left_s, FIRST_FRAME_S)):
                    await self._news.wait()
            except TimeoutError:
                if not has_come:
                    raise CameraOfflineError(
                        f"the camera gave no frame within {FIRST_FRAME_S:g} s"
                    ) from None
                return
            self._news.clear()
