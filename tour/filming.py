"""Short clips that the tour films by itself, as files that a caller might send."""

import io
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from media.image import ImageRGB

# What an RTSP server can cut into pictures and a client can enter at any second: delimiters, no
# pictures that lean on later ones.
_STREAMED = {"preset": "veryfast", "crf": "20", "bf": "0", "x264-params": "aud=1:keyint=20"}


def film(pictures: Sequence[ImageRGB], fps: int) -> bytes:
    """Return pictures of one size as an MP4 file."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        _encode(container, pictures, fps, {"preset": "ultrafast", "crf": "20"})
    return out.getvalue()


def write_film(path: Path, pictures: Iterable[ImageRGB], fps: int) -> None:
    """Write pictures of one size as they come, as `.mp4` or as a bare `.h264` stream."""
    with av.open(path, "w", format=path.suffix[1:]) as container:
        _encode(container, pictures, fps, _STREAMED)


def _encode(
    container: OutputContainer, pictures: Iterable[ImageRGB], fps: int, options: dict[str, str]
) -> None:
    stream: VideoStream = container.add_stream("libx264", rate=fps)
    stream.pix_fmt = "yuv420p"
    stream.codec_context.options = options
    for number, picture in enumerate(pictures):
        if not number:
            stream.height, stream.width = picture.shape[:2]
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, fps)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
