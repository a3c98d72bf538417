"""Whole frames as the server asked for them: masked, scaled, as JPEG."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor

import cv2
import numpy as np

from base.clock import Clock
from branch_edge.orders import Due, Orders
from branch_edge.uplink.port import FrameOrder, OrderedFrame
from branch_edge.watch.masks import PrivacyMask
from media.frame import Frame
from media.image import ImageRGB
from media.pictures import encode_jpeg
from vision.scene import Point

Masks = tuple[tuple[Point, ...], ...]
_JPEG_QUALITY = 85


class PictureDesk:
    """Serves the orders of one camera; a frame that comes while one is drawn is left out.

    send: is given each picture, on the event loop.
    """

    def __init__(self, pool: Executor, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._orders = Orders()
        self._mask: tuple[Masks, tuple[int, int], PrivacyMask] | None = None
        self.drawing: asyncio.Task[None] | None = None
        self.send: Callable[[OrderedFrame], None] = lambda frame: None

    @property
    def fps(self) -> float:
        """Frames a second that are wanted, 0 for none or a single one."""
        return self._orders.fps(self._clock.monotonic())

    def take(self, order: FrameOrder) -> None:
        """Begin, lengthen or end an order."""
        self._orders.take(order, self._clock.monotonic())

    def clear(self) -> None:
        """End every order."""
        self._orders.clear()

    def see(self, frame: Frame, masks: Masks) -> None:
        """Draw a frame for whoever wants it; never waits."""
        if self.drawing is not None:
            return
        due = self._orders.due(frame.received_monotonic_s, self._clock.monotonic())
        if due:
            self.drawing = asyncio.create_task(self._draw(frame, masks, due))

    async def _draw(self, frame: Frame, masks: Masks, due: list[Due]) -> None:
        try:
            mask = self._mask_for(masks, (frame.image.shape[1], frame.image.shape[0]))
            at = frame.capture_time or self._clock.now()
            loop = asyncio.get_running_loop()
            for one in due:
                picture = await loop.run_in_executor(
                    self._pool, picture_of, frame.image, mask, one.max_side_px
                )
                self.send(OrderedFrame(one.request, one.number, picture, at))
        finally:
            self.drawing = None

    def _mask_for(self, masks: Masks, size_wh: tuple[int, int]) -> PrivacyMask:
        if self._mask is None or self._mask[:2] != (masks, size_wh):
            self._mask = masks, size_wh, PrivacyMask(masks, size_wh)
        return self._mask[2]


def picture_of(image: ImageRGB, mask: PrivacyMask, max_side_px: int) -> bytes:
    """Return a frame as JPEG, masked, and no larger than wanted; 0 for its own size."""
    masked = mask.apply(image)
    height, width = masked.shape[:2]
    if 0 < max_side_px < max(height, width):
        scale = max_side_px / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        masked = np.asarray(cv2.resize(masked, size, interpolation=cv2.INTER_AREA), np.uint8)
    return encode_jpeg(masked, _JPEG_QUALITY)
