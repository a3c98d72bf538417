"""A frame as its decoder left it: cheap to look at, and turned into colours only when wanted."""

from datetime import datetime

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from media.encoding import Encoding
from media.image import ImageRGB

Luma = npt.NDArray[np.uint8]
# Their first plane is brightness, one byte a pixel.
_WITH_LUMA_PLANE = frozenset(
    {"gray", "nv12", "nv21", "yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p"}
)


class DecodedFrame:
    """One decoded frame; good until the decoder's memory is wanted no more, so keep few.

    pts_s: by the sender's clock, None if it gives none. capture_time: None if it does not say.
    """

    def __init__(
        self,
        decoded: VideoFrame,
        capture_time: datetime | None = None,
        encoding: Encoding | None = None,
    ) -> None:
        self._decoded = decoded
        self.capture_time = capture_time
        self.encoding = encoding

    @property
    def pts_s(self) -> float | None:
        """Place in the track."""
        return self._decoded.time

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height as decoded, before any turn."""
        return self._decoded.width, self._decoded.height

    def luma(self) -> Luma:
        """Return brightness, (H, W) uint8, as decoded and not turned; do not write into it."""
        decoded = self._decoded
        if decoded.format.name not in _WITH_LUMA_PLANE:
            decoded = decoded.reformat(format="gray")
        plane = decoded.planes[0]
        rows: Luma = np.frombuffer(memoryview(plane), np.uint8)
        return rows.reshape(-1, plane.line_size)[: decoded.height, : decoded.width]

    def image(self) -> ImageRGB:
        """Return the picture upright; FFmpeg gives the turn in degrees against the clock."""
        pixels = self._decoded.to_ndarray(format="rgb24")
        quarters = round(self._decoded.rotation / 90)
        return np.ascontiguousarray(np.rot90(pixels, quarters), np.uint8)
