"""Clips and recordings that a test makes itself, of coloured squares and tones."""

import io
import os
import wave
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from media.image import ImageRGB

RED, GREEN, GREY = (220, 20, 30), (20, 200, 40), (128, 128, 128)
FPS = 25
TONE_HZ = 440.0
# Container, encoder, and the pixel format that it takes.
CODECS = {
    "mp4-h264": ("mp4", "libx264", "yuv420p"),
    "mp4-h264-444": ("mp4", "libx264", "yuv444p"),
    "mp4-hevc": ("mp4", "libx265", "yuv420p"),
    "mp4-av1": ("mp4", "libsvtav1", "yuv420p"),
    "mov-mpeg4": ("mov", "mpeg4", "yuv420p"),
    "webm-vp8": ("webm", "libvpx", "yuv420p"),
    "webm-vp9": ("webm", "libvpx-vp9", "yuv420p"),
    "matroska-h264": ("matroska", "libx264", "yuv420p"),
    "avi-mjpeg": ("avi", "mjpeg", "yuvj420p"),
    "avi-mpeg4": ("avi", "mpeg4", "yuv420p"),
    "mpeg-mpeg1": ("mpeg", "mpeg1video", "yuv420p"),
    "mpeg-mpeg2": ("mpeg", "mpeg2video", "yuv420p"),
    "mpegvideo-mpeg1": ("mpeg1video", "mpeg1video", "yuv420p"),
}
_SOUND_ENCODERS = {"webm": "libopus", "mpeg": "mp2", "avi": "pcm_s16le"}
_ENCODER_OPTIONS = {
    "libx264": {"preset": "ultrafast"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "libsvtav1": {"preset": "12"},
    "libvpx": {"deadline": "realtime"},
    "libvpx-vp9": {"deadline": "realtime"},
}


def square_picture(
    colour: tuple[int, int, int] = RED, width: int = 96, height: int = 64
) -> ImageRGB:
    """Return grey with a coloured square in the upper left corner."""
    picture = np.full((height, width, 3), GREY, np.uint8)
    picture[: height // 2, : height // 2] = colour
    return picture


def make_clip(
    codec: str = "mp4-h264",
    pictures: Iterable[ImageRGB] | None = None,
    *,
    pts: Sequence[int] | None = None,
    rotation: int = 0,
    tone_s: float = 0.0,
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    is_bt709: bool = False,
) -> bytes:
    """Return a clip of pictures of one size, 25 a second; by default eight with a red square.

    pts: in frames, one for each picture. rotation: degrees against the clock that a player turns
    it by. tone_s: length of a tone in a sound track. options: of the container. is_bt709: encode
    and tag the colours as HD cameras do.
    """
    kind, encoder, pixel_format = CODECS[codec]
    queue = iter([square_picture()] * 8 if pictures is None else pictures)
    first = next(queue)
    out = io.BytesIO()
    with _own_schedule(), av.open(out, "w", format=kind, options=options or {}) as container:
        container.metadata.update(metadata or {})
        stream: VideoStream = container.add_stream(encoder, rate=FPS)  # type: ignore[assignment]
        stream.pix_fmt = pixel_format
        stream.height, stream.width = first.shape[:2]
        stream.codec_context.options = _ENCODER_OPTIONS.get(encoder, {})
        if is_bt709:
            stream.codec_context.colorspace = 1
        if rotation:
            stream.set_display_rotation(rotation)
        if tone_s:
            sound_encoder = _SOUND_ENCODERS.get(kind, "aac")
            container.add_stream(sound_encoder, rate=48_000, layout="mono")
        matrix = "itu709" if is_bt709 else "itu601"
        for place, picture in enumerate([first, *queue]):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(format=pixel_format, dst_colorspace=matrix)
            frame.pts = place if pts is None else pts[place]
            frame.time_base = Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if tone_s:
            _mux_tone(container, tone_s)
    return out.getvalue()


@contextmanager
def _own_schedule() -> Iterator[None]:
    """Give the thread its schedule back: SVT-AV1 takes it to real time where it may (as root).

    Whatever was started after that, a browser for one, could starve all others on the machine.
    """
    policy, parameter = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameter)


def make_wav(samples: "np.typing.NDArray[np.int16]", rate_hz: int = 16_000) -> bytes:
    """Return a WAV file of one row for each channel."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.T.astype("<i2").tobytes())
    return out.getvalue()


def tone(seconds: float, rate_hz: int) -> "np.typing.NDArray[np.float32]":
    """Return a sine of 440 Hz at half of full scale."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * TONE_HZ * times)).astype(np.float32)


def _mux_tone(container: OutputContainer, seconds: float) -> None:
    stream = container.streams.audio[0]
    samples = (tone(seconds, 48_000) * 32_767).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
    frame.sample_rate = 48_000
    frame.pts, frame.time_base = 0, Fraction(1, 48_000)
    resampler = av.AudioResampler(stream.format, "mono", 48_000, stream.codec_context.frame_size)
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(piece))
    container.mux(stream.encode())
