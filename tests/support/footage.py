"""H.264 as a camera sends it, made from pictures; no file of it is kept."""

import io
from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np
from av.video.stream import VideoStream

from media.image import ImageRGB

FPS = 25


def encode_h264(pictures: Iterable[ImageRGB]) -> bytes:
    """Return pictures of one size as a bare stream with delimiters and a key frame a second."""
    out = io.BytesIO()
    with av.open(out, "w", format="h264") as container:
        stream: VideoStream | None = None
        for place, picture in enumerate(pictures):
            if stream is None:
                stream = _add_stream(container, picture)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = place, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        assert stream is not None
        container.mux(stream.encode())
    return out.getvalue()


def _add_stream(container: "av.container.OutputContainer", first: ImageRGB) -> VideoStream:
    stream: VideoStream = container.add_stream("libx264", rate=FPS)
    stream.pix_fmt = "yuv420p"
    stream.height, stream.width = first.shape[:2]
    stream.bit_rate = 0  # Quality counts, not the rate.
    stream.codec_context.options = {
        "crf": "23",
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": f"aud=1:repeat-headers=1:keyint={FPS}:scenecut=0",
    }
    return stream


def walk(scene: ImageRGB, width: int, height: int, count: int = 2 * FPS) -> list[ImageRGB]:
    """Return a view that pans over a larger picture, there and back."""
    spare_x, spare_y = scene.shape[1] - width, scene.shape[0] - height
    phases = (1 - np.cos(np.linspace(0, 2 * np.pi, count, endpoint=False))) / 2
    return [
        np.ascontiguousarray(scene[y : y + height, x : x + width])
        for x, y in ((round(p * spare_x), round(p * spare_y)) for p in phases)
    ]
