"""One picture or piece of sound of a clip or stream, with the times that belong to it."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from media.encoding import Encoding
from media.image import ImageRGB

Samples = npt.NDArray[np.float32]
CAMERA, MICROPHONE = "camera", "microphone"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Frame:
    """One picture of a clip or stream.

    index: from 0, in the order of arrival.
    pts_s: place in the track by the sender's clock, in seconds; None if the source has none.
    capture_time: when the camera took it by the sender's clock, aware; None if it does not say.
    received_monotonic_s: when it arrived here, on the monotonic clock; the only time that the
        sender cannot choose. A clip that is read from a file arrives as fast as it plays.
    encoding: how it was encoded; None if that is not known.
    """

    image: ImageRGB
    index: int
    pts_s: float | None
    capture_time: datetime | None
    received_monotonic_s: float
    track: str = CAMERA
    encoding: Encoding | None = None

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3:
            raise ValueError(f"image must have shape (H, W, 3), got {self.image.shape}")
        if self.capture_time is not None and self.capture_time.tzinfo is None:
            raise ValueError("capture_time must be aware")

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        return f"Frame({self.track} {self.index}, {width}x{height}, picture=<hidden>)"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SoundChunk:
    """A piece of sound; times as in `Frame`, of its first sample.

    samples: (N,) float32 in [-1, 1], one channel. rate_hz: samples a second.
    """

    samples: Samples
    rate_hz: int
    index: int
    pts_s: float | None
    capture_time: datetime | None
    received_monotonic_s: float
    track: str = MICROPHONE

    def __post_init__(self) -> None:
        if self.samples.ndim != 1:
            raise ValueError(f"samples must have shape (N,), got {self.samples.shape}")

    @property
    def duration_s(self) -> float:
        """How long it sounds."""
        return len(self.samples) / self.rate_hz

    def __repr__(self) -> str:
        return f"SoundChunk({self.track} {self.index}, {self.duration_s:.3f} s, samples=<hidden>)"
