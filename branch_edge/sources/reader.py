"""What a kind of source has to be: frames with their times, one after the other, by blocking."""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from media.decoded import Luma
from media.encoding import Encoding
from media.image import ImageRGB


class RawFrame(Protocol):
    """A frame that is cheap to look at; its colours are worked out when it is wanted."""

    encoding: Encoding | None

    @property
    def pts_s(self) -> float | None:
        """Place in the track."""
        ...

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height."""
        ...

    def luma(self) -> Luma:
        """Return brightness, (H, W) uint8."""
        ...

    def image(self) -> ImageRGB:
        """Return the picture upright."""
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame and when it came. at_s: on the box's monotonic clock, or what stands for it.

    clock_lag_s: how far the camera's clock seems to be behind the box's; None if it has none.
    """

    frame: RawFrame
    at_s: float
    capture_time: datetime
    clock_lag_s: float | None = None


class Reader(Protocol):
    """One way to get frames."""

    is_live: bool

    def arrivals(self, stop: threading.Event) -> Generator[Arrival, None, None]:
        """Open anew and yield what comes until it ends, breaks or `stop` is set.

        Ends normally only if it is not live; raises leaves of the tree. May block for as long as
        its limits say.
        """
        ...
