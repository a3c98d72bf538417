"""Short clips that the tour films by itself, as files that a caller might send."""

import io
from collections.abc import Sequence
from fractions import Fraction

import av
from av.video.stream import VideoStream

from media.image import ImageRGB


def film(pictures: Sequence[ImageRGB], fps: int) -> bytes:
    """Return pictures of one size as an MP4 file."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream: VideoStream = container.add_stream("libx264", rate=fps)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast", "crf": "20"}
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()
