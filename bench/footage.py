"""H.264 as a camera sends it, made from a photograph that a dependency ships."""

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from media.image import ImageRGB
from media.pictures import decode_picture
from tour.photographs import table_photograph

FPS = 25
KEY_EVERY = 50  # Cameras send a whole picture every second or two.
CAMERA_BITS_PER_S = 4_000_000
_GRAIN_STEPS = 6


def encode_h264(
    pictures: Iterable[ImageRGB], bits_per_s: int | None = None, key_every: int = FPS
) -> bytes:
    """Return pictures of one size as a bare stream, with delimiters and without B-frames.

    bits_per_s: the rate, which is then kept; None keeps a quality, as fast as can be.
    """
    out = io.BytesIO()
    with av.open(out, "w", format="h264") as container:
        stream: VideoStream | None = None
        for place, picture in enumerate(pictures):
            if stream is None:
                stream = _add_stream(container, picture, bits_per_s, key_every)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = place, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        if stream is None:
            raise ValueError("footage needs at least one picture")
        container.mux(stream.encode())
    return out.getvalue()


def _add_stream(
    container: OutputContainer, first: ImageRGB, bits_per_s: int | None, key_every: int
) -> VideoStream:
    stream = container.add_stream("libx264", rate=FPS)
    stream.pix_fmt = "yuv420p"
    stream.height, stream.width = first.shape[:2]
    stream.bit_rate = bits_per_s or 0
    parameters = f"aud=1:repeat-headers=1:keyint={key_every}:scenecut=0:bframes=0"
    quality = {"crf": "23", "preset": "ultrafast", "tune": "zerolatency"}
    if bits_per_s is not None:
        quality = {"preset": "veryfast", "profile": "high"}
        parameters += f":vbv-maxrate={bits_per_s // 1000}:vbv-bufsize={bits_per_s // 1000}"
    stream.codec_context.options = quality | {"x264-params": parameters}
    return stream


def walk(scene: ImageRGB, width: int, height: int, count: int = 2 * FPS) -> Iterator[ImageRGB]:
    """Yield a view that pans over a larger picture, there and back."""
    spare_x, spare_y = scene.shape[1] - width, scene.shape[0] - height
    phases = (1 - np.cos(np.linspace(0, 2 * np.pi, count, endpoint=False))) / 2
    for phase in phases:
        x, y = round(phase * spare_x), round(phase * spare_y)
        yield np.ascontiguousarray(scene[y : y + height, x : x + width])


def make_camera_footage(path: Path, length_s: float = 8.0) -> Path:
    """Write 1080p at 25 pictures and 4 Mb a second: six people, a moving view, a sensor's grain."""
    photograph = decode_picture(table_photograph())
    scene = np.asarray(
        cv2.resize(photograph, (2080, 1440), interpolation=cv2.INTER_CUBIC), np.uint8
    )
    rng = np.random.default_rng(7)
    grain = rng.integers(-_GRAIN_STEPS, _GRAIN_STEPS + 1, (1180, 2020, 1), np.int16)

    def pictures() -> Iterator[ImageRGB]:
        for view in walk(scene, 1920, 1080, round(length_s * FPS)):
            y, x = rng.integers(0, 100, 2)
            yield np.clip(view + grain[y : y + 1080, x : x + 1920], 0, 255).astype(np.uint8)

    path.write_bytes(encode_h264(pictures(), CAMERA_BITS_PER_S, KEY_EVERY))
    return path
